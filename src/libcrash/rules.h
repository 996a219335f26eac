/*
 * Which frames are the program's own: the rules file (its format is described
 * in share/pf-dedup.rules, which is also the built-in default).
 */
#ifndef PF_RULES_H
#define PF_RULES_H

#include "buf.h"
#include "span.h"

struct rules;

/*
 * Compiles the rules in `text`. NULL with a sentence in *why ("line 7: …"),
 * which the caller frees.
 */
struct rules *rules_new(const char *text, size_t len, char **why);
/* The rules that are compiled in. */
struct rules *rules_default(void);
/* Those of a file; ends the program with a sentence when they are no good. */
struct rules *rules_need_file(const char *path);
void rules_free(struct rules *rules);
/* The file's version and the first 8 digits of its hash: "1-0123abcd". */
const char *rules_version(const struct rules *rules);

/*
 * The entry that says so, for --explain; NULL where none does. `own_file`:
 * the frame has a file, and no file pattern takes it.
 */
const char *
rules_skip_function(const struct rules *rules, struct span name, bool own_file);
const char *rules_skip_file(const struct rules *rules, struct span file);
const char *rules_skip_module(const struct rules *rules, struct span module);
const char *rules_entry(const struct rules *rules, struct span name);
const char *rules_helper_file(const struct rules *rules, struct span file);
bool rules_helper_word(const struct rules *rules, struct span word);
/* Takes what the strip patterns match off the end of name->data[from…]. */
void rules_strip(const struct rules *rules, struct buf *name, size_t from);

#endif

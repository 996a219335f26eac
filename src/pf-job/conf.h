/*
 * Configurations in the form of pf.conf(5): keys with values, at the top and in
 * named sections. This is all that knows of libconfuse; what it takes for a
 * mistake, and what that does not, is added to the faults.
 */
#ifndef PF_JOB_CONF_H
#define PF_JOB_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "faults.h"

struct conf;
struct conf_section;

struct conf_value {
	unsigned line;
	bool none;  /* it stands for an empty list */
	char *text; /* NULL: it was wrong, and that has been added */
};

/* What a section has for a key; at least one value, if it was given. */
struct conf_values {
	bool given;
	bool adds; /* by += to what it would be without */
	size_t count;
	const void *held; /* by the configuration */
};

/*
 * Both lists end with NULL; in every section all keys are known here. `text` is
 * as conf_file_read leaves it, and is changed. `complete` is set to whether the
 * text was understood to its end. One configuration at a time.
 */
struct conf *conf_parse(struct buf *text, const char *const keys[],
    const char *const kinds[], struct faults *faults, bool *complete);
void conf_free(struct conf *conf);

/* The top, which has no title. */
const struct conf_section *conf_top(const struct conf *conf);
/* The section of that kind and index, in the order of the file, or NULL. */
const struct conf_section *
conf_section(const struct conf *conf, const char *kind, unsigned index);
const char *conf_title(const struct conf_section *section);
unsigned conf_line(const struct conf_section *section);
/*
 * How a sentence about it begins: "target png: ", or "" at the top. The caller
 * frees it.
 */
char *conf_place(const struct conf_section *section);

struct conf_values
conf_values(const struct conf_section *section, const char *key);
const struct conf_value *
conf_value(const struct conf_values *values, size_t index);

#endif

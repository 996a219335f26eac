/* What pf-dedup's files share. */
#ifndef PF_DEDUP_H
#define PF_DEDUP_H

#include <jansson.h>
#include <stdbool.h>

#include "groups.h"
#include "libcrash/fingerprint.h"
#include "libcrash/rules.h"
#include "libcrash/trace.h"

struct dedup {
	/* Options. */
	bool explain;
	bool group_by_stack;
	bool want_groups, want_table;

	struct rules *rules;
	struct report report;
	struct fingerprint fingerprint;
	struct groups groups;
	/* Room that is used again and again. */
	struct buf text, line, derived;

	/* The account: lines + paths in, and what became of them. */
	unsigned long long lines, paths, crashes, unresolved, rejected;
	unsigned long long passed, ignored;
	int status;
};

/* One line of standard input, as it came, without its newline. */
void dedup_line(struct dedup *d, const char *line, size_t len);
/* One operand: a trace, a crash input, a file of event lines, a directory. */
int dedup_path(const char *path, void *dedup);

/*
 * Enriches one crash event, unless that has been done by the same rules.
 * Returns whether the tree was changed.
 */
bool crash_enrich(struct dedup *d, json_t *event);
/*
 * Writes the crash event of an input found at `path`, whose trace is in
 * d->text (empty: there is none). Returns 0, or an exit status when the input
 * could not be read.
 */
int crash_from_file(struct dedup *d, const char *path);
/* A crash event's line goes out, or into the groups. */
void crash_out(struct dedup *d, json_t *event, const char *line, size_t len);

#endif

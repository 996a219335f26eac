/*
 * What is written: the events themselves, or one of the summaries that are
 * printed when all has been read. Each is a row of the table in output.c.
 */
#ifndef PF_OUTPUT_H
#define PF_OUTPUT_H

#include <stdbool.h>

struct dedup;

struct output {
	const char *option; /* "--groups" */
	bool events;        /* lines go out as they come */
	bool details;       /* wants each group's details */
	bool one_group;     /* is about the group that was named */
	bool compares;      /* wants each trace by two sets of rules */
	/* An exit status. */
	int (*print)(struct dedup *d);
};

/* The row of that option, or NULL; "" is the default. */
const struct output *output_find(const char *option);
/*
 * For the pages of one group: the index of the one whose name begins with
 * `text`. Where there is none or there are several, ends the program with a
 * sentence and 66 or 64.
 */
unsigned long output_need_group(const struct dedup *d, const char *text);

int groups_print(struct dedup *d);
int gone_print(struct dedup *d);
int table_print(struct dedup *d);
int document_print(struct dedup *d);
int page_print(struct dedup *d);
int sarif_print(struct dedup *d);
int issue_print(struct dedup *d);
int gdb_print(struct dedup *d);
int diff_print(struct dedup *d);

#endif

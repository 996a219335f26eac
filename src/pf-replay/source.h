/* Where inputs come from: operands, or lines of standard input. */
#ifndef PF_SOURCE_H
#define PF_SOURCE_H

#include <stdbool.h>

#include "line.h"
#include "strvec.h"

struct source {
	bool filter; /* lines are events, not paths */
	bool from_stdin;
	struct line_reader lines;
	bool stopped; /* nothing more is read */
	bool ended;   /* there is no more */
	/* Paths that were found, and the next of them. */
	struct strvec found;
	size_t next;
	unsigned long long bad; /* lines that are none */
	int status;             /* of what could not be read */
};

enum source_item {
	SOURCE_NOTHING, /* not now */
	SOURCE_PATH,
	SOURCE_LINE, /* with `filter`: as it came, without its newline */
	SOURCE_END
};

/* Operands are looked into at once: source_total knows them. */
void source_init(struct source *s, char *const operands[], size_t count,
    bool filter, bool nul);
/* The next one, valid until the next call. Does not wait. */
enum source_item source_next(struct source *s, char **text, size_t *len);
/* Reads no more, but gives what was read. */
void source_stop(struct source *s);
/* Inputs that are known of; 0 while more may come. */
unsigned long long source_total(const struct source *s);
/* Paths that were found and not given yet. */
unsigned long long source_left(const struct source *s);
void source_release(struct source *s);

#endif

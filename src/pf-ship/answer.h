/*
 * What a master says of a batch, as a line of a session or the body of an HTTP
 * answer:
 *
 *	{"key":K,"stored":2,"duplicate":0,"rejected":[{"line":3,"reason":R}]}
 *	{"key":K,"error":R,"exit":75}	a session
 *	{"error":R}			HTTP
 *
 * Members of other names are skipped. Only the first form is an
 * acknowledgement, and only of the key and of as many lines as were sent:
 * a captive portal, a cut body or a confused proxy must not cost a batch.
 */
#ifndef PF_SHIP_ANSWER_H
#define PF_SHIP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct answer_rejected {
	uint64_t line;      /* counted from 1 */
	size_t reason, len; /* where in `text` */
};

struct answer {
	bool acknowledged;
	bool failed; /* the error form, with its reason in `error` */
	uint64_t stored, duplicate;
	struct answer_rejected *rejected;
	size_t count, cap;
	struct buf text;  /* the reasons, each with a NUL behind it */
	struct buf error; /* UTF-8 without NUL */
	int64_t exit;     /* -1: none was said */
};

void answer_init(struct answer *a);
void answer_release(struct answer *a);
void answer_clear(struct answer *a);

/*
 * Reads an answer to the batch `key` of so many lines; NULL, or what is wrong
 * with it as the rest of a sentence, and it is neither acknowledged nor failed
 * then. With `key` NULL only an error is looked for.
 */
const char *answer_read(struct answer *a, const char *text, size_t len,
    const char *key, uint64_t lines);
const char *answer_reason(const struct answer *a, size_t rejected);
/* The longest answer that so many lines can have. */
size_t answer_max(uint64_t lines);

#endif

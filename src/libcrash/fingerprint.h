/*
 * What a crash is called: the site (its group), the stack (its variant), and
 * a form without lines that holds across builds.
 */
#ifndef PF_FINGERPRINT_H
#define PF_FINGERPRINT_H

#include "buf.h"
#include "rules.h"
#include "trace.h"

#define FINGERPRINT_TEXT 17

/* One frame that was kept; names lie in fingerprint.names. */
struct place {
	size_t name, name_len; /* absent: 0, 0 */
	const struct frame *frame;
	const char *helper; /* why it is one; NULL when it is none */
	bool entry;
};

struct fingerprint {
	bool resolved;   /* false: there was nothing to go by */
	bool symbolized; /* the site has a function's name */
	struct buf site; /* "copy_bytes chunk.c:27 < chunk_a chunk.c:40" */
	struct buf site_linefree;
	struct buf key;               /* what `group` is the hash of */
	char group[FINGERPRINT_TEXT]; /* 16 hex digits, or "" */
	char stack[FINGERPRINT_TEXT];

	/* The maker's own, kept for its room and for what it has learned. */
	struct frame_memo *memo;
	struct buf names;
	struct place *places;
	size_t count, cap;
	bool named; /* places have names; those without were dropped */
};

void fingerprint_init(struct fingerprint *fingerprint);
void fingerprint_release(struct fingerprint *fingerprint);

/*
 * Makes the fingerprint of a report. `target` is what timeouts and exhausted
 * memory are grouped by; it may be NULL. Where `explain` is not NULL, a line
 * for each frame and its rule is appended to it.
 */
void
fingerprint_make(struct fingerprint *fingerprint, const struct report *report,
    const struct rules *rules, const char *target, struct buf *explain);

#endif

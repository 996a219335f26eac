/*
 * What the rules made of frames before: the same few thousand frames stand in
 * millions of traces. A bounded table: what comes later takes the place of what
 * was there.
 */
#ifndef PF_FRAME_MEMO_H
#define PF_FRAME_MEMO_H

#include <stdbool.h>
#include <stddef.h>

#include "trace.h"

struct rules;

/* A frame's clean name, and the rules' words on it; NULL: none has any. */
struct frame_verdict {
	struct span name; /* the memo's, until the next frame_memo_put */
	const char *skip, *helper;
	bool entry;
};

struct frame_memo;

struct frame_memo *frame_memo_new(void);
void frame_memo_free(struct frame_memo *memo);
/* All verdicts are by these rules: with others it is emptied. */
void frame_memo_use(struct frame_memo *memo, const struct rules *rules);
/* NULL when it is not known. */
const struct frame_verdict *
frame_memo_get(struct frame_memo *memo, const struct frame *frame);
/* Right after a frame_memo_get of the same frame that did not know it. */
void frame_memo_put(struct frame_memo *memo, const struct frame *frame,
    const struct frame_verdict *verdict);

#endif

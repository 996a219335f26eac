/*
 * What frames say behind their address: "f /a.c:3:1 (prog+0x12)". One crash
 * after another has the same frames at other addresses, and to look up what
 * such a text says is faster than to read it again. A table of fixed size, in
 * which one text takes the place of another.
 */
#ifndef PF_TAIL_MEMO_H
#define PF_TAIL_MEMO_H

#include "trace.h"

struct tail_memo;

struct tail_memo *tail_memo_new(void);
void tail_memo_free(struct tail_memo *memo);
/*
 * Fills all of the frame but its address, with spans into `tail`; false when
 * the text is not known.
 */
bool tail_memo_get(
    const struct tail_memo *memo, struct span tail, struct frame *frame);
/* What frame_tail() made of the text. */
void tail_memo_put(
    struct tail_memo *memo, struct span tail, const struct frame *frame);

#endif

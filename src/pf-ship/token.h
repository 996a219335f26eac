/* The secret that a master knows a node by. */
#ifndef PF_SHIP_TOKEN_H
#define PF_SHIP_TOKEN_H

#include "buf.h"

/*
 * Appends the token, the one line of the file. 0, or 78 with the rest of a
 * sentence in *why: it cannot be read, others may read it too, or it is none.
 */
int token_read(struct buf *token, const char *path, struct buf *why);

#endif

/* The report for a terminal. */
#ifndef PF_SUMMARY_H
#define PF_SUMMARY_H

#include "board.h"
#include "buf.h"

void summary_write(struct buf *out, const struct board *board);

#endif

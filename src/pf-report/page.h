/* The report as one HTML page that needs nothing else. */
#ifndef PF_PAGE_H
#define PF_PAGE_H

#include "board.h"
#include "buf.h"

/* Appends the whole page. `title` may hold any bytes. 0, or -1 with
 * db_error. */
int page_write(struct buf *out, struct db *db, const struct board *board,
    const char *title);

/* Its larger sections, each appended whole. */
int page_groups(struct buf *out, struct db *db);
int page_unresolved(struct buf *out, struct db *db, int64_t count);

#endif

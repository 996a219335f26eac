/* A page of a list: {"jobs":[…],"next":…}, and rows as the members that they
 * are told with. */
#ifndef PF_SERVE_PAGE_H
#define PF_SERVE_PAGE_H

#include "cursor.h"
#include "emit.h"
#include "libstore/db.h"
#include "request.h"

struct page {
	struct emit e;
	int64_t limit, count;
	bool more;
	struct cursor last; /* of the last that is on it: the caller sets it */
};

void page_release(struct page *p);
/* Opens the array into the answer's body. One more than `limit` is asked for,
 * to know of it. */
void page_begin(struct page *p, struct answer *a, const char *name, char list,
    int64_t limit);
/* Whether there is room for one more; else there is another page. */
bool page_takes(struct page *p);
void page_set_text(struct page *p, const char *text);
/* Closes it, with `next` when there is more, and tags the answer. */
void page_end(struct page *p, struct answer *a, const struct request *r);

enum row_form { ROW_TEXT, ROW_COUNT, ROW_REAL, ROW_TIME, ROW_JSON, ROW_FLAG };
struct row_field {
	const char *name; /* NULL ends the list */
	int column;
	enum row_form form;
};
/* The members that are known. */
void
row_emit(struct emit *e, struct db_statement *row, const struct row_field *f);
/* The same as an object of that name, left out when nothing is known. */
void row_emit_object(struct emit *e, const char *name, struct db_statement *row,
    const struct row_field *f);

#endif

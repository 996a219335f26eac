/* Pages of lists. */
#include "page.h"

#include <string.h>

void
page_release(struct page *p)
{
	cursor_release(&p->last);
}

void
page_begin(struct page *p, struct answer *a, const char *name, char list,
    int64_t limit)
{
	*p = (struct page){.limit = limit, .last = CURSOR_INIT(list)};
	emit_begin(&p->e, &a->body);
	emit_object(&p->e, NULL);
	emit_array(&p->e, name);
}

bool
page_takes(struct page *p)
{
	p->more = p->count == p->limit;
	if (!p->more)
		p->count++;
	return !p->more;
}

void
page_set_text(struct page *p, const char *text)
{
	buf_clear(&p->last.text);
	buf_add_str(&p->last.text, text);
}

void
page_end(struct page *p, struct answer *a, const struct request *r)
{
	struct buf next = BUF_INIT;

	emit_end(&p->e);
	if (p->more) {
		cursor_write(&next, &p->last);
		emit_string(&p->e, "next", next.data);
		buf_release(&next);
	}
	emit_end(&p->e);
	answer_tag(a, r);
}

void
row_emit(struct emit *e, struct db_statement *row, const struct row_field *f)
{
	const char *text;

	for (; f->name != NULL; f++) {
		if (db_column_is_null(row, f->column))
			continue;
		switch (f->form) {
		case ROW_TEXT:
			emit_string(e, f->name, db_column_text(row, f->column));
			break;
		case ROW_COUNT:
			emit_i64(e, f->name, db_column_integer(row, f->column));
			break;
		case ROW_REAL:
			emit_real(e, f->name, db_column_real(row, f->column));
			break;
		case ROW_TIME:
			emit_time(
			    e, f->name, db_column_integer(row, f->column));
			break;
		case ROW_JSON:
			text = db_column_text(row, f->column);
			emit_raw(e, f->name, text, strlen(text));
			break;
		case ROW_FLAG:
			emit_bool(
			    e, f->name, db_column_integer(row, f->column) != 0);
			break;
		}
	}
}

void
row_emit_object(struct emit *e, const char *name, struct db_statement *row,
    const struct row_field *fields)
{
	const struct row_field *f = fields;

	while (f->name != NULL && db_column_is_null(row, f->column))
		f++;
	if (f->name == NULL)
		return;
	emit_object(e, name);
	row_emit(e, row, fields);
	emit_end(e);
}

/* Statements by the conditions that are asked for. */
#include "query_where.h"

#include "buf.h"

static bool
has_parameter(const char *condition)
{
	return strchr(condition, '?') != NULL;
}

static void
add_condition(struct buf *sql, const char *condition, int *parameter)
{
	size_t n = strcspn(condition, "?");

	buf_add(sql, condition, n);
	if (condition[n] == '\0')
		return;
	buf_addf(sql, "?%d%s", ++*parameter, condition + n + 1);
}

static struct db_statement *
prepare(struct db *db, const struct query_where *w, const void *key,
    const char *const *values)
{
	struct buf sql = BUF_INIT;
	struct db_statement *s;
	int parameter = w->fixed;
	size_t i;

	buf_add_str(&sql, w->head);
	for (i = 0; i < w->count; i++)
		if (values[i] != NULL)
			add_condition(&sql, w->conditions[i], &parameter);
	buf_add_str(&sql, w->tail);
	s = db_prepare(db, key, sql.data);
	buf_release(&sql);
	return s;
}

struct db_statement *
query_where(
    struct db *db, const struct query_where *w, const char *const *values)
{
	int parameter = w->fixed;
	struct db_statement *s;
	const char *key = w->keys;
	size_t i;

	for (i = 0; i < w->count; i++)
		if (values[i] != NULL)
			key += (size_t)1 << i;
	s = db_find(db, key);
	if (s == NULL)
		s = prepare(db, w, key, values);
	for (i = 0; s != NULL && i < w->count; i++)
		if (values[i] != NULL && has_parameter(w->conditions[i]))
			db_bind_text(s, ++parameter, values[i]);
	return s;
}

int
query_each(struct db_statement *s,
    int (*each)(void *context, struct db_statement *row), void *context)
{
	enum db_step step = DB_FAILED;

	while (s != NULL && (step = db_step(s)) == DB_ROW)
		if (each(context, s) != 0)
			break;
	if (s != NULL)
		db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

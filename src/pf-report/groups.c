#include "groups.h"

#include "emit.h"
#include "libstore/query.h"

static void
add_text(struct emit *e, const char *key, const char *text)
{
	if (text != NULL)
		emit_string(e, key, text);
}

static int
add_line(void *context, const struct query_group *g)
{
	struct buf *out = context;
	struct emit e;

	emit_begin(&e, out);
	emit_object(&e, NULL);
	add_text(&e, "group", g->key);
	add_text(&e, "site", g->site);
	add_text(&e, "kind", g->kind);
	add_text(&e, "severity", g->severity);
	add_text(&e, "why", g->why);
	add_text(&e, "state", g->state);
	emit_i64(&e, "count", g->crashes);
	emit_time(&e, "first_time", g->first_seen);
	emit_time(&e, "last_time", g->last_seen);
	add_text(&e, "rules", g->rules);
	emit_end(&e);
	buf_add_char(out, '\n');
	return 0;
}

int
groups_write(struct buf *out, struct db *db)
{
	return query_groups(db, add_line, out);
}

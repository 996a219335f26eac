/* Nodes, jobs and series: each is asked for once, and then known. */
#include "ingest_store.h"
#include "mem.h"

/* With more than so many all are forgotten and asked for again. */
#define KNOWN_MAX 8192

void
ingest_forget_known(struct ingest *in)
{
	names_clear(&in->nodes);
	names_clear(&in->jobs);
	names_clear(&in->series);
	names_clear(&in->builds);
	in->node_count = 0;
	ingest_forget_rolled(in);
}

/* Makes room for what comes before a batch, so that none goes during it. */
static void
bound_known(struct ingest *in)
{
	if (in->nodes.count > KNOWN_MAX || in->jobs.count > KNOWN_MAX ||
	    in->series.count > KNOWN_MAX || in->builds.count > KNOWN_MAX)
		ingest_forget_known(in);
}

static void
see_node(struct ingest *in, const struct record *r)
{
	size_t len = strlen(r->node);
	int64_t *place = names_find(&in->nodes, r->node, len);
	struct ingest_node *n;

	if (place == NULL) {
		MEM_GROW(in->node, in->node_count, in->node_cap);
		names_add(&in->nodes, r->node, len, (int64_t)in->node_count);
		in->node[in->node_count++] =
		    (struct ingest_node){r->node, r->time, r->time, true};
		return;
	}
	n = &in->node[*place];
	if (r->time >= n->first && r->time <= n->last)
		return;
	n->name = r->node;
	n->changed = true;
	if (r->time < n->first)
		n->first = r->time;
	else
		n->last = r->time;
}

static int
write_node(struct ingest *in, struct ingest_node *n)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO nodes (name, first_seen, last_seen)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET"
	    " first_seen = CASE WHEN nodes.first_seen < excluded.first_seen"
	    " THEN nodes.first_seen ELSE excluded.first_seen END,"
	    " last_seen = CASE WHEN nodes.last_seen > excluded.last_seen"
	    " THEN nodes.last_seen ELSE excluded.last_seen END"
	    " WHERE excluded.first_seen < nodes.first_seen"
	    " OR excluded.last_seen > nodes.last_seen");

	n->changed = false;
	if (s == NULL)
		return -1;
	db_bind_text(s, 1, n->name);
	db_bind_integer(s, 2, n->first);
	db_bind_integer(s, 3, n->last);
	return db_run(s);
}

static int
see_job(struct ingest *in, const struct record *r)
{
	size_t len = strlen(r->job);
	struct db_statement *s;

	if (names_find(&in->jobs, r->job, len) != NULL)
		return 0;
	names_add(&in->jobs, r->job, len, 1);
	s = db_static(in->db,
	    "INSERT INTO jobs (name) VALUES (?1) ON CONFLICT DO NOTHING");
	if (s == NULL)
		return -1;
	db_bind_text(s, 1, r->job);
	return db_run(s);
}

static void
bind_series(struct db_statement *s, const struct record *r)
{
	db_bind_text(s, 1, r->node);
	db_bind_text(s, 2, r->job);
	db_bind_text(s, 3, r->target);
	db_bind_text(s, 4, r->fuzzer);
	db_bind_text(s, 5, record_text(r, "instance"));
}

/* The id that the store has: -1 when it has none, -2 on failure. */
static int64_t
stored_series(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "SELECT id FROM series WHERE coalesce(node, '') ="
	    " coalesce(?1, '') AND coalesce(job, '') = coalesce(?2, '')"
	    " AND coalesce(target, '') = coalesce(?3, '')"
	    " AND coalesce(fuzzer, '') = coalesce(?4, '')"
	    " AND coalesce(instance, '') = coalesce(?5, '')");
	enum db_step step;
	int64_t id = -1;

	if (s == NULL)
		return -2;
	bind_series(s, r);
	step = db_step(s);
	if (step == DB_ROW)
		id = db_column_integer(s, 0);
	db_reset(s);
	return step == DB_FAILED ? -2 : id;
}

static int64_t
add_series(struct ingest *in, const struct record *r)
{
	struct db_statement *s = db_static(in->db,
	    "INSERT INTO series (node, job, target, fuzzer, instance)"
	    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING");

	if (s == NULL)
		return -2;
	bind_series(s, r);
	return db_run(s) < 0 ? -2 : stored_series(in, r);
}

static void
add_part(struct buf *key, const char *part)
{
	buf_add_str(key, part == NULL ? "" : part);
	buf_add_char(key, '\0');
}

static int
see_series(struct ingest *in, struct record *r)
{
	struct buf *key = &in->scratch;
	int64_t *known;

	buf_clear(key);
	add_part(key, r->node);
	add_part(key, r->job);
	add_part(key, r->target);
	add_part(key, r->fuzzer);
	add_part(key, record_text(r, "instance"));
	known = names_find(&in->series, key->data, key->len);
	if (known != NULL) {
		r->series = *known;
		return 0;
	}
	r->series = stored_series(in, r);
	if (r->series == -1)
		r->series = add_series(in, r);
	if (r->series == -1)
		return db_fail(in->db, DB_FAULT_AGAIN,
		    "the series of an event does not stay");
	if (r->series < 0)
		return -1;
	names_add(&in->series, key->data, key->len, r->series);
	return 0;
}

int
ingest_know(struct ingest *in, struct record *const *records, size_t count)
{
	size_t i;

	bound_known(in);
	for (i = 0; i < count; i++)
		if (records[i]->fate != RECORD_KNOWN &&
		    records[i]->node != NULL)
			see_node(in, records[i]);
	for (i = 0; i < in->node_count; i++)
		if (in->node[i].changed && write_node(in, &in->node[i]) < 0)
			return -1;
	for (i = 0; i < count; i++) {
		struct record *r = records[i];

		if (r->fate == RECORD_KNOWN)
			continue;
		if (r->job != NULL && see_job(in, r) < 0)
			return -1;
		if (r->type != NULL && (r->type->repeats & RECORD_SERIES) &&
		    see_series(in, r) < 0)
			return -1;
	}
	return 0;
}

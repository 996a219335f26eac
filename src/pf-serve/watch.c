/* Looking at a job, again and again. */
#include "watch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

#include "emit.h"
#include "mem.h"

void
watch_init(struct watch *w, const char *job)
{
	uint64_t random = 0;

	*w = (struct watch){.job = mem_dup(job), .names = NAMES_INIT};
	pthread_mutex_init(&w->lock, NULL);
	(void)!getrandom(&random, sizeof random, 0);
	snprintf(w->boot, sizeof w->boot, "%016" PRIx64, random);
}

static void
forget(struct watch *w)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		free(w->item[i].version);
		free(w->item[i].text);
	}
	w->count = 0;
	names_clear(&w->names);
}

void
watch_release(struct watch *w)
{
	forget(w);
	free(w->item);
	free(w->job);
	names_release(&w->names);
	pthread_mutex_destroy(&w->lock);
}

static struct watch_item *
item_of(struct watch *w, const char *name)
{
	int64_t *place = names_find(&w->names, name, strlen(name));
	struct watch_item *item;

	if (place != NULL)
		return &w->item[*place];
	names_add(&w->names, name, strlen(name), (int64_t)w->count);
	MEM_GROW(w->item, w->count, w->cap);
	item = &w->item[w->count++];
	*item = (struct watch_item){NULL, NULL, 0};
	return item;
}

/* Whether that is news. */
static bool
is_news(const struct watch_item *item, const char *version)
{
	return item->version == NULL || strcmp(item->version, version) != 0;
}

/* Takes the JSON for what is said of the item from now on. */
static void
say(struct watch *w, struct watch_item *item, const char *version,
    const char *event, struct buf *json)
{
	free(item->version);
	free(item->text);
	item->version = mem_dup(version);
	item->number = ++w->last;
	item->text = mem_printf("id: %s-%" PRIu64 "\nevent: %s\ndata: %s\n\n",
	    w->boot, item->number, event, json->data);
	buf_release(json);
}

static void
text_of(struct emit *e, struct db_statement *s, int column, const char *name)
{
	const char *text = db_column_text(s, column);

	if (text != NULL && strlen(text) <= WATCH_TEXT_MAX)
		emit_string(e, name, text);
}

static void
count_of(struct emit *e, struct db_statement *s, int column, const char *name)
{
	if (!db_column_is_null(s, column))
		emit_i64(e, name, db_column_integer(s, column));
}

static void
real_of(struct emit *e, struct db_statement *s, int column, const char *name)
{
	if (!db_column_is_null(s, column))
		emit_real(e, name, db_column_real(s, column));
}

static int
take_state(struct watch *w, struct db_statement *s)
{
	struct watch_item *item = item_of(w, "state");
	struct buf json = BUF_INIT;
	char version[64];
	struct emit e;

	snprintf(version, sizeof version, "%s %" PRId64 " %" PRId64,
	    db_column_text(s, 0) == NULL ? "-" : db_column_text(s, 0),
	    db_column_integer_or(s, 1, -1), db_column_integer_or(s, 4, -1));
	if (!is_news(item, version))
		return 0;
	emit_begin(&e, &json);
	emit_object(&e, NULL);
	emit_string(&e, "job", w->job);
	text_of(&e, s, 0, "state");
	if (!db_column_is_null(s, 1))
		emit_time(&e, "state_time", db_column_integer(s, 1));
	text_of(&e, s, 2, "node");
	text_of(&e, s, 3, "reason");
	count_of(&e, s, 4, "attempt");
	emit_end(&e);
	say(w, item, version, "state", &json);
	return 1;
}

static int
take_stats(struct watch *w, struct db_statement *s)
{
	char name[32], version[40];
	struct buf json = BUF_INIT;
	struct watch_item *item;
	struct emit e;

	snprintf(name, sizeof name, "series %" PRId64, db_column_integer(s, 0));
	snprintf(version, sizeof version, "%s", db_column_text(s, 1));
	item = item_of(w, name);
	if (!is_news(item, version))
		return 0;
	emit_begin(&e, &json);
	emit_object(&e, NULL);
	emit_time(&e, "time", db_column_integer(s, 2));
	text_of(&e, s, 3, "node");
	text_of(&e, s, 4, "instance");
	count_of(&e, s, 5, "execs_total");
	real_of(&e, s, 6, "execs_per_second");
	count_of(&e, s, 7, "corpus_count");
	count_of(&e, s, 8, "crashes_total");
	count_of(&e, s, 9, "edges_found");
	real_of(&e, s, 10, "coverage_ratio");
	emit_end(&e);
	say(w, item, version, "stats", &json);
	return 1;
}

static int
take_crash(struct watch *w, struct db_statement *s)
{
	const char *name = db_column_text(s, 0);
	struct watch_item *item = item_of(w, name);
	struct buf json = BUF_INIT;
	char version[24];
	struct emit e;

	snprintf(version, sizeof version, "%" PRId64, db_column_integer(s, 1));
	if (!is_news(item, version))
		return 0;
	emit_begin(&e, &json);
	emit_object(&e, NULL);
	emit_string(&e, "id", name);
	emit_i64(&e, "rev", db_column_integer(s, 1));
	emit_time(&e, "time", db_column_integer(s, 2));
	text_of(&e, s, 3, "group");
	text_of(&e, s, 4, "severity");
	text_of(&e, s, 5, "kind");
	text_of(&e, s, 6, "site");
	text_of(&e, s, 7, "input_name");
	text_of(&e, s, 8, "xxh128");
	text_of(&e, s, 9, "status");
	emit_end(&e);
	say(w, item, version, "crash", &json);
	return 1;
}

static const struct {
	const char *sql;
	int (*take)(struct watch *w, struct db_statement *s);
} looks[] = {
    {"SELECT state, state_time, node, reason, attempt FROM jobs"
     " WHERE name = ?1",
	take_state},
    {"SELECT s.id, t.event, t.time, s.node, s.instance, t.execs_total,"
     " t.execs_per_second, t.corpus_count, t.crashes_total, t.edges_found,"
     " t.coverage_ratio FROM series s JOIN stats t ON t.event ="
     " (SELECT u.event FROM stats u WHERE u.series = s.id"
     " ORDER BY u.time DESC, u.event DESC LIMIT 1) WHERE s.job = ?1"
     " ORDER BY s.id DESC LIMIT 1000",
	take_stats},
    {"SELECT e.id, e.rev, e.time, c.group_key, c.severity, c.kind, c.site,"
     " c.input_name, c.artifact, c.status FROM (SELECT id, rev, time"
     " FROM events WHERE type = 'crash' AND job = ?1 ORDER BY id DESC"
     " LIMIT 1000) e JOIN crashes c ON c.event = e.id ORDER BY e.id",
	take_crash},
};

/* The things of a job that is watched for long; then it begins anew. */
#define ITEMS_MAX (4 * WATCH_CRASHES_MAX)

int
watch_look(struct watch *w, struct db *db)
{
	enum db_step step = DB_DONE;
	int news = 0;
	size_t i;

	pthread_mutex_lock(&w->lock);
	if (w->count > ITEMS_MAX)
		forget(w);
	pthread_mutex_unlock(&w->lock);
	for (i = 0; step == DB_DONE && i < sizeof looks / sizeof looks[0];
	     i++) {
		struct db_statement *s = db_static(db, looks[i].sql);

		if (s == NULL)
			return -1;
		db_bind_text(s, 1, w->job);
		while ((step = db_step(s)) == DB_ROW) {
			pthread_mutex_lock(&w->lock);
			news |= looks[i].take(w, s);
			pthread_mutex_unlock(&w->lock);
		}
		db_reset(s);
	}
	return step == DB_FAILED ? -1 : news;
}

/* The one whose number comes next; NULL when there is none. */
static const struct watch_item *
next_item(const struct watch *w, uint64_t after)
{
	const struct watch_item *next = NULL;
	size_t i;

	for (i = 0; i < w->count; i++)
		if (w->item[i].number > after &&
		    (next == NULL || w->item[i].number < next->number))
			next = &w->item[i];
	return next;
}

void
watch_tell(struct watch *w, uint64_t *after, struct buf *out, size_t max)
{
	const struct watch_item *item;

	pthread_mutex_lock(&w->lock);
	while (out->len < max && (item = next_item(w, *after)) != NULL) {
		buf_add_str(out, item->text);
		*after = item->number;
	}
	pthread_mutex_unlock(&w->lock);
}

uint64_t
watch_resume(struct watch *w, const char *id)
{
	size_t len = strlen(w->boot);
	char *end;
	unsigned long long number, last;

	if (id == NULL || strncmp(id, w->boot, len) != 0 || id[len] != '-')
		return 0;
	pthread_mutex_lock(&w->lock);
	last = w->last;
	pthread_mutex_unlock(&w->lock);
	number = strtoull(id + len + 1, &end, 10);
	return *end == '\0' && number <= last ? number : 0;
}

/* Who watches what, and a thread that looks. */
#include "progress.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>

#include "clock.h"
#include "libstore/db.h"
#include "mem.h"
#include "msg.h"
#include "watch.h"

/* What others write to the store is found by looking this often. */
#define LOOK_MS 2000
/* After a commit of ours; many in a row are looked at together. */
#define SETTLE_MS 200
/* So that who is between us does not take a silent stream for a dead one. */
#define COMMENT_MS 15000
#define CHUNK 16384
/* Watches stay for those who come back. */
#define WATCHES_MAX 64
#define STAY_MS (10 * 60 * 1000)

struct watched {
	struct watch watch;
	size_t subscribers;
	int64_t left_at; /* clock_monotonic() when the last one went */
	bool in_hand;    /* of the thread that looks, which has no lock then */
};

struct subscriber {
	struct subscriber *next;
	struct MHD_Connection *connection;
	struct watched *watched;
	uint64_t told; /* up to that number */
	struct buf out;
	size_t sent; /* of `out` */
	int64_t spoke_at;
	bool waiting; /* the connection is suspended */
	bool ended;
};

static struct {
	struct progress_options options;
	pthread_mutex_t lock;
	pthread_cond_t news;
	pthread_t thread;
	struct watched *watched[WATCHES_MAX];
	struct subscriber *first;
	size_t subscribers;
	bool started, stopping;
	atomic_bool woken; /* the lock is not needed to say so */
} hub = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* These have the lock. */

static void
wake(struct subscriber *s)
{
	if (s->waiting) {
		s->waiting = false;
		MHD_resume_connection(s->connection);
	}
}

/* A place that is free, or whose job nobody has asked for longest. */
static size_t
free_place(void)
{
	size_t i, place = WATCHES_MAX;

	for (i = 0; i < WATCHES_MAX; i++) {
		if (hub.watched[i] == NULL)
			return i;
		if (hub.watched[i]->subscribers == 0 &&
		    !hub.watched[i]->in_hand &&
		    (place == WATCHES_MAX ||
			hub.watched[i]->left_at < hub.watched[place]->left_at))
			place = i;
	}
	return place;
}

static void
drop(size_t place)
{
	watch_release(&hub.watched[place]->watch);
	free(hub.watched[place]);
	hub.watched[place] = NULL;
}

static struct watched *
watched_of(const char *job)
{
	size_t i;

	for (i = 0; i < WATCHES_MAX; i++)
		if (hub.watched[i] != NULL &&
		    strcmp(hub.watched[i]->watch.job, job) == 0)
			return hub.watched[i];
	i = free_place();
	if (i == WATCHES_MAX)
		return NULL;
	if (hub.watched[i] != NULL)
		drop(i);
	hub.watched[i] = mem_calloc(1, sizeof *hub.watched[i]);
	watch_init(&hub.watched[i]->watch, job);
	return hub.watched[i];
}

static void
drop_left(void)
{
	int64_t now = clock_monotonic();
	size_t i;

	for (i = 0; i < WATCHES_MAX; i++)
		if (hub.watched[i] != NULL &&
		    hub.watched[i]->subscribers == 0 &&
		    now - hub.watched[i]->left_at > STAY_MS)
			drop(i);
}

/* Without the lock: nobody else waits for a store that does not answer. */
static int
look_at(size_t place, struct db *db)
{
	struct watched *w;
	bool wanted;
	int got;

	pthread_mutex_lock(&hub.lock);
	w = hub.watched[place];
	wanted = w != NULL && w->subscribers > 0;
	if (wanted)
		w->in_hand = true;
	pthread_mutex_unlock(&hub.lock);
	if (!wanted)
		return 0;
	got = db_begin_read(db) < 0 ? -1 : watch_look(&w->watch, db);
	db_rollback(db);
	pthread_mutex_lock(&hub.lock);
	w->in_hand = false;
	pthread_mutex_unlock(&hub.lock);
	return got;
}

static void
look_at_all(struct db *db)
{
	size_t i;
	int got = 0;

	db_forget_error(db);
	for (i = 0; got >= 0 && i < WATCHES_MAX; i++)
		got = look_at(i, db);
	if (got >= 0)
		return;
	msg_info("progress: %s", db_error(db)->text);
	if (db_error(db)->fault == DB_FAULT_LOST)
		db_reopen(db);
}

static void
wake_some(void)
{
	int64_t now = clock_monotonic();
	struct subscriber *s;

	for (s = hub.first; s != NULL; s = s->next)
		if (hub.stopping || s->told < s->watched->watch.last ||
		    now - s->spoke_at > COMMENT_MS)
			wake(s);
}

static void
wait_for_news(int64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&hub.news, &hub.lock, &t);
}

static struct db *
open_store(void)
{
	struct db_error error;
	struct db *db = db_open(hub.options.db,
	    &(struct db_options){
		.mode = DB_READ, .wait_ms = hub.options.wait_ms},
	    &error);

	if (db == NULL)
		msg_warnx("progress: %s", error.text);
	return db;
}

/* Whether to go on, and there is somebody to look for. */
static bool
has_news(bool *stopping)
{
	bool some;

	pthread_mutex_lock(&hub.lock);
	if (!hub.stopping && !atomic_load(&hub.woken))
		wait_for_news(LOOK_MS);
	atomic_store(&hub.woken, false);
	drop_left();
	*stopping = hub.stopping;
	some = hub.subscribers > 0;
	pthread_mutex_unlock(&hub.lock);
	return some;
}

static void *
work(void *context)
{
	const struct timespec settle = {0, SETTLE_MS * 1000000L};
	struct db *db = NULL;
	bool stopping = false;

	(void)context;
	while (!stopping) {
		if (has_news(&stopping) && !stopping) {
			if (db == NULL)
				db = open_store();
			if (db != NULL)
				look_at_all(db);
		}
		pthread_mutex_lock(&hub.lock);
		wake_some();
		pthread_mutex_unlock(&hub.lock);
		if (!stopping)
			nanosleep(&settle, NULL);
	}
	db_close(db);
	return NULL;
}

void
progress_start(const struct progress_options *options)
{
	hub.options = *options;
	pthread_cond_init(&hub.news, NULL);
	if (pthread_create(&hub.thread, NULL, work, NULL) != 0)
		msg_diex(EX_OSERR, "no thread can be made for progress");
	hub.started = true;
}

/* Never waits: should the signal get lost, the next look comes anyway. */
void
progress_wake(void)
{
	atomic_store(&hub.woken, true);
	pthread_cond_signal(&hub.news);
}

void
progress_stop(void)
{
	if (!hub.started)
		return;
	pthread_mutex_lock(&hub.lock);
	hub.stopping = true;
	pthread_cond_signal(&hub.news);
	pthread_mutex_unlock(&hub.lock);
	pthread_join(hub.thread, NULL);
}

void
progress_end(void)
{
	struct subscriber *s;

	pthread_mutex_lock(&hub.lock);
	for (s = hub.first; s != NULL; s = s->next) {
		s->ended = true;
		wake(s);
	}
	pthread_mutex_unlock(&hub.lock);
}

static void
fill(struct subscriber *s)
{
	int64_t now = clock_monotonic();

	buf_clear(&s->out);
	s->sent = 0;
	watch_tell(&s->watched->watch, &s->told, &s->out, CHUNK);
	if (s->out.len == 0 && now - s->spoke_at > COMMENT_MS)
		buf_add_str(&s->out, ": here\n\n");
	if (s->out.len > 0)
		s->spoke_at = now;
}

static ssize_t
on_read(void *context, uint64_t position, char *bytes, size_t max)
{
	struct subscriber *s = context;
	ssize_t n = 0;

	(void)position;
	pthread_mutex_lock(&hub.lock);
	if (s->sent == s->out.len && !s->ended)
		fill(s);
	if (s->out.len > s->sent) {
		size_t left = s->out.len - s->sent;

		n = (ssize_t)(left < max ? left : max);
		memcpy(bytes, s->out.data + s->sent, (size_t)n);
		s->sent += (size_t)n;
	} else if (hub.stopping || s->ended) {
		n = MHD_CONTENT_READER_END_OF_STREAM;
	} else {
		s->waiting = true;
		MHD_suspend_connection(s->connection);
	}
	pthread_mutex_unlock(&hub.lock);
	return n;
}

static void
on_free(void *context)
{
	struct subscriber *s = context, **link;

	pthread_mutex_lock(&hub.lock);
	for (link = &hub.first; *link != s; link = &(*link)->next)
		;
	*link = s->next;
	hub.subscribers--;
	if (--s->watched->subscribers == 0)
		s->watched->left_at = clock_monotonic();
	pthread_mutex_unlock(&hub.lock);
	buf_release(&s->out);
	free(s);
}

/* NULL when there are too many. */
static struct subscriber *
subscribe(struct MHD_Connection *connection, struct exchange *x)
{
	struct subscriber *s = NULL;
	struct watched *watched = NULL;

	pthread_mutex_lock(&hub.lock);
	if (!hub.stopping && hub.subscribers < hub.options.subscribers_max)
		watched = watched_of(x->request.word[0]);
	if (watched != NULL) {
		s = mem_calloc(1, sizeof *s);
		s->connection = connection;
		s->watched = watched;
		s->told =
		    watch_resume(&watched->watch, x->request.last_event_id);
		buf_init(&s->out);
		/* What comes first comes at once. */
		buf_add_str(&s->out, "retry: 2000\n\n");
		s->spoke_at = clock_monotonic();
		s->next = hub.first;
		hub.first = s;
		hub.subscribers++;
		watched->subscribers++;
	}
	pthread_mutex_unlock(&hub.lock);
	progress_wake();
	return s;
}

static enum MHD_Result
refuse(struct MHD_Connection *connection)
{
	static char body[] = "{\"error\":\"too many watch already\"}\n";
	struct MHD_Response *r = MHD_create_response_from_buffer(
	    sizeof body - 1, body, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result;

	MHD_add_response_header(r, "Content-Type", "application/json");
	MHD_add_response_header(r, "Retry-After", "10");
	result = MHD_queue_response(connection, 503, r);
	MHD_destroy_response(r);
	return result;
}

enum MHD_Result
progress_send(struct MHD_Connection *connection, struct exchange *x)
{
	struct subscriber *s = subscribe(connection, x);
	struct MHD_Response *r;
	enum MHD_Result result;

	if (s == NULL)
		return refuse(connection);
	r = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, CHUNK, on_read, s, on_free);
	if (r == NULL) {
		on_free(s);
		return MHD_NO;
	}
	MHD_add_response_header(r, "Content-Type", "text/event-stream");
	MHD_add_response_header(r, "Cache-Control", "no-store");
	/* nginx would keep it until there is more. */
	MHD_add_response_header(r, "X-Accel-Buffering", "no");
	result = MHD_queue_response(connection, 200, r);
	MHD_destroy_response(r);
	return result;
}

void
route_progress(struct db *db, const struct request *r, struct answer *a)
{
	struct db_statement *s =
	    db_static(db, "SELECT 1 FROM jobs WHERE name = ?1");
	enum db_step step = DB_FAILED;

	if (s != NULL) {
		db_bind_text(s, 1, r->word[0]);
		step = db_step(s);
		db_reset(s);
	}
	if (step == DB_FAILED)
		route_failed(db, a);
	else if (step == DB_DONE)
		answer_error(a, 404, "there is no such job");
}

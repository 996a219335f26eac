/* Who needs whom: the order of starting is that of need, stopping is the other
 * way round. */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "emit.h"
#include "health.h"
#include "http.h"
#include "inputs.h"
#include "maintenance.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "pages.h"
#include "pair.h"
#include "progress.h"

#define LISTENERS_MAX 16
#define LIMIT_MS 60000 /* of a page of the report */

struct server {
	const struct options *options;
	struct writer *writer;
	struct readers *readers;
	struct chores *chores;
	struct http *http;
	struct listener listener[LISTENERS_MAX];
	size_t listeners;
};

/* For who has no other way to reach it: the only server there is. */
static struct server *the_server;

static void
on_committed(void)
{
	progress_wake();
	if (the_server->chores != NULL)
		chores_wake(the_server->chores);
}

static struct http_limits
limits_of(const struct options *o)
{
	return (struct http_limits){.body_max = o->body_max,
	    .unpacked_max = o->unpacked_max,
	    .lines_max = o->lines_max,
	    .held_max = o->held_max,
	    .peers = {.ms = {[PEER_FRESH] = o->idle_timeout_ms,
			  [PEER_IDLE] = o->idle_timeout_ms,
			  [PEER_HEADERS] = o->header_timeout_ms,
			  [PEER_BODY] = o->body_timeout_ms,
			  [PEER_ANSWER] = o->answer_timeout_ms},
		.per_address = (unsigned)o->connections_per_address}};
}

/* Every connection is a descriptor. */
static void
raise_descriptors(uint64_t connections)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)!setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < connections + 64)
		msg_warnx("only %llu descriptors are allowed, for %llu "
			  "connections",
		    (unsigned long long)limit.rlim_cur,
		    (unsigned long long)connections);
}

static int
start_store(struct server *s)
{
	const struct options *o = s->options;
	int status = 0;

	s->writer = writer_start(&(struct writer_options){.db = o->db,
				     .artifacts = o->artifacts,
				     .wait_ms = o->wait_ms,
				     .announce = o->on_new != NULL,
				     .waiting_max = o->waiting_max,
				     .done = http_answer,
				     .committed = on_committed},
	    &status);
	if (s->writer == NULL)
		return status;
	s->readers = readers_start(&(struct readers_options){.db = o->db,
				       .wait_ms = o->wait_ms,
				       .threads = (unsigned)o->readers,
				       .waiting_max = o->waiting_max,
				       .done = http_answer},
	    &status);
	return status;
}

static void
start_rest(struct server *s)
{
	const struct options *o = s->options;

	s->chores = chores_start(&(struct chores_options){.db = o->db,
	    .wait_ms = o->wait_ms,
	    .on_new = o->on_new,
	    .on_new_ms = o->on_new_ms,
	    .done = http_answer});
	progress_start(
	    &(struct progress_options){o->db, o->wait_ms, (size_t)o->streams});
	health_watch(&(struct health_options){
	    s->writer, o->db, o->artifacts, o->min_free});
	maintenance_set(&(struct maintenance_options){o->db, o->backups,
	    o->wait_ms, o->hours_after_ms, o->days_after_ms});
	pages_set(&(struct pages_options){o->db, o->report_age_ms, LIMIT_MS});
	inputs_set(o->artifacts);
}

static int
start_http(struct server *s)
{
	const struct options *o = s->options;
	struct pair pair;
	int status = pair_read(&pair, o->cert, o->key);
	size_t i;

	if (status != 0) {
		pair_release(&pair);
		return status;
	}
	s->http = http_new(&(struct http_options){.writer = s->writer,
	    .readers = s->readers,
	    .chores = s->chores,
	    .limits = limits_of(o),
	    .threads = (unsigned)o->threads,
	    .connections_max = (unsigned)o->connections,
	    .header_max = (size_t)o->header_max,
	    .cert = pair.cert,
	    .key = pair.key});
	if (o->tokens != NULL) {
		struct tokens *tokens = tokens_read(o->tokens, &status);
		struct http_limits limits = limits_of(o);

		if (tokens != NULL)
			http_set(s->http, &limits, tokens);
	}
	for (i = 0; status == 0 && i < s->listeners; i++)
		status = http_serve(s->http, &s->listener[i]);
	pair_release(&pair);
	return status;
}

/* Whether it may listen there like that: an exit status, after one sentence. */
static int
allow(const struct options *o, const struct listener *l)
{
	const char *why = NULL;

	if (l->local || o->insecure)
		return 0;
	if (o->tokens == NULL)
		why = "whoever reaches it could write to the store: give it "
		      "--tokens, or --insecure";
	else if (o->cert == NULL)
		why = "tokens would be sent in the clear: give it --cert and "
		      "--key, a proxy in front of it, or --insecure";
	if (why == NULL)
		return 0;
	msg_warnx("listen on %s: %s", msg_quote(l->name), why);
	return EX_CONFIG;
}

static int
open_listeners(struct server *s)
{
	const struct options *o = s->options;
	int status = 0;
	size_t i;

	s->listeners = listen_handed(s->listener, LISTENERS_MAX);
	for (i = s->listeners; i == s->listeners && status == 0 &&
	     s->listeners < LISTENERS_MAX && s->listeners < o->listen.count;
	     i++) {
		status = listen_on(&s->listener[i], o->listen.item[i]);
		s->listeners += status == 0;
	}
	for (i = 0; status == 0 && i < s->listeners; i++)
		status = allow(o, &s->listener[i]);
	return status;
}

static void
tell_listeners(const struct server *s)
{
	struct buf line = BUF_INIT;
	struct emit e;
	size_t i;

	for (i = 0; i < s->listeners; i++) {
		emit_begin(&e, &line);
		emit_object(&e, NULL);
		emit_bytes_str(&e, "listening", s->listener[i].name);
		emit_bool(&e, "tls", s->options->cert != NULL);
		emit_end(&e);
		buf_add_char(&line, '\n');
	}
	out_add(line.data, line.len);
	out_flush();
	buf_release(&line);
}

static void
release(struct server *s)
{
	size_t i;

	if (s->readers != NULL)
		readers_stop(s->readers);
	if (s->chores != NULL)
		chores_stop(s->chores);
	/* The last to leave puts the store in order, which readers cannot. */
	if (s->writer != NULL)
		writer_stop(s->writer);
	/* The writer's last commits told them. */
	if (s->chores != NULL)
		chores_free(s->chores);
	if (s->http != NULL)
		http_free(s->http);
	for (i = 0; i < s->listeners; i++)
		listen_close(&s->listener[i]);
	pages_release();
	the_server = NULL;
	free(s);
}

int
server_try(const struct options *o)
{
	struct listener l;
	struct tokens *tokens;
	struct pair pair;
	int status = 0;
	size_t i;

	for (i = 0; status == 0 && i < o->listen.count; i++) {
		status = listen_try(&l, o->listen.item[i]);
		if (status == 0)
			status = allow(o, &l);
	}
	if (status == 0) {
		status = pair_read(&pair, o->cert, o->key);
		pair_release(&pair);
	}
	if (status == 0 && o->tokens != NULL) {
		tokens = tokens_read(o->tokens, &status);
		tokens_free(tokens);
	}
	return status;
}

struct server *
server_start(const struct options *options, int *status)
{
	struct server *s = mem_calloc(1, sizeof *s);

	s->options = options;
	the_server = s;
	raise_descriptors(options->connections);
	*status = open_listeners(s);
	if (*status == 0)
		*status = start_store(s);
	if (*status == 0) {
		start_rest(s);
		*status = start_http(s);
	}
	if (*status != 0) {
		progress_stop();
		release(s);
		return NULL;
	}
	tell_listeners(s);
	listen_notify("READY=1");
	return s;
}

void
server_reload(struct server *s, const struct options *options)
{
	struct http_limits limits = limits_of(options);
	struct tokens *tokens = NULL;
	int status = 0;

	listen_notify("RELOADING=1");
	if (options->tokens != NULL)
		tokens = tokens_read(options->tokens, &status);
	if ((options->tokens == NULL) != (s->options->tokens == NULL)) {
		msg_warnx("whether there are tokens changes with a restart");
		status = EX_CONFIG;
	}
	if (status == 0)
		http_set(s->http, &limits, tokens);
	else
		tokens_free(tokens);
	msg_warnx(status == 0 ? "limits and tokens were read again"
			      : "limits and tokens stay as they were");
	listen_notify("READY=1");
}

void
server_check(struct server *s)
{
	http_check(s->http);
}

int
server_stop(struct server *s)
{
	const struct timespec pause = {0, 10000000};
	int64_t until = clock_monotonic() + s->options->stop_ms;
	size_t left;

	listen_notify("STOPPING=1");
	health_stop();
	http_refuse(s->http);
	while ((left = http_busy(s->http)) > 0 && clock_monotonic() < until) {
		http_check(s->http);
		nanosleep(&pause, NULL);
	}
	if (left > 0)
		msg_warnx(
		    "%zu connections are cut off before their answer", left);
	progress_stop();
	release(s);
	return left > 0 ? EX_TEMPFAIL : 0;
}

/* What libmicrohttpd calls, and what it is told to do. */
#include "http.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <strings.h>
#include <sysexits.h>

#include "budget.h"
#include "clock.h"
#include "mem.h"
#include "metrics.h"
#include "msg.h"
#include "progress.h"
#include "transport.h"

#define DAEMONS_MAX 16
/* A body that nobody wants is read to its end if it is no longer: who is cut
 * off in the middle of sending does not hear why. */
#define DRAIN_MAX (1024 * 1024)
/* How long who has come while we end may take to say why. */
#define FRESH_MS 2000

/* A connection. The library does not tell of the end of a request that it gives
 * up while it reads the headers, so that we have to know of it. */
struct visit {
	struct peer *peer;
	struct exchange *exchange; /* NULL between two */
};

struct http {
	struct http_options options;
	struct peers *peers;
	struct MHD_Daemon *daemon[DAEMONS_MAX];
	const struct listener *listener[DAEMONS_MAX];
	size_t daemons;
	pthread_rwlock_t lock; /* of what http_set sets */
	struct http_limits limits;
	struct tokens *tokens;
	atomic_uint lists; /* of tokens that there have been */
	struct budget budget;
	atomic_bool refusing, ending; /* no more at all, no more after this */
};

static struct http_limits
limits_of(struct http *h)
{
	struct http_limits limits;

	pthread_rwlock_rdlock(&h->lock);
	limits = h->limits;
	pthread_rwlock_unlock(&h->lock);
	return limits;
}

/* Sets the caller, and says in the answer why they may not. */
static bool
may(struct http *h, struct exchange *x)
{
	struct transport *t = x->transport;
	struct caller *caller = &x->request.caller;
	char *token = transport_token(t);
	bool open;

	pthread_rwlock_rdlock(&h->lock);
	t->list = atomic_load(&h->lists);
	open = h->tokens == NULL;
	if (open)
		*caller = (struct caller){.roles = ROLE_NODE | ROLE_READER};
	else if (token != NULL)
		tokens_find(h->tokens, token, caller);
	pthread_rwlock_unlock(&h->lock);
	if (x->route->roles == 0 || (caller->roles & x->route->roles) != 0) {
		free(token);
		return true;
	}
	if (caller->known || open)
		answer_error(&x->answer, 403,
		    open ? "this needs a token, and no tokens are in use here"
			 : "this token is not for that");
	else
		answer_error(&x->answer, 401,
		    token == NULL ? "this needs a token"
				  : "this token is not known");
	free(token);
	return false;
}

/* What the headers alone tell. False when there is an answer already. */
static bool
accept_request(
    struct http *h, struct exchange *x, const char *method, const char *version)
{
	struct transport *t = x->transport;
	struct http_limits limits = limits_of(h);
	unsigned allowed = 0;

	if (!transport_read_headers(t, x, method, version))
		return false;
	x->route = route_find(&x->request, &allowed);
	if (atomic_load(&h->refusing) &&
	    (x->route == NULL || x->route->lane != LANE_HERE)) {
		answer_error(&x->answer, 503, "the server is stopping");
		x->answer.retry_after = 2;
		return false;
	}
	if (x->route == NULL) {
		t->allowed = allowed;
		if (allowed == 0)
			answer_error(&x->answer, 404, "no such route");
		else
			answer_error(
			    &x->answer, 405, "this route has no such method");
		return false;
	}
	if (!may(h, x))
		return false;
	t->limits = limits;
	if (t->length > limits.body_max) {
		answer_error(&x->answer, 413,
		    "the body has more than %zu bytes", limits.body_max);
		return false;
	}
	return true;
}

static enum MHD_Result
send_answer(struct http *h, struct exchange *x)
{
	struct transport *t = x->transport;

	budget_answer(&h->budget, x);
	metrics_request(
	    x->route, x->answer.status, clock_monotonic() - x->began);
	if (x->route != NULL && x->route->lane == LANE_STREAM &&
	    x->answer.status == 200) {
		peer_set(h->peers, t->peer, PEER_STREAM);
		/* Who is let in by a list is not by the next one: http_set. */
		return t->list == atomic_load(&h->lists)
		    ? progress_send(t->connection, x)
		    : MHD_NO;
	}
	peer_set(h->peers, t->peer, PEER_ANSWER);
	return transport_send(t, x, atomic_load(&h->ending));
}

/* The body may come; to its end, also when the answer is known. */
static enum MHD_Result
await_body(struct http *h, struct exchange *x, enum stage stage)
{
	struct transport *t = x->transport;

	if (stage == STAGE_BODY && t->length > 0)
		buf_reserve(&t->body, t->length);
	t->stage = stage;
	peer_set(h->peers, t->peer, PEER_BODY);
	return MHD_YES;
}

static enum MHD_Result
begin(
    struct http *h, struct exchange *x, const char *method, const char *version)
{
	struct transport *t = x->transport;
	bool accepted = accept_request(h, x, method, version);
	bool small = !t->chunked && t->length <= DRAIN_MAX;

	if (accepted && budget_enter(&h->budget, x, transport_room(t)))
		return await_body(h, x, STAGE_BODY);
	if (accepted && small) {
		t->stage = STAGE_WAITING;
		peer_set(h->peers, t->peer, PEER_WORKING);
		MHD_suspend_connection(t->connection);
		budget_wait(&h->budget, x, transport_room(t));
		return MHD_YES;
	}
	if (accepted)
		budget_refuse(x);
	return small ? await_body(h, x, STAGE_DRAIN) : send_answer(h, x);
}

/* The library says so with or without some of the body. */
static void
end_waiting(struct http *h, struct exchange *x)
{
	if (x->wanted > 0)
		budget_refuse(x);
	await_body(h, x, x->wanted > 0 ? STAGE_DRAIN : STAGE_BODY);
}

/* Some of the body. A chunked one does not say in advance how long it is. */
static enum MHD_Result
take_bytes(struct http *h, struct exchange *x, const char *bytes, size_t n)
{
	struct transport *t = x->transport;

	if (t->stage == STAGE_DRAIN) {
		t->drained += n;
		return t->drained <= DRAIN_MAX ? MHD_YES : MHD_NO;
	}
	if (t->body.len + n > t->limits.body_max)
		answer_error(&x->answer, 413,
		    "the body has more than %zu bytes", t->limits.body_max);
	else if (!t->chunked || budget_body(&h->budget, x, n)) {
		buf_add(&t->body, bytes, n);
		return MHD_YES;
	}
	buf_release(&t->body);
	t->stage = STAGE_DRAIN;
	return MHD_YES;
}

static bool
put(struct http *h, struct exchange *x)
{
	switch (x->route->lane) {
	case LANE_READ:
	case LANE_STREAM:
		return readers_put(h->options.readers, x);
	case LANE_WRITE:
	case LANE_BATCH:
		return writer_put(h->options.writer, x);
	case LANE_CHORE:
		return chores_put(h->options.chores, x);
	case LANE_HERE:
		break;
	}
	return false;
}

/* Hands the request to who answers it. */
static enum MHD_Result
dispatch(struct http *h, struct exchange *x)
{
	struct transport *t = x->transport;

	if (!transport_finish_body(t, x) ||
	    (x->request.body.len > x->held &&
		!budget_body(&h->budget, x, x->request.body.len - x->held)) ||
	    !budget_lines(&h->budget, x, t->lines))
		return send_answer(h, x);
	if (x->route->lane == LANE_HERE) {
		x->route->answer(NULL, &x->request, &x->answer);
		return send_answer(h, x);
	}
	t->stage = STAGE_WORKING;
	peer_set(h->peers, t->peer, PEER_WORKING);
	MHD_suspend_connection(t->connection);
	if (!put(h, x)) {
		answer_busy(&x->answer, "too many wait already");
		http_answer(x);
	}
	return MHD_YES;
}

/* Called again by the library, whichever thread said so. */
static void
resume(struct exchange *x)
{
	struct transport *t = x->transport;

	MHD_resume_connection(t->connection);
}

void
http_answer(struct exchange *x)
{
	struct transport *t = x->transport;

	t->stage = STAGE_ANSWER;
	resume(x);
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *bytes, size_t *n,
    void **state)
{
	struct http *h = context;
	struct exchange *x = *state;
	struct transport *t = x->transport;
	size_t have = *n;

	(void)connection;
	(void)url;
	if (t->stage == STAGE_WAITING) {
		end_waiting(h, x);
		if (have == 0)
			return MHD_YES;
	}
	switch (t->stage) {
	case STAGE_HEADERS:
		return begin(h, x, method, version);
	case STAGE_BODY:
	case STAGE_DRAIN:
		*n = 0;
		if (have > 0)
			return take_bytes(h, x, bytes, have);
		return t->stage == STAGE_DRAIN ? send_answer(h, x)
					       : dispatch(h, x);
	case STAGE_WAITING:
	case STAGE_WORKING:
		return MHD_YES;
	case STAGE_ANSWER:
		break;
	}
	return send_answer(h, x);
}

static void
exchange_free(struct http *h, struct exchange *x)
{
	budget_return(&h->budget, x);
	transport_free(x->transport);
	request_release(&x->request);
	answer_release(&x->answer);
	buf_release(&x->rejected);
	free(x->key);
	free(x);
}

static struct visit *
visit_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	    ->socket_context;
}

/* The first that is known of a request: its target, as it was sent. */
static void *
on_target(void *context, const char *target, struct MHD_Connection *connection)
{
	struct http *h = context;
	struct exchange *x = mem_calloc(1, sizeof *x);
	struct visit *visit = visit_of(connection);

	if (visit->exchange != NULL)
		exchange_free(h, visit->exchange);
	visit->exchange = x;
	x->began = clock_monotonic();
	x->request.now = clock_now();
	buf_init(&x->request.body);
	buf_init(&x->rejected);
	answer_init(&x->answer);
	x->transport = transport_new(connection, visit->peer, target);
	peer_set(h->peers, visit->peer, PEER_HEADERS);
	return x;
}

static void
on_completed(void *context, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
	struct http *h = context;
	struct exchange *x = *state;
	struct visit *visit = visit_of(connection);

	(void)code;
	if (x == NULL)
		return;
	peer_set(h->peers, visit->peer, PEER_IDLE);
	exchange_free(h, x);
	visit->exchange = NULL;
	*state = NULL;
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **socket,
    enum MHD_ConnectionNotificationCode code)
{
	struct http *h = context;
	struct visit *visit = *socket;
	const union MHD_ConnectionInfo *info;
	const struct sockaddr *address;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (visit->exchange != NULL)
			exchange_free(h, visit->exchange);
		peer_leave(h->peers, visit->peer);
		free(visit);
		return;
	}
	info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	address = info == NULL ? NULL : info->client_addr;
	info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	visit = mem_calloc(1, sizeof *visit);
	visit->peer = peer_enter(h->peers, info->connect_fd, address);
	*socket = visit;
}

static void __attribute__((format(printf, 2, 0)))
on_log(void *context, const char *format, va_list ap)
{
	struct buf text = BUF_INIT;

	(void)context;
	buf_vaddf(&text, format, ap);
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		buf_truncate(&text, text.len - 1);
	msg_info("http: %s", msg_quote(text.data));
	buf_release(&text);
}

/* Targets are decoded by us, part by part. */
static size_t
leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

struct http *
http_new(const struct http_options *options)
{
	struct http *h = mem_calloc(1, sizeof *h);

	h->options = *options;
	h->limits = options->limits;
	h->peers = peers_new(&options->limits.peers);
	pthread_rwlock_init(&h->lock, NULL);
	budget_init(&h->budget, options->limits.held_max, resume);
	return h;
}

int
http_serve(struct http *h, const struct listener *l)
{
	const struct http_options *o = &h->options;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_TURBO |
	    (o->cert == NULL ? 0 : MHD_USE_TLS);
	struct MHD_OptionItem tls[] = {
	    {MHD_OPTION_HTTPS_MEM_CERT, 0, mem_dup(o->cert ? o->cert : "")},
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, mem_dup(o->key ? o->key : "")},
	    {MHD_OPTION_END, 0, NULL}};
	struct MHD_OptionItem *more = o->cert == NULL ? tls + 2 : tls;
	struct MHD_Daemon *d;

	if (h->daemons == DAEMONS_MAX) {
		msg_warnx("more than %d sockets to listen on", DAEMONS_MAX);
		return EX_USAGE;
	}
	/* The rest is limited by peers.h. */
	d = MHD_start_daemon(flags, 0, NULL, NULL, on_request, h,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, h, MHD_OPTION_LISTEN_SOCKET,
	    l->fd, MHD_OPTION_THREAD_POOL_SIZE, o->threads,
	    MHD_OPTION_CONNECTION_LIMIT, o->connections_max,
	    MHD_OPTION_CONNECTION_TIMEOUT, 0U,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, o->header_max,
	    MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)4096,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
	    on_target, h, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, h,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_ARRAY,
	    more, MHD_OPTION_END);
	free(tls[0].ptr_value);
	free(tls[1].ptr_value);
	if (d == NULL) {
		msg_warnx("no %s server can be made on %s",
		    o->cert == NULL ? "HTTP" : "HTTPS", msg_quote(l->name));
		return EX_UNAVAILABLE;
	}
	h->daemon[h->daemons] = d;
	h->listener[h->daemons++] = l;
	return 0;
}

void
http_set(
    struct http *h, const struct http_limits *limits, struct tokens *tokens)
{
	struct tokens *before;

	pthread_rwlock_wrlock(&h->lock);
	before = h->tokens;
	h->tokens = tokens;
	h->limits = *limits;
	if (tokens != NULL)
		atomic_fetch_add(&h->lists, 1);
	pthread_rwlock_unlock(&h->lock);
	tokens_free(before);
	atomic_store(&h->budget.max, limits->held_max);
	peers_limit(h->peers, &limits->peers);
	if (tokens == NULL)
		return;
	peers_cut(h->peers, PEER_STREAM);
	progress_end();
}

void
http_check(struct http *h)
{
	peers_check(h->peers);
	budget_check(&h->budget);
}

void
http_refuse(struct http *h)
{
	struct peers_limits limits = limits_of(h).peers;
	bool handed = h->daemons > 0;
	size_t i;

	for (i = 0; i < h->daemons; i++)
		handed = handed && h->listener[i]->handed;
	atomic_store(&h->ending, true);
	atomic_store(&h->refusing, !handed);
	if (!handed)
		budget_close(&h->budget);
	for (i = 0; handed && i < h->daemons; i++)
		MHD_quiesce_daemon(h->daemon[i]);
	limits.ms[PEER_FRESH] = FRESH_MS;
	peers_limit(h->peers, &limits);
	peers_cut(h->peers, PEER_STREAM);
}

size_t
http_busy(struct http *h)
{
	return peers_busy(h->peers);
}

void
http_free(struct http *h)
{
	size_t i;

	budget_close(&h->budget);
	for (i = 0; i < h->daemons; i++) {
		/* The socket is its owner's, to be closed or kept. */
		MHD_quiesce_daemon(h->daemon[i]);
		MHD_stop_daemon(h->daemon[i]);
	}
	budget_release(&h->budget);
	peers_free(h->peers);
	tokens_free(h->tokens);
	pthread_rwlock_destroy(&h->lock);
	free(h);
}

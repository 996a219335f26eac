/*
 * Requests are read strictly: what two readers could understand in two ways is
 * understood in none.
 */
#include "transport.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "base64.h"
#include "mem.h"
#include "opt.h"
#include "target.h"

#define KEY_MAX 128
#define TOKEN_MAX 512

struct transport *
transport_new(
    struct MHD_Connection *connection, struct peer *peer, const char *target)
{
	struct transport *t = mem_calloc(1, sizeof *t);

	t->connection = connection;
	t->peer = peer;
	t->target = mem_dup(target);
	buf_init(&t->body);
	return t;
}

void
transport_free(struct transport *t)
{
	free(t->target);
	buf_release(&t->body);
	free(t);
}

/* Headers that may be there once at most. */
struct headers {
	const char *length, *coding, *encoding, *key, *type, *host, *origin,
	    *token;
	bool repeated, garbled;
};

/* A name of token characters, a value of visible ones (RFC 9110, 5.1 and 5.5).
 * What comes close to the name of another header is not that header. */
static bool
is_garbled(const char *name, const char *value)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";
	const unsigned char *at;

	for (at = (const unsigned char *)name; *at != '\0'; at++)
		if (!isalnum(*at) && strchr(marks, *at) == NULL)
			return true;
	for (at = (const unsigned char *)value; at != NULL && *at != '\0'; at++)
		if ((*at < ' ' && *at != '\t') || *at == 0x7f)
			return true;
	return *name == '\0';
}

static enum MHD_Result
on_header(
    void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct headers *h = context;
	const struct {
		const char *name;
		const char **value;
	} once[] = {{"Content-Length", &h->length},
	    {"Transfer-Encoding", &h->coding},
	    {"Content-Encoding", &h->encoding}, {"Content-Type", &h->type},
	    {"Idempotency-Key", &h->key}, {"Host", &h->host},
	    {"Origin", &h->origin}, {"Authorization", &h->token}};
	size_t i;

	(void)kind;
	h->garbled = h->garbled || is_garbled(name, value);
	for (i = 0; i < sizeof once / sizeof once[0]; i++) {
		if (strcasecmp(name, once[i].name) != 0)
			continue;
		h->repeated = h->repeated || *once[i].value != NULL;
		*once[i].value = value == NULL ? "" : value;
	}
	return MHD_YES;
}

static enum method
method_of(const char *name)
{
	static const struct {
		const char *name;
		enum method method;
	} methods[] = {{"GET", METHOD_GET}, {"HEAD", METHOD_GET},
	    {"POST", METHOD_POST}, {"PATCH", METHOD_PATCH}};
	size_t i;

	for (i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (strcmp(name, methods[i].name) == 0)
			return methods[i].method;
	return METHOD_OTHER;
}

static bool
read_length(struct transport *t, struct exchange *x, const struct headers *h)
{
	uint64_t length = 0;

	t->chunked = h->coding != NULL;
	if (h->garbled || h->repeated ||
	    (h->coding != NULL && h->length != NULL) ||
	    (h->coding != NULL && strcasecmp(h->coding, "chunked") != 0) ||
	    (h->length != NULL && !opt_count(h->length, &length))) {
		answer_error(&x->answer, 400,
		    "the headers can be understood in more than one way");
		/* Where the body ends is not known. */
		t->chunked = true;
		return false;
	}
	t->length = length;
	return true;
}

static bool
read_encoding(struct transport *t, struct exchange *x, const char *encoding)
{
	static const struct {
		const char *name;
		enum unpack_form form;
	} known[] = {{"identity", UNPACK_PLAIN}, {"gzip", UNPACK_GZIP},
	    {"x-gzip", UNPACK_GZIP}, {"zstd", UNPACK_ZSTD}};
	size_t i;

	for (i = 0; encoding != NULL && i < sizeof known / sizeof known[0]; i++)
		if (strcasecmp(encoding, known[i].name) == 0) {
			t->form = known[i].form;
			return true;
		}
	if (encoding == NULL)
		return true;
	answer_error(&x->answer, 415,
	    "a Content-Encoding is one of identity, gzip and zstd");
	return false;
}

/*
 * Whether the request comes from a page of another site. A browser adds what it
 * knows of us, a password or a place in our network, to what any page makes it
 * send, and tells whose page it was (Fetch, 3.2).
 */
static bool
is_foreign(const struct exchange *x, const struct headers *h)
{
	const char *authority;

	if (x->request.method == METHOD_GET || h->origin == NULL)
		return false;
	authority = strstr(h->origin, "://");
	return authority == NULL || h->host == NULL ||
	    strcasecmp(authority + 3, h->host) != 0;
}

/* In quotes, as the draft of the header has it, or without. */
static bool
read_key(struct exchange *x, const char *key)
{
	size_t len, i;

	if (key == NULL)
		return true;
	len = strlen(key);
	if (len >= 2 && key[0] == '"' && key[len - 1] == '"') {
		key++;
		len -= 2;
	}
	for (i = 0; i < len; i++)
		if (key[i] <= ' ' || key[i] > '~' || key[i] == '"' ||
		    key[i] == '\\')
			break;
	if (len == 0 || len > KEY_MAX || i < len) {
		answer_error(&x->answer, 400,
		    "an Idempotency-Key is 1 to %d visible characters",
		    KEY_MAX);
		return false;
	}
	x->key = mem_printf("%.*s", (int)len, key);
	x->request.idempotency_key = mem_dup(x->key);
	return true;
}

static char *
copy_header(struct transport *t, const char *name)
{
	const char *value =
	    MHD_lookup_connection_value(t->connection, MHD_HEADER_KIND, name);

	return value == NULL ? NULL : mem_dup(value);
}

bool
transport_read_headers(struct transport *t, struct exchange *x,
    const char *method, const char *version)
{
	struct headers h = {.length = NULL};
	const char *why;

	MHD_get_connection_values(
	    t->connection, MHD_HEADER_KIND, on_header, &h);
	/* Before 1.1 there were no chunks: who is between us saw none. */
	if (h.coding != NULL && strcmp(version, MHD_HTTP_VERSION_1_1) != 0)
		h.garbled = true;
	if (!read_length(t, x, &h))
		return false;
	x->request.method = method_of(method);
	why = target_read(&x->request, t->target);
	if (why != NULL) {
		answer_error(&x->answer, 400, "%s", why);
		return false;
	}
	if (is_foreign(x, &h)) {
		answer_error(
		    &x->answer, 403, "this comes from a page of another site");
		return false;
	}
	x->request.if_none_match = copy_header(t, "If-None-Match");
	x->request.last_event_id = copy_header(t, "Last-Event-ID");
	return read_encoding(t, x, h.encoding) && read_key(x, h.key);
}

/* The password of Basic (RFC 7617), for browsers, which have no other way. */
static char *
password_of(const char *text)
{
	struct buf plain = BUF_INIT;
	char *password = NULL;
	const char *colon;

	if (base64_decode(&plain, text, strlen(text)) &&
	    strlen(plain.data) == plain.len &&
	    (colon = strchr(plain.data, ':')) != NULL)
		password = mem_dup(colon + 1);
	buf_release(&plain);
	return password;
}

char *
transport_token(const struct transport *t)
{
	const char *value = MHD_lookup_connection_value(
	    t->connection, MHD_HEADER_KIND, "Authorization");

	if (value == NULL || strlen(value) > TOKEN_MAX)
		return NULL;
	if (strncasecmp(value, "Bearer ", 7) == 0)
		return mem_dup(value + 7 + strspn(value + 7, " "));
	if (strncasecmp(value, "Basic ", 6) == 0)
		return password_of(value + 6);
	return NULL;
}

/* What a batch is packed to a part of, at the most. */
#define PACKED 6

size_t
transport_room(const struct transport *t)
{
	return t->form == UNPACK_PLAIN ? t->length : PACKED * t->length;
}

/* False, with the answer, when it is too large; it is read no further. */
static bool
unpack_body(struct transport *t, struct exchange *x)
{
	struct unpack *u = unpack_new_bytes(t->body.data, t->body.len);
	struct buf *out = &x->request.body;
	ssize_t got;

	do {
		char *room = buf_reserve(out, 65536);

		got = unpack_read(u, room, 65536);
		if (got > 0)
			buf_truncate(out, out->len + (size_t)got);
	} while (got > 0 && out->len <= t->limits.unpacked_max);
	if (got < 0)
		answer_error(&x->answer, 400, "the body %s", unpack_why(u));
	else if (got > 0)
		answer_error(&x->answer, 413,
		    "the body has more than %zu bytes when it is unpacked",
		    t->limits.unpacked_max);
	unpack_free(u);
	return got == 0;
}

/* The last one needs no newline. */
static size_t
count_lines(const struct buf *body)
{
	const char *at = body->data, *end = at + body->len;
	size_t count = 0;

	for (; at < end; at++, count++) {
		at = memchr(at, '\n', (size_t)(end - at));
		if (at == NULL)
			return count + 1;
	}
	return count;
}

bool
transport_finish_body(struct transport *t, struct exchange *x)
{
	enum unpack_form form = unpack_form(t->body.data, t->body.len);

	if (t->form != UNPACK_PLAIN && t->form != form) {
		answer_error(&x->answer, 400,
		    "the body is not what its Content-Encoding says");
		return false;
	}
	if (form == UNPACK_PLAIN) {
		struct buf empty = x->request.body;

		x->request.body = t->body;
		t->body = empty;
	} else if (!unpack_body(t, x))
		return false;
	buf_release(&t->body);
	if (x->route->lane != LANE_BATCH)
		return true;
	t->lines = count_lines(&x->request.body);
	if (t->lines > t->limits.lines_max) {
		answer_error(&x->answer, 413,
		    "the batch has more than %zu lines", t->limits.lines_max);
		return false;
	}
	hash_bytes(x->request.body.data, x->request.body.len, x->digest);
	return true;
}

static void
add_header(struct MHD_Response *r, const char *name, const char *value)
{
	MHD_add_response_header(r, name, value);
}

static void
add_allowed(struct MHD_Response *r, unsigned allowed)
{
	static const char *const methods[] = {[METHOD_GET] = "GET, HEAD",
	    [METHOD_POST] = "POST",
	    [METHOD_PATCH] = "PATCH"};
	struct buf list = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if ((allowed & 1U << i) != 0)
			buf_addf(&list, "%s%s", list.len > 0 ? ", " : "",
			    methods[i]);
	add_header(r, "Allow", list.data);
	buf_release(&list);
}

static void
add_headers(struct MHD_Response *r, const struct transport *t,
    const struct answer *a, bool last)
{
	char seconds[24];

	if (a->status != 304 && a->status != 204)
		add_header(r, "Content-Type", a->type);
	add_header(r, "Cache-Control", "no-cache");
	add_header(r, "X-Content-Type-Options", "nosniff");
	/* What is shown is made of what fuzzers say. */
	add_header(r, "Content-Security-Policy",
	    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	if (a->etag[0] != '\0')
		add_header(r, "ETag", a->etag);
	if (a->retry_after > 0) {
		snprintf(
		    seconds, sizeof seconds, "%lld", (long long)a->retry_after);
		add_header(r, "Retry-After", seconds);
	}
	if (a->status == 401)
		add_header(r, "WWW-Authenticate", "Basic realm=\"pf\"");
	if (a->status == 405)
		add_allowed(r, t->allowed);
	if (last)
		add_header(r, "Connection", "close");
}

/* For who reads answers in a terminal, or line by line. */
static void
end_line(struct answer *a)
{
	struct buf *body = &a->body;

	if (strcmp(a->type, "application/json") == 0 && body->len > 0 &&
	    body->data[body->len - 1] != '\n')
		buf_add_char(body, '\n');
}

enum MHD_Result
transport_send(struct transport *t, struct exchange *x, bool last)
{
	struct answer *a = &x->answer;
	struct MHD_Response *r;
	enum MHD_Result result;
	size_t len;

	end_line(a);
	len = a->status == 304 || a->status == 204 ? 0 : a->body.len;

	r = len == 0 ? MHD_create_response_from_buffer(
			   0, a->body.data, MHD_RESPMEM_PERSISTENT)
		     : MHD_create_response_from_buffer(
			   len, buf_take(&a->body), MHD_RESPMEM_MUST_FREE);
	if (r == NULL)
		return MHD_NO;
	add_headers(r, t, a, last);
	result = MHD_queue_response(t->connection, (unsigned)a->status, r);
	MHD_destroy_response(r);
	return result;
}

/*
 * The destinations https:// and http://, by libcurl (its multi interface, as
 * of 7.88): several requests in flight over few connections.
 */
#include "http.h"

#include <sysexits.h>

#include "clock.h"
#include "http_judge.h"
#include "mem.h"
#include "msg.h"

static int
open_url(struct destination *d, const char *scheme, const char *rest,
    struct buf *why)
{
	struct http *h = mem_calloc(1, sizeof *h);
	char *url = mem_printf("%s%s", scheme, rest);
	size_t i;
	int status;

	d->state = h;
	status = http_configure(h, url, &d->options, why);
	free(url);
	h->count = (size_t)d->options.in_flight;
	h->request = mem_calloc(h->count, sizeof *h->request);
	for (i = h->count; i-- > 0;) {
		buf_init(&h->request[i].body);
		buf_init(&h->request[i].answer);
		h->request[i].next = h->free;
		h->free = &h->request[i];
	}
	return status;
}

static int
open_http(struct destination *d, const char *rest, struct buf *why)
{
	return open_url(d, "http://", rest, why);
}

static int
open_https(struct destination *d, const char *rest, struct buf *why)
{
	return open_url(d, "https://", rest, why);
}

static void
close_http(struct destination *d)
{
	struct http *h = d->state;
	size_t i;

	if (h == NULL)
		return;
	for (i = 0; i < h->count; i++) {
		struct http_request *r = &h->request[i];

		if (r->consignment != NULL)
			curl_multi_remove_handle(h->multi, r->easy);
		curl_easy_cleanup(r->easy);
		curl_slist_free_all(r->headers);
		buf_release(&r->body);
		buf_release(&r->answer);
	}
	curl_multi_cleanup(h->multi);
	pack_free(h->pack);
	free(h->request);
	free(h->authorization);
	free(h->url);
	free(h);
	curl_global_cleanup();
}

static void
add_header(struct http_request *r, const char *header)
{
	struct curl_slist *longer = curl_slist_append(r->headers, header);

	if (longer == NULL)
		mem_calloc(SIZE_MAX, 1);
	r->headers = longer;
}

static void
add_headers(const struct http *h, struct http_request *r)
{
	char *key = mem_printf("Idempotency-Key: %s", r->consignment->key);
	const char *encoding = pack_encoding(h->pack);

	curl_slist_free_all(r->headers);
	r->headers = NULL;
	add_header(r, key);
	free(key);
	add_header(r, "Content-Type: application/x-ndjson");
	add_header(r, "Accept: application/json");
	/* Waiting for leave to send costs a round trip for each batch. */
	add_header(r, "Expect:");
	if (encoding != NULL) {
		char *line = mem_printf("Content-Encoding: %s", encoding);

		add_header(r, line);
		free(line);
	}
	if (h->authorization != NULL)
		add_header(r, h->authorization);
}

static void
send_http(struct destination *d, struct consignment *c)
{
	struct http *h = d->state;
	struct http_request *r = h->free;

	if (h->multi == NULL)
		h->multi = curl_multi_init();
	if (r->easy == NULL) {
		r->easy = curl_easy_init();
		if (h->multi == NULL || r->easy == NULL)
			mem_calloc(SIZE_MAX, 1);
		http_prepare(h, r, &d->options);
	}
	h->free = r->next;
	r->consignment = c;
	r->error[0] = '\0';
	buf_clear(&r->answer);
	buf_clear(&r->body);
	pack_bytes(h->pack, &r->body, c->bytes, c->len);
	add_headers(h, r);
	curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers);
	curl_easy_setopt(r->easy, CURLOPT_POSTFIELDS, r->body.data);
	curl_easy_setopt(
	    r->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
	curl_multi_add_handle(h->multi, r->easy);
}

/*
 * TLS 1.3 tells only the first read that our certificate is not accepted: for
 * libcurl that is a connection that fails like any other, with OpenSSL's words.
 */
static bool
is_certificate_refused(CURLcode code, const char *error)
{
	static const char *const alerts[] = {"access denied", "bad certificate",
	    "certificate expired", "certificate required",
	    "certificate revoked", "certificate unknown", "unknown ca",
	    "unsupported certificate"};
	const char *alert = strstr(error, " alert ");
	size_t i;

	if (alert == NULL ||
	    (code != CURLE_RECV_ERROR && code != CURLE_SEND_ERROR &&
		code != CURLE_SSL_CONNECT_ERROR))
		return false;
	for (i = 0; i < sizeof alerts / sizeof alerts[0]; i++)
		if (strstr(alert, alerts[i]) != NULL)
			return true;
	return false;
}

/* What a person has to see to; everything else may be better tomorrow. */
static bool
needs_person(CURLcode code, const char *error)
{
	switch (code) {
	case CURLE_NOT_BUILT_IN:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return true;
	default:
		return is_certificate_refused(code, error);
	}
}

/* The option that helps against an authority, or a node, that is not known. */
static const char *
hint(CURLcode code, const char *error)
{
	if (is_certificate_refused(code, error))
		return " (--cert)";
	if (code == CURLE_PEER_FAILED_VERIFICATION &&
	    (strstr(error, "issuer certificate") != NULL ||
		strstr(error, "self-signed certificate") != NULL ||
		strstr(error, "self signed certificate") != NULL))
		return " (--ca-file)";
	return "";
}

static const char *
header_of(const struct http_request *r, const char *name)
{
	struct curl_header *h;

	if (curl_easy_header(r->easy, name, 0, CURLH_HEADER, -1, &h) !=
	    CURLHE_OK)
		return NULL;
	return h->value;
}

static void
judge(struct http_request *r, CURLcode code)
{
	struct consignment *c = r->consignment;
	struct http_answer answer = {0, r->answer.data, r->answer.len,
	    header_of(r, "Location"), header_of(r, "Retry-After"),
	    header_of(r, "Date")};

	if (code == CURLE_OK) {
		curl_easy_getinfo(
		    r->easy, CURLINFO_RESPONSE_CODE, &answer.code);
		http_judge(c, &answer, clock_now());
		return;
	}
	c->result = needs_person(code, r->error) ? DELIVERY_UNUSABLE
						 : DELIVERY_TEMPORARY;
	if (code == CURLE_WRITE_ERROR)
		buf_add_str(&c->why, "the answer is too long");
	else
		buf_addf(&c->why, "%s%s",
		    r->error[0] != '\0' ? msg_quote(r->error)
					: curl_easy_strerror(code),
		    hint(code, r->error));
}

/* One that has come to its end, judged; NULL: none yet. */
static struct consignment *
finished(struct http *h)
{
	struct http_request *r = NULL;
	struct consignment *c;
	CURLMsg *m;
	CURLcode code;
	int left;

	do
		m = curl_multi_info_read(h->multi, &left);
	while (m != NULL && m->msg != CURLMSG_DONE);
	if (m == NULL)
		return NULL;
	code = m->data.result;
	curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &r);
	judge(r, code);
	curl_multi_remove_handle(h->multi, r->easy);
	c = r->consignment;
	r->consignment = NULL;
	r->next = h->free;
	h->free = r;
	return c;
}

static struct consignment *
next(struct destination *d)
{
	struct http *h = d->state;

	for (;;) {
		struct curl_waitfd signals = {
		    d->options.signals, CURL_WAIT_POLLIN, 0};
		struct consignment *c;
		int running;

		curl_multi_perform(h->multi, &running);
		c = finished(h);
		if (c != NULL)
			return c;
		curl_multi_poll(h->multi, &signals, 1, 1000, NULL);
		if (signals.revents != 0)
			return NULL;
	}
}

const struct destination_scheme destination_http = {.prefix = "http://",
    .several = true,
    .open = open_http,
    .close = close_http,
    .send = send_http,
    .next = next};
const struct destination_scheme destination_https = {.prefix = "https://",
    .several = true,
    .open = open_https,
    .close = close_http,
    .send = send_http,
    .next = next};

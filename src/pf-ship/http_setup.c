/* Where to, as whom, and how long to wait: before the first connection. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "http.h"
#include "mem.h"
#include "msg.h"
#include "token.h"

#define PATH "/api/v1/results/batch"

/* libcurl knows localhost for what it is without asking anybody. */
static bool
is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	    (strncmp(host, "127.", 4) == 0 &&
		strspn(host, "0123456789.") == strlen(host));
}

static bool
has_part(CURLU *parsed, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(parsed, part, &text, 0) == CURLUE_OK;

	curl_free(text);
	return has;
}

/* The path with that of the interface behind it. */
static char *
build(CURLU *parsed)
{
	char *prefix = NULL, *path, *url = NULL, *copy;
	size_t len;

	curl_url_get(parsed, CURLUPART_PATH, &prefix, 0);
	len = prefix == NULL ? 0 : strlen(prefix);
	while (len > 0 && prefix[len - 1] == '/')
		len--;
	path = mem_printf("%.*s" PATH, (int)len, prefix == NULL ? "" : prefix);
	curl_url_set(parsed, CURLUPART_PATH, path, 0);
	curl_url_get(parsed, CURLUPART_URL, &url, 0);
	copy = url == NULL ? NULL : mem_dup(url);
	curl_free(prefix);
	curl_free(url);
	free(path);
	return copy;
}

static const char *
parse(struct http *h, const char *url, bool *cleartext)
{
	CURLU *parsed = curl_url();
	char *host = NULL;
	const char *wrong = NULL;

	if (curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
	    *host == '\0')
		wrong = "is no URL";
	else if (has_part(parsed, CURLUPART_USER) ||
	    has_part(parsed, CURLUPART_PASSWORD))
		wrong = "has a name or a password in it; see --token-file";
	else if (has_part(parsed, CURLUPART_QUERY) ||
	    has_part(parsed, CURLUPART_FRAGMENT))
		wrong = "has a query or a fragment";
	else {
		*cleartext =
		    strncmp(url, "http://", 7) == 0 && !is_loopback(host);
		h->url = build(parsed);
		if (h->url == NULL)
			wrong = "is no URL";
	}
	curl_free(host);
	curl_url_cleanup(parsed);
	return wrong;
}

static int
add_token(struct http *h, const char *path, bool cleartext, struct buf *why)
{
	struct buf token = BUF_INIT;
	int status = 0;

	if (cleartext) {
		buf_add_str(why,
		    "the token would be readable on its way; use https:// or, "
		    "knowing that, --insecure-http");
		return EX_CONFIG;
	}
	status = token_read(&token, path, why);
	if (status == 0)
		h->authorization =
		    mem_printf("Authorization: Bearer %s", token.data);
	explicit_bzero(token.data, token.cap);
	buf_release(&token);
	return status;
}

/* 0, or 78 with the rest of a sentence: libcurl would say so much later. */
static int
check_file(const char *option, const char *path, struct buf *why)
{
	int fd, error = 0;
	struct stat st;

	if (path == NULL)
		return 0;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		error = errno;
	else if (S_ISDIR(st.st_mode))
		error = EISDIR;
	if (fd >= 0)
		close(fd);
	if (error == 0)
		return 0;
	buf_addf(why, "the file %s of %s cannot be opened: %s", msg_quote(path),
	    option, strerror(error));
	return EX_CONFIG;
}

static int
check_files(const struct destination_options *o, struct buf *why)
{
	int status = check_file("--ca-file", o->ca_file, why);

	if (status == 0)
		status = check_file("--cert", o->cert, why);
	if (status == 0)
		status = check_file("--key", o->key, why);
	return status;
}

int
http_configure(struct http *h, const char *url,
    const struct destination_options *o, struct buf *why)
{
	const char *wrong;
	bool cleartext = false;
	int status;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	h->pack = pack_new(o->compress);
	wrong = h->pack == NULL ? "--compress is zstd, gzip or none"
				: parse(h, url, &cleartext);
	if (wrong == NULL && o->key != NULL && o->cert == NULL)
		wrong = "--key is given without --cert";
	if (wrong != NULL) {
		buf_add_str(why, wrong);
		return EX_USAGE;
	}
	status = check_files(o, why);
	if (status != 0 || o->token_file == NULL)
		return status;
	return add_token(h, o->token_file, cleartext && !o->insecure_http, why);
}

static size_t
keep_answer(char *bytes, size_t size, size_t n, void *context)
{
	struct http_request *r = context;

	if (r->answer.len + size * n > answer_max(r->consignment->lines))
		return 0;
	buf_add(&r->answer, bytes, size * n);
	return size * n;
}

static long
seconds(int64_t ms)
{
	return (long)((ms + 999) / 1000);
}

static void
prepare_tls(CURL *e, const struct destination_options *o)
{
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (o->ca_file != NULL)
		curl_easy_setopt(e, CURLOPT_CAINFO, o->ca_file);
	if (o->cert != NULL)
		curl_easy_setopt(e, CURLOPT_SSLCERT, o->cert);
	if (o->key != NULL)
		curl_easy_setopt(e, CURLOPT_SSLKEY, o->key);
}

void
http_prepare(const struct http *h, struct http_request *r,
    const struct destination_options *o)
{
	CURL *e = r->easy;

	curl_easy_setopt(e, CURLOPT_URL, h->url);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	/* An empty name keeps the environment's proxies away. */
	curl_easy_setopt(e, CURLOPT_PROXY, o->proxy == NULL ? "" : o->proxy);
	if (o->proxy != NULL)
		curl_easy_setopt(e, CURLOPT_NOPROXY, "");
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_POST, 1L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	/* In the clear there is HTTP/1.1 alone, and waiting to find that out
	 * would hold up all but the first. */
	curl_easy_setopt(
	    e, CURLOPT_PIPEWAIT, strncmp(h->url, "https", 5) == 0 ? 1L : 0L);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "pf-ship/" PF_VERSION);
	curl_easy_setopt(
	    e, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(
	    e, CURLOPT_LOW_SPEED_TIME, seconds(o->stall_timeout_ms));
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, r->error);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, keep_answer);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(e, CURLOPT_PRIVATE, r);
	prepare_tls(e, o);
}

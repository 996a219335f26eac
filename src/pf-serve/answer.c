/* Answers: what they are before anybody knows better, errors, and tags. */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "emit.h"
#include "hash.h"
#include "request.h"

void
answer_init(struct answer *a)
{
	*a = (struct answer){.status = 200, .type = "application/json"};
	buf_init(&a->body);
}

void
answer_release(struct answer *a)
{
	buf_release(&a->body);
}

/* Whether it is text as JSON has it. */
static bool
is_utf8(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t left = strlen(text), n;

	for (; left > 0; s += n, left -= n)
		if ((n = emit_utf8_length(s, left)) == 0)
			return false;
	return true;
}

void
answer_error(struct answer *a, int status, const char *format, ...)
{
	struct buf sentence = BUF_INIT;
	struct emit e;
	va_list ap;

	va_start(ap, format);
	buf_vaddf(&sentence, format, ap);
	va_end(ap);
	answer_release(a);
	answer_init(a);
	a->status = status;
	emit_begin(&e, &a->body);
	emit_object(&e, NULL);
	if (is_utf8(sentence.data))
		emit_string(&e, "error", sentence.data);
	else
		emit_bytes_str(&e, "error", sentence.data);
	emit_end(&e);
	buf_release(&sentence);
}

void
answer_busy(struct answer *a, const char *why)
{
	answer_error(a, 503, "%s", why);
	/* What waits is written in about a second; not all come back in the
	 * same one. */
	a->retry_after = 1 + clock_monotonic() % 2;
}

/* One of the tags in a list of them (RFC 9110, 13.1.2); weak ones are as good
 * here. */
static bool
is_named(const char *list, const char *tag)
{
	size_t n = strlen(tag);
	const char *at = strstr(list, tag);

	if (strcmp(list, "*") == 0)
		return true;
	/* Ours have their quotes, which no tag has inside. */
	return at != NULL && (at[n] == '\0' || strchr(", \t", at[n]) != NULL);
}

void
answer_tag(struct answer *a, const struct request *r)
{
	char hash[HASH_TEXT];

	hash_bytes(a->body.data, a->body.len, hash);
	snprintf(a->etag, sizeof a->etag, "\"%s\"", hash);
	if (r->if_none_match == NULL || !is_named(r->if_none_match, a->etag))
		return;
	a->status = 304;
	buf_clear(&a->body);
}

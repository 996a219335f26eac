/* Status codes, bodies and Retry-After (RFC 9110). */
#include "http_judge.h"

#include <ctype.h>

#include "msg.h"

/* What is shown of a text from over there. */
#define SHOWN 200

static int64_t
clip(int64_t ms)
{
	if (ms < 0)
		return 0;
	return ms > HTTP_RETRY_AFTER_MAX ? HTTP_RETRY_AFTER_MAX : ms;
}

static int64_t
read_seconds(const char *text)
{
	int64_t seconds = 0;

	for (; *text != '\0'; text++) {
		if (!isdigit((unsigned char)*text))
			return -1;
		if (seconds <= HTTP_RETRY_AFTER_MAX / 1000)
			seconds = seconds * 10 + (*text - '0');
	}
	return clip(seconds * 1000);
}

static bool
read_date(const char *text, int64_t *ms)
{
	struct tm tm = {0};
	const char *rest = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);

	/* timegm takes years that a product with 1000 does not. */
	if (rest == NULL || *rest != '\0' || tm.tm_year > 8099)
		return false;
	*ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

int64_t
http_retry_after(const char *text, int64_t now)
{
	int64_t until;

	if (isdigit((unsigned char)*text))
		return read_seconds(text);
	return read_date(text, &until) ? clip(until - now) : -1;
}

/*
 * A batch is blamed only by who has read it: that is not what a wrong address,
 * a gateway or a captive portal says, in whose pages there is no `error`.
 */
static enum delivery
judge_code(long code, bool by_master)
{
	switch (code) {
	case 401:
	case 403:
		return DELIVERY_FORBIDDEN;
	case 413:
		return DELIVERY_REFUSED;
	case 400:
	case 415:
		return by_master ? DELIVERY_REFUSED : DELIVERY_TEMPORARY;
	case 422:
		return by_master ? DELIVERY_CONFLICT : DELIVERY_TEMPORARY;
	default:
		return DELIVERY_TEMPORARY;
	}
}

static const char *
quote(const char *text, size_t len)
{
	return msg_quote_n(text, len < SHOWN ? len : SHOWN);
}

static void
judge_refusal(struct consignment *c, const struct http_answer *answer)
{
	const char *wrong =
	    answer_read(&c->answer, answer->body, answer->len, NULL, 0);

	c->result = judge_code(answer->code, wrong == NULL);
	buf_addf(&c->why, "the master answers %ld", answer->code);
	if (wrong == NULL)
		buf_addf(&c->why, ": %s",
		    quote(c->answer.error.data, c->answer.error.len));
	if (answer->code >= 300 && answer->code < 400 &&
	    answer->location != NULL)
		buf_addf(&c->why, " and points to %s, which is not followed",
		    quote(answer->location, strlen(answer->location)));
}

void
http_judge(struct consignment *c, const struct http_answer *answer, int64_t now)
{
	const char *wrong;

	if (answer->date != NULL)
		read_date(answer->date, &now);
	if (answer->retry_after != NULL)
		c->retry_after_ms = http_retry_after(answer->retry_after, now);
	if (answer->code != 200) {
		judge_refusal(c, answer);
		return;
	}
	wrong = answer_read(
	    &c->answer, answer->body, answer->len, c->key, c->lines);
	c->result = c->answer.acknowledged ? DELIVERY_DONE : DELIVERY_TEMPORARY;
	if (c->result != DELIVERY_DONE)
		buf_addf(&c->why, "the master answers 200, but %s",
		    wrong != NULL ? wrong : "with an error");
}

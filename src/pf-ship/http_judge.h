/* What an HTTP answer says about the batch that was posted. */
#ifndef PF_SHIP_HTTP_JUDGE_H
#define PF_SHIP_HTTP_JUDGE_H

#include "destination.h"

/* A Retry-After of more than a day is not believed. */
#define HTTP_RETRY_AFTER_MAX (24 * 3600 * INT64_C(1000))

struct http_answer {
	long code;
	const char *body;
	size_t len;
	const char *location;    /* NULL: none */
	const char *retry_after; /* NULL: none */
	const char *date;        /* NULL: none */
};

/*
 * Sets the consignment's result, reason, answer and the time that was asked
 * for. A date is measured against the answer's own, as clocks may differ;
 * without one against `now`, which is of clock_now.
 */
void http_judge(
    struct consignment *c, const struct http_answer *answer, int64_t now);

/*
 * Milliseconds from `now` that a Retry-After asks for: seconds, or a date in
 * the form that RFC 9110 has every sender use; from 0 to a day. -1: neither.
 */
int64_t http_retry_after(const char *text, int64_t now);

#endif

/* What an HTTP answer means for the batch, and how long Retry-After is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "pf-ship/http_judge.h"

#define KEY "01a1fbd4f500-n1-8f2d6c0a1b3e4f57-00000001"
#define NOW 1795226400000 /* 2026-11-21T02:00:00Z */

static enum delivery
judge(long code, const char *body)
{
	struct http_answer answer = {
	    code, body, strlen(body), NULL, NULL, NULL};
	struct consignment c;
	enum delivery result;

	consignment_init(&c);
	c.key = KEY;
	c.lines = 2;
	http_judge(&c, &answer, NOW);
	result = c.result;
	assert_int_equal(c.why.len == 0, result == DELIVERY_DONE);
	consignment_release(&c);
	return result;
}

static void
codes_are_judged(void **state)
{
	static const char *const why = "{\"error\":\"I do not like it\"}";
	static const int refused[] = {400, 413, 415};
	static const int later[] = {204, 206, 301, 302, 304, 307, 308, 404, 405,
	    408, 409, 410, 411, 425, 429, 451, 500, 502, 503, 511};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof refused / sizeof refused[0]; i++)
		assert_int_equal(judge(refused[i], why), DELIVERY_REFUSED);
	for (i = 0; i < sizeof later / sizeof later[0]; i++)
		assert_int_equal(judge(later[i], why), DELIVERY_TEMPORARY);
	assert_int_equal(judge(401, ""), DELIVERY_FORBIDDEN);
	assert_int_equal(judge(403, "{\"error\":\"no\"}"), DELIVERY_FORBIDDEN);
	assert_int_equal(judge(422, why), DELIVERY_CONFLICT);
}

static void
no_page_of_a_gateway_blames_a_line(void **state)
{
	static const char *const pages[] = {"", "<html>Bad Request</html>",
	    "{}", "{\"detail\":\"no\"}", "{\"error\":\"cut of"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		assert_int_equal(judge(400, pages[i]), DELIVERY_TEMPORARY);
		assert_int_equal(judge(404, pages[i]), DELIVERY_TEMPORARY);
		assert_int_equal(judge(415, pages[i]), DELIVERY_TEMPORARY);
		assert_int_equal(judge(422, pages[i]), DELIVERY_TEMPORARY);
		/* Whoever it is too large for. */
		assert_int_equal(judge(413, pages[i]), DELIVERY_REFUSED);
	}
}

static void
only_an_acknowledgement_is_one(void **state)
{
	static const char good[] =
	    "{\"key\":\"" KEY "\",\"stored\":1,\"duplicate\":1,"
	    "\"rejected\":[],\"more\":[1]}\n";

	(void)state;
	assert_int_equal(judge(200, good), DELIVERY_DONE);
	assert_int_equal(judge(201, good), DELIVERY_TEMPORARY);
	assert_int_equal(judge(200, ""), DELIVERY_TEMPORARY);
	assert_int_equal(judge(200, "{}"), DELIVERY_TEMPORARY);
	assert_int_equal(judge(200, "[]"), DELIVERY_TEMPORARY);
	assert_int_equal(
	    judge(200, "{\"key\":\"" KEY "\",\"stored\":2,\"duplicate\":0}"),
	    DELIVERY_TEMPORARY);
	assert_int_equal(judge(200, "{\"key\":\"" KEY "\",\"error\":\"no\"}"),
	    DELIVERY_TEMPORARY);
	assert_int_equal(judge(200,
			     "{\"key\":\"" KEY "\",\"stored\":3,"
			     "\"duplicate\":-1,\"rejected\":[]}"),
	    DELIVERY_TEMPORARY);
}

static void
retry_after_has_two_forms(void **state)
{
	(void)state;
	assert_int_equal(http_retry_after("0", NOW), 0);
	assert_int_equal(http_retry_after("120", NOW), 120000);
	assert_int_equal(
	    http_retry_after("99999999999999999999", NOW), 86400000);
	assert_int_equal(
	    http_retry_after("Sat, 21 Nov 2026 02:00:05 GMT", NOW), 5000);
	assert_int_equal(
	    http_retry_after("Sat, 21 Nov 2020 02:00:05 GMT", NOW), 0);
	assert_int_equal(
	    http_retry_after("Fri, 01 Jan 2100 00:00:00 GMT", NOW), 86400000);
	assert_int_equal(http_retry_after("", NOW), -1);
	assert_int_equal(http_retry_after("-5", NOW), -1);
	assert_int_equal(http_retry_after("5 minutes", NOW), -1);
	assert_int_equal(
	    http_retry_after("Sat, 21 Nov 2026 02:00:05 GMT+1", NOW), -1);
}

/* How long one waits does not depend on how wrong one's clock is. */
static void
retry_after_is_by_the_masters_clock(void **state)
{
	struct http_answer answer = {503, "", 0, NULL,
	    "Tue, 01 Dec 2026 02:00:05 GMT", "Tue, 01 Dec 2026 02:00:00 GMT"};
	struct consignment c;

	(void)state;
	consignment_init(&c);
	http_judge(&c, &answer, NOW);
	assert_int_equal(c.retry_after_ms, 5000);
	answer.date = "yesterday";
	http_judge(&c, &answer, NOW);
	assert_int_equal(c.retry_after_ms, 86400000);
	consignment_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_are_judged),
	    cmocka_unit_test(no_page_of_a_gateway_blames_a_line),
	    cmocka_unit_test(only_an_acknowledgement_is_one),
	    cmocka_unit_test(retry_after_has_two_forms),
	    cmocka_unit_test(retry_after_is_by_the_masters_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

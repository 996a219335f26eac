/* The keys of parts of a batch, halving, and what is left without stats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "pf-ship/drop.h"
#include "pf-ship/parcel.h"

#define KEY "01a1fbd4f500-n1-8f2d6c0a1b3e4f57-00000001"

static void
keys_of_parts_are_keys_and_stand_for_their_lines(void **state)
{
	char a[BATCH_KEY], b[BATCH_KEY], c[BATCH_KEY];

	(void)state;
	parcel_key(a, KEY, "x\n", 2, 0);
	parcel_key(b, KEY, "x\n", 2, 0);
	parcel_key(c, KEY, "y\n", 2, 0);
	assert_true(batch_key_valid(a));
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	assert_memory_equal(a, KEY, strlen("01a1fbd4f500-n1-"));
	parcel_key(c, KEY, "x\n", 2, 1);
	assert_string_not_equal(a, c);
}

static void
begin(struct parcel *p, const char *payload)
{
	parcel_init(p);
	memcpy(p->batch.key, KEY, sizeof KEY);
	batch_describe(&p->batch, payload, strlen(payload));
	p->todo[0] =
	    (struct parcel_range){payload, strlen(payload), 0, p->batch.lines};
	p->count = 1;
}

static void
a_refused_batch_is_halved(void **state)
{
	struct parcel p;

	(void)state;
	begin(&p, "1\n2\n3\n");
	assert_true(parcel_prepare(&p));
	assert_string_equal(p.consignment.key, KEY);
	assert_int_equal(parcel_refuse(&p), 0);
	assert_true(parcel_prepare(&p));
	assert_int_equal(p.consignment.lines, 1);
	assert_memory_equal(p.consignment.bytes, "1\n", p.consignment.len);
	assert_string_not_equal(p.consignment.key, KEY);
	assert_int_equal(parcel_accept(&p), 0);
	assert_true(parcel_prepare(&p));
	assert_memory_equal(p.consignment.bytes, "2\n3\n", p.consignment.len);
	assert_int_equal(parcel_accept(&p), 0);
	assert_false(parcel_prepare(&p));
	parcel_release(&p);
}

static void
stats_are_filtered_out(void **state)
{
#define LINE(type)                                                       \
	"{\"v\":1,\"id\":\"01a1fbd4f50000000000000000000001\",\"time\":" \
	"\"2026-11-21T02:00:00Z\",\"type\":\"" type "\",\"data\":{}}\n"
	static const char payload[] =
	    LINE("stats") LINE("crash") LINE("stats2") LINE("stats");
	struct buf rest = BUF_INIT;

	(void)state;
	assert_int_equal(drop_filter(&rest, payload, strlen(payload)), 2);
	assert_string_equal(rest.data, LINE("crash") LINE("stats2"));
	buf_release(&rest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_of_parts_are_keys_and_stand_for_their_lines),
	    cmocka_unit_test(a_refused_batch_is_halved),
	    cmocka_unit_test(stats_are_filtered_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Names in the objects that the JSON reader reads: none twice, and how many
 * comparisons that takes.
 */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

static size_t compared;

static int
compare_counted(const void *a, const void *b, size_t n)
{
	compared++;
	return memcmp(a, b, n);
}

#define memcmp compare_counted
#define scan_decodes_to decodes_to_counted
bool decodes_to_counted(
    const char *p, const char *end, const char *bytes, size_t len);
#include "libpf/scan_names.c"
#undef scan_decodes_to
#undef memcmp

bool
scan_decodes_to(const char *p, const char *end, const char *bytes, size_t len);

bool
decodes_to_counted(
    const char *p, const char *end, const char *bytes, size_t len)
{
	compared++;
	return scan_decodes_to(p, end, bytes, len);
}

#include "unit_scan.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct scan scan = SCAN_INIT;

static int
release(void **state)
{
	(void)state;
	scan_release(&scan);
	return 0;
}

static void
says(const char *text, const char *refusal)
{
	const char *differs = scan_differs(&scan, text, strlen(text), 8);
	const char *why = "";

	if (differs != NULL)
		fail_msg("%s: %s", differs, text);
	scan_read(&scan, text, strlen(text), 8, &why);
	assert_string_equal(why, refusal);
}

static void
refuses_a_name_that_is_there_twice(void **state)
{
	(void)state;
	compared = 0;
	says("{\"a\":1,\"a\":2}",
	    "not JSON: column 9: the name 'a' is there twice");
	assert_true(compared > 0);
	says("{\"a\":{\"b\":1,\"b\":1}}",
	    "not JSON: column 14: the name 'b' is there twice");
	says("[{\"ab\":1,\"cd\":[],\"ab\":1}]",
	    "not JSON: column 19: the name 'ab' is there twice");
	says("{\"\":1,\"\":2}",
	    "not JSON: column 8: the name '' is there twice");
	says("{\"a\":{\"x\":[1]},\"b\":2,\"a\":{}}",
	    "not JSON: column 23: the name 'a' is there twice");
}

static void
takes_names_that_differ_little(void **state)
{
	(void)state;
	says("{\"a\":1,\"A\":2,\"aa\":3,\"\":4,\" \":5,\"a \":6}", "");
	says("{\"abc\":1,\"acc\":2,\"adc\":3,\"abd\":4,\"bbc\":5}", "");
	says("{\"a\":{\"a\":{\"a\":1}}}", "");
	says("[{\"a\":1},{\"a\":1}]", "");
	says("{\"\\n\":1,\"\\\\n\":2,\"n\":3,\"\\t\":4}", "");
	says("{\"\xc3\xa9\":1,\"e\":2,\"\\u00c9\":3}", "");
}

static void
compares_names_as_they_are_meant(void **state)
{
	(void)state;
	says("{\"a\":1,\"\\u0061\":2}",
	    "not JSON: column 9: the name '\\u0061' is there twice");
	says("{\"\\u0061\":1,\"a\":2}",
	    "not JSON: column 14: the name 'a' is there twice");
	says("{\"\\n\":1,\"\\u000a\":2}",
	    "not JSON: column 10: the name '\\u000a' is there twice");
	says("{\"\\/\":1,\"/\":2}",
	    "not JSON: column 10: the name '/' is there twice");
	says("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\uDE00\":2}",
	    "not JSON: column 12: the name '\\ud83d\\uDE00' is there twice");
	says("{\"b\":0,\"x\\u0061y\":1,\"\\u0078ay\":1}",
	    "not JSON: column 22: the name '\\u0078ay' is there twice");
}

static void
shows_no_name_that_is_not_printable(void **state)
{
	(void)state;
	says("{\"\xc3\xa9\":1,\"\xc3\xa9\":2}",
	    "not JSON: column 10: a name is there twice");
	says("{\"\x7f\":1,\"\x7f\":2}",
	    "not JSON: column 9: a name is there twice");
	says("{\"0123456789abcdef0123456789abcdef\":1,"
	     "\"0123456789abcdef0123456789abcdef\":2}",
	    "not JSON: column 40: the name '0123456789abcdef0123456789abcdef' "
	    "is there twice");
	says("{\"0123456789abcdef0123456789abcdef.\":1,"
	     "\"0123456789abcdef0123456789abcdef.\":2}",
	    "not JSON: column 41: a name is there twice");
}

/* An object of names "n0", "n1" and so on, each third with an escape. */
static void
add_names(struct buf *text, size_t count, bool escapes)
{
	buf_clear(text);
	buf_add_char(text, '{');
	for (size_t i = 0; i < count; i++)
		buf_addf(text, "%s\"%s%zu\":1", i > 0 ? "," : "",
		    escapes && i % 3 == 0 ? "\\u006e" : "n", i);
	buf_add_char(text, '}');
}

static void
refuses_it_in_objects_of_any_size(void **state)
{
	static const size_t sizes[] = {2, 3, 31, 32, 33, 34, 63, 64, 65, 500};
	struct buf text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < 4 * COUNT(sizes); i++) {
		size_t count = sizes[i / 4];

		add_names(&text, count, i % 2 == 1);
		says(text.data, "");
		buf_truncate(&text, text.len - 1);
		/* The first one again, or the last one. */
		buf_addf(&text, ",\"n%zu\":2}", i % 4 < 2 ? 0 : count - 1);
		assert_non_null(text.data);
		assert_null(scan_differs(&scan, text.data, text.len, 8));
		assert_int_equal(scan.count, 0);
	}
	buf_release(&text);
}

/*
 * At most so many slots were looked at for all the members in the table: each
 * entry of a run of them may have seen all the others of it.
 */
static size_t
looks_at_slots(size_t members)
{
	size_t size, run = 0, looks = 0;

	for (size = 2 * FEW; size < 2 * members; size *= 2)
		;
	assert_true(scan.slot_cap >= size);
	for (size_t i = 0; i < size; i++) {
		run = scan.slot[i].place != 0 ? run + 1 : 0;
		looks += run;
	}
	assert_true(looks >= members);
	return looks;
}

static void
compares_little_in_objects_of_any_size(void **state)
{
	static const size_t sizes[] = {16, 32, 33, 1000, 100000, 1000000};
	struct buf text = BUF_INIT;
	const char *why = "";

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(sizes); i++) {
		size_t count = sizes[i / 2];

		add_names(&text, count, i % 2 == 1);
		compared = 0;
		assert_true(scan_read(&scan, text.data, text.len, 8, &why));
		assert_int_equal(scan.value[0].count, count);
		assert_in_range(compared, 0, 8 * count);
		if (count > FEW)
			assert_in_range(looks_at_slots(count), 0, 8 * count);
	}
	/* Objects inside each other are no different from one. */
	buf_clear(&text);
	for (int i = 0; i < 30000; i++)
		buf_add_str(&text, "{\"a\":1,\"b\":");
	buf_add_str(&text, "[]");
	for (int i = 0; i < 30000; i++)
		buf_add_char(&text, '}');
	compared = 0;
	assert_true(scan_read(&scan, text.data, text.len, 40000, &why));
	assert_in_range(compared, 0, 30000);
	buf_release(&text);
}

static void
allocates_nothing_for_the_next_line(void **state)
{
	struct buf text = BUF_INIT;
	const struct scan_value *value;
	const struct scan_slot *slot;
	const char *why = "", *room;

	(void)state;
	add_names(&text, 1000, true);
	assert_true(scan_read(&scan, text.data, text.len, 8, &why));
	value = scan.value;
	slot = scan.slot;
	room = scan.room.data;
	for (size_t count = 1000; count > 0; count -= 50) {
		add_names(&text, count, true);
		assert_true(scan_read(&scan, text.data, text.len, 8, &why));
	}
	assert_ptr_equal(scan.value, value);
	assert_ptr_equal(scan.slot, slot);
	assert_ptr_equal(scan.room.data, room);
	/* As many values as a line that is not huge can have. */
	buf_clear(&text);
	buf_add_char(&text, '[');
	while (text.len < 131068)
		buf_add_str(&text, "1,");
	buf_add_str(&text, "1]");
	assert_true(scan_read(&scan, text.data, text.len, 8, &why));
	value = scan.value;
	assert_true(scan_read(&scan, "[]", 2, 8, &why));
	assert_ptr_equal(scan.value, value);
	buf_release(&text);
}

static void
keeps_no_room_of_a_huge_line(void **state)
{
	struct buf text = BUF_INIT;
	const char *why = "";

	(void)state;
	add_names(&text, 200000, false);
	assert_true(scan_read(&scan, text.data, text.len, 8, &why));
	assert_true(scan.cap >= 200000);
	assert_true(scan_read(&scan, "{\"a\":1}", 7, 8, &why));
	assert_int_equal(scan.count, 2);
	assert_in_range(scan.cap, 2, 1000);
	assert_int_equal(scan.slot_cap, 0);
	/* A name that is decoded. */
	buf_clear(&text);
	buf_add_str(&text, "{\"a\":1,\"\\n");
	memset(buf_reserve(&text, 1000000), 'b', 1000000);
	buf_truncate(&text, text.len + 1000000);
	buf_add_str(&text, "\":2}");
	assert_true(scan_read(&scan, text.data, text.len, 8, &why));
	assert_true(scan.room.cap > 1000000);
	assert_true(scan_read(&scan, "{\"a\":1}", 7, 8, &why));
	assert_int_equal(scan.room.cap, 0);
	buf_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refuses_a_name_that_is_there_twice),
	    cmocka_unit_test(takes_names_that_differ_little),
	    cmocka_unit_test(compares_names_as_they_are_meant),
	    cmocka_unit_test(shows_no_name_that_is_not_printable),
	    cmocka_unit_test(refuses_it_in_objects_of_any_size),
	    cmocka_unit_test_teardown(
		compares_little_in_objects_of_any_size, release),
	    cmocka_unit_test_teardown(
		allocates_nothing_for_the_next_line, release),
	    cmocka_unit_test(keeps_no_room_of_a_huge_line)};

	return cmocka_run_group_tests(tests, NULL, release);
}

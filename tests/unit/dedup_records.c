/* Sorted records that do not fit into memory. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "pf-dedup/records.h"

/* More than three buffers of records.c. */
#define MANY 600000

static const struct records_old nothing = {.fd = -1};

static void
make(struct record *r, uint64_t id)
{
	memset(r, 0, sizeof *r);
	r->bytes[0] = id % 2 ? 'i' : 'f';
	for (unsigned i = 0; i < 8; i++)
		r->bytes[1 + i] = (unsigned char)(id >> (56 - 8 * i));
}

struct seen_by {
	struct record last;
	uint64_t count;
	FILE *file;
};

static int
check_order(const struct record *r, void *context)
{
	struct seen_by *s = context;
	char text[RECORD_TEXT];

	assert_true(memcmp(&s->last, r, sizeof *r) < 0);
	s->last = *r;
	s->count++;
	if (s->file != NULL) {
		record_write(r, text);
		assert_int_equal(fwrite(text, sizeof text, 1, s->file), 1);
	}
	return 0;
}

static void
reads_what_it_writes_and_nothing_else(void **state)
{
	static const char text[] =
	    "i 01a1fbd5df60f13b70665893f4a4b792 0123456789abcdef\n";
	char other[sizeof text], back[RECORD_TEXT];
	struct record r;

	(void)state;
	assert_int_equal(sizeof text - 1, RECORD_TEXT);
	assert_true(record_read(&r, text));
	record_write(&r, back);
	assert_memory_equal(back, text, RECORD_TEXT);
	for (size_t i = 0; i < RECORD_TEXT; i++) {
		memcpy(other, text, sizeof text);
		other[i] = 'G';
		assert_false(record_read(&r, other));
	}
}

static void
merges_what_came_in_any_order_once(void **state)
{
	struct records records;
	struct seen_by seen = {.file = NULL};
	struct record r;
	uint64_t seed = 11;

	(void)state;
	records_init(&records, AT_FDCWD);
	for (uint64_t i = 0; i < MANY; i++) {
		make(&r, unit_random(&seed));
		records_add(&records, &r);
		make(&r, i % 1000);
		records_add(&records, &r);
	}
	assert_true(records.run_count >= 3);
	assert_int_equal(
	    records_merge(&records, &nothing, check_order, &seen), 0);
	assert_int_equal(seen.count, MANY + 1000);
	records_release(&records);
}

static void
adds_to_what_lies_in_a_file(void **state)
{
	struct records records;
	struct seen_by seen = {.file = tmpfile()}, again = {.file = NULL};
	struct records_old old;
	struct record r;
	char group[17];

	(void)state;
	records_init(&records, AT_FDCWD);
	for (uint64_t i = 0; i < 1000; i += 2) {
		make(&r, i << 8);
		records_add(&records, &r);
	}
	assert_int_equal(
	    records_merge(&records, &nothing, check_order, &seen), 0);
	fflush(seen.file);
	records_release(&records);
	old = (struct records_old){.fd = fileno(seen.file), .count = 500};
	records_init(&records, AT_FDCWD);
	for (uint64_t i = 0; i < 1000; i++) {
		make(&r, i << 8);
		records_add(&records, &r);
	}
	assert_int_equal(records_merge(&records, &old, check_order, &again), 0);
	assert_int_equal(again.count, 1000);
	assert_true(
	    records_find(&old, 'f', "00000000000002000000000000000000", group));
	assert_string_equal(group, "0000000000000000");
	assert_false(
	    records_find(&old, 'f', "00000000000003000000000000000000", group));
	assert_false(
	    records_find(&old, 'i', "00000000000002000000000000000000", group));
	assert_false(
	    records_find(&old, 'f', "ffffffffffffffffffffffffffffffff", group));
	records_release(&records);
	fclose(seen.file);
}

static void
refuses_a_file_that_is_not_sorted_or_cut(void **state)
{
	struct records records;
	struct seen_by seen = {.file = NULL};
	struct records_old old = {.count = 2};
	FILE *file = tmpfile();
	char text[RECORD_TEXT];
	struct record r;

	(void)state;
	old.fd = fileno(file);
	records_init(&records, AT_FDCWD);
	for (uint64_t i = 2; i > 0; i--) {
		make(&r, i << 8);
		record_write(&r, text);
		fwrite(text, sizeof text, 1, file);
	}
	fflush(file);
	assert_int_equal(records_merge(&records, &old, check_order, &seen), -1);
	assert_int_equal(errno, EBADMSG);
	old.count = 3;
	seen = (struct seen_by){.file = NULL};
	assert_int_equal(records_merge(&records, &old, check_order, &seen), -1);
	assert_int_equal(errno, EBADMSG);
	records_release(&records);
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_it_writes_and_nothing_else),
	    cmocka_unit_test(merges_what_came_in_any_order_once),
	    cmocka_unit_test(adds_to_what_lies_in_a_file),
	    cmocka_unit_test(refuses_a_file_that_is_not_sorted_or_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

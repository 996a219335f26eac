/* The batch file: what was written reads back, what was damaged does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "libpf/batch.c"

static const char payload[] = "{\"a\":1}\n{\"b\":2}\n";
#define PAYLOAD (sizeof payload - 1)

static void
make(char file[BATCH_HEADER + PAYLOAD])
{
	struct batch b;

	batch_make_key(b.key, 0x19aa3c4d5e6, "node-1", "8f2d6c0a1b3e4f57", 1);
	batch_describe(&b, payload, PAYLOAD);
	batch_write_header(file, &b);
	memcpy(file + BATCH_HEADER, payload, PAYLOAD);
}

static void
reads_back(void **state)
{
	char file[BATCH_HEADER + PAYLOAD];
	struct batch b;

	(void)state;
	make(file);
	assert_null(batch_read(&b, file, sizeof file));
	assert_string_equal(
	    b.key, "019aa3c4d5e6-node-1-8f2d6c0a1b3e4f57-00000001");
	assert_int_equal(b.lines, 2);
	assert_int_equal(b.bytes, PAYLOAD);
}

static void
every_flipped_bit_shows(void **state)
{
	char file[BATCH_HEADER + PAYLOAD];
	struct batch b;
	size_t bit;

	(void)state;
	make(file);
	for (bit = 0; bit < 8 * sizeof file; bit++) {
		file[bit / 8] ^= (char)(1 << bit % 8);
		/* Another key is a whole batch of another name. */
		if (batch_read(&b, file, sizeof file) == NULL)
			assert_string_not_equal(b.key,
			    "019aa3c4d5e6-node-1-8f2d6c0a1b3e4f57-00000001");
		file[bit / 8] ^= (char)(1 << bit % 8);
	}
}

static void
every_other_length_shows(void **state)
{
	char file[BATCH_HEADER + PAYLOAD + 1] = {0};
	struct batch b;
	size_t len;

	(void)state;
	make(file);
	for (len = 0; len < sizeof file - 1; len++)
		assert_non_null(batch_read(&b, file, len));
	assert_non_null(batch_read(&b, file, sizeof file));
}

static void
keys_are_file_names(void **state)
{
	char key[BATCH_KEY], node[200];

	(void)state;
	batch_make_key(key, 1, "../a b", "0123456789abcdef", 255);
	assert_string_equal(
	    key, "000000000001-.._a_b-0123456789abcdef-000000ff");
	assert_true(batch_key_valid(key));
	memset(node, 'n', sizeof node);
	node[sizeof node - 1] = '\0';
	batch_make_key(key, 1, node, "0123456789abcdef", UINT32_MAX);
	assert_true(batch_key_valid(key));
	assert_false(batch_key_valid(""));
	assert_false(batch_key_valid("core"));
	assert_false(
	    batch_key_valid("00000000000g-n-0123456789abcdef-000000ff"));
	assert_false(
	    batch_key_valid("000000000001-a/b-0123456789abcdef-000000ff"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_back),
	    cmocka_unit_test(every_flipped_bit_shows),
	    cmocka_unit_test(every_other_length_shows),
	    cmocka_unit_test(keys_are_file_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Content names are those of xxh128sum. */
#include "unit.h"

#include <sys/mman.h>

#include "hash.h"

static void
is_what_xxh128sum_prints(void **state)
{
	char hex[HASH_TEXT];

	(void)state;
	hash_bytes("", 0, hex);
	assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
	hash_bytes("abc", 3, hex);
	assert_string_equal(hex, "06b05ab6733a618578af5f94892f3950");
}

static void
hashes_a_file_as_its_bytes(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 240, 241, 65535, 65536, 65537, 300000};
	static char bytes[300000];
	char whole[HASH_TEXT], pieces[HASH_TEXT];
	uint64_t seed = 13, size;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)unit_random(&seed);
	for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		int fd = memfd_create("unit", MFD_CLOEXEC);

		assert_int_equal(write(fd, bytes, sizes[i]), sizes[i]);
		lseek(fd, 0, SEEK_SET);
		assert_int_equal(hash_fd(fd, pieces, &size), 0);
		assert_int_equal(size, sizes[i]);
		hash_bytes(bytes, sizes[i], whole);
		assert_string_equal(pieces, whole);
		close(fd);
	}
	assert_int_equal(hash_fd(-1, pieces, &size), -1);
}

static void
takes_only_32_lower_case_digits(void **state)
{
	(void)state;
	assert_true(hash_valid("99aa06d3014798d86001c324468d497f"));
	assert_false(hash_valid("99AA06d3014798d86001c324468d497f"));
	assert_false(hash_valid("99aa06d3014798d86001c324468d497"));
	assert_false(hash_valid("99aa06d3014798d86001c324468d497f0"));
	assert_false(hash_valid("99aa06d3014798d86001c324468d497g"));
	assert_false(hash_valid("99aa06d3014798d86001c324468d497\n"));
	assert_false(hash_valid(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_what_xxh128sum_prints),
	    cmocka_unit_test(hashes_a_file_as_its_bytes),
	    cmocka_unit_test(takes_only_32_lower_case_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

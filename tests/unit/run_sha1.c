/* SHA-1 against FIPS 180's examples and sha1sum(1). */
#include "unit.h"

#include <string.h>

#include "pf-run/sha1.h"

static void
assert_sha1(const char *bytes, size_t len, size_t piece, const char *want)
{
	struct sha1 s;
	char hex[SHA1_TEXT];
	size_t at, n;

	sha1_begin(&s);
	for (at = 0; at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		sha1_add(&s, bytes + at, n);
	}
	sha1_end(&s, hex);
	assert_string_equal(hex, want);
}

static void
knows_the_standard_examples(void **state)
{
	static const char two[] =
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	assert_sha1("", 0, 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	assert_sha1("abc", 3, 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_sha1(two, sizeof two - 1, 64,
	    "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

static void
takes_a_million_bytes_in_any_pieces(void **state)
{
	static const char want[] = "34aa973cd4c4daa4f61eeb2bdbad27316534016f";
	static const size_t pieces[] = {1, 7, 63, 64, 65, 4096, 1000000};
	char *bytes = malloc(1000000);
	size_t i;

	(void)state;
	memset(bytes, 'a', 1000000);
	for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
		assert_sha1(bytes, 1000000, pieces[i], want);
	free(bytes);
}

/* Where the padding needs a block of its own, and where it just does not. */
static void
pads_every_length(void **state)
{
	static const struct {
		size_t len;
		const char *want;
	} rows[] = {
	    {55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"},
	    {56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"},
	    {63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"},
	    {64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"},
	};
	char bytes[64];
	size_t i;

	(void)state;
	memset(bytes, 'a', sizeof bytes);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_sha1(bytes, rows[i].len, 10, rows[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_the_standard_examples),
	    cmocka_unit_test(takes_a_million_bytes_in_any_pieces),
	    cmocka_unit_test(pads_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

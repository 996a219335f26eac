/* Documents made at random and spoilt: the JSON reader held against jansson. */
#include "unit.h"

#include "mem.h"
#include "unit_scan.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define DEPTH_MAX 6
#define DOCUMENTS 60000

static uint64_t seed = 1;

static size_t
below(size_t n)
{
	return (size_t)(unit_random(&seed) >> 16) % n;
}

static void
add_one_of(struct buf *out, const char *const *one, size_t count)
{
	buf_add_str(out, one[below(count)]);
}

static void
add_space(struct buf *out)
{
	static const char *const spaces[] = {" ", "\n", "\t ", "\r\n"};

	if (below(8) == 0)
		add_one_of(out, spaces, COUNT(spaces));
}

static void
add_text(struct buf *out)
{
	static const char *const parts[] = {"a", "b", "ab", "execs", " ",
	    "sixteen bytes...", "\\n", "\\\\", "\\\"", "\\/", "\\u0061",
	    "\\u00e9", "\\u20ac", "\\ud83d\\ude00", "\xc3\xa9", "\xe2\x82\xac",
	    "\xf0\x9f\x98\x80", "\x7f", "/", "{", "]", ":"};

	buf_add_char(out, '"');
	for (size_t n = below(4); n > 0; n--)
		add_one_of(out, parts, COUNT(parts));
	buf_add_char(out, '"');
}

static void
add_number(struct buf *out)
{
	static const char *const parts[] = {"0", "-0", "-1", "12",
	    "9223372036854775807", "-9223372036854775808", "9007199254740993",
	    "123456789012345678901"};
	static const char *const ends[] = {"", "", ".0", ".5", "e5", "E-7",
	    ".125e+20", ".333333333333333333", "e300", "e-330"};

	add_one_of(out, parts, COUNT(parts));
	add_one_of(out, ends, COUNT(ends));
}

static void
add_value(struct buf *out, unsigned depth)
{
	static const char *const words[] = {"true", "false", "null"};
	size_t kind = below(depth == 0 ? 2 : depth > DEPTH_MAX ? 8 : 11);
	bool object = kind % 2 == 0;

	if (depth > 0 && kind < 7) {
		if (kind < 2)
			add_one_of(out, words, COUNT(words));
		else if (kind < 4)
			add_number(out);
		else
			add_text(out);
		return;
	}
	buf_add_char(out, object ? '{' : '[');
	add_space(out);
	for (size_t n = below(5) + below(50) / 49 * 40, i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		add_space(out);
		if (object) {
			add_text(out);
			add_space(out);
			buf_add_char(out, ':');
			add_space(out);
		}
		add_value(out, depth + 1);
		add_space(out);
	}
	buf_add_char(out, object ? '}' : ']');
}

/* Changes, takes away, doubles or moves a few bytes. */
static void
spoil(struct buf *text)
{
	static const char bytes[] =
	    "\0\x01\t\n \"\\/,:[]{}+-.0129eEabfnrtu\x7f\x80\xbf\xc0\xc3\xe0"
	    "\xed\xef\xf0\xf4\xff";
	size_t at = below(text->len), n = 1 + below(4), from;
	char moved[4];

	if (n > text->len - at)
		n = text->len - at;
	from = below(text->len - n + 1);
	memcpy(moved, text->data + from, n);
	switch (below(5)) {
	case 0:
		memmove(
		    text->data + at, text->data + at + n, text->len - at - n);
		buf_truncate(text, text->len - n);
		break;
	case 1:
		buf_reserve(text, n);
		memmove(text->data + at + n, text->data + at, text->len - at);
		memcpy(text->data + at, moved, n);
		buf_truncate(text, text->len + n);
		break;
	case 2:
		memcpy(text->data + at, moved, n);
		break;
	case 3:
		text->data[at] ^= (char)(1 << below(8));
		break;
	default:
		text->data[at] = bytes[below(sizeof bytes - 1)];
	}
}

static void
check(struct scan *scan, const struct buf *text)
{
	/* Of its very size, so that reading beyond it is seen. */
	char *exact = mem_dup_n(text->data, text->len);
	const char *differs;

	exact = mem_realloc(exact, text->len);
	differs = scan_differs(scan, exact, text->len, DEPTH_MAX);
	if (differs != NULL)
		fail_msg("%s: %s", differs, text->data);
	free(exact);
}

static void
says_what_jansson_says(void **state)
{
	struct scan scan = SCAN_INIT;
	struct buf text = BUF_INIT;
	size_t good = 0, spoilt_good = 0;

	(void)state;
	for (size_t i = 0; i < DOCUMENTS; i++) {
		buf_clear(&text);
		add_value(&text, 0);
		check(&scan, &text);
		good += scan.count > 0;
		for (size_t n = 1 + below(3); n > 0 && text.len > 1; n--)
			spoil(&text);
		check(&scan, &text);
		spoilt_good += scan.count > 0;
	}
	/* That both verdicts are there, often, or it says nothing. */
	assert_in_range(good, DOCUMENTS / 4, DOCUMENTS - DOCUMENTS / 8);
	assert_in_range(spoilt_good, DOCUMENTS / 16, DOCUMENTS / 2);
	scan_release(&scan);
	buf_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_what_jansson_says)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

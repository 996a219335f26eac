/* What is remembered of frames' texts is what reading them anew gives. */
#include "unit.h"

#include <string.h>

#include "buf.h"
#include "libcrash/tail_memo.h"

static const char *const tails[] = {
    "f /a.c:3:1 (prog+0x12) (BuildId: abcd)",
    "ns::f<int>(char const*) /src/a b/c.cc:77:5",
    "(/lib/libc.so.6+0x29d90)",
    "read (prog+0x99)",
    "<null> <null>",
};

#define COUNT (sizeof tails / sizeof tails[0])

static bool
same(struct span a, struct span b)
{
	return a.at == b.at && a.len == b.len;
}

static void
remembers_what_frame_tail_says(void **state)
{
	struct tail_memo *memo = tail_memo_new();

	(void)state;
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < COUNT; i++) {
			/* Another copy, whose spans must point into it. */
			char text[64];
			struct frame read = {.pc = 7, .has_pc = true};
			struct frame known = {.pc = 7, .has_pc = true};
			struct span tail = {text, strlen(tails[i])};

			memcpy(text, tails[i], tail.len);
			frame_tail(&read, tail);
			assert_int_equal(
			    tail_memo_get(memo, tail, &known), round > 0);
			if (round == 0)
				tail_memo_put(memo, tail, &read);
			else {
				assert_true(
				    same(known.function, read.function));
				assert_true(same(known.file, read.file));
				assert_true(same(known.module, read.module));
				assert_true(
				    same(known.build_id, read.build_id));
				assert_int_equal(known.line, read.line);
				assert_int_equal(known.column, read.column);
				assert_int_equal(known.offset, read.offset);
				assert_true(known.has_pc && known.pc == 7);
			}
			memset(text, 'x', sizeof text);
		}
	tail_memo_free(memo);
}

/* More texts than it has room for: each is right or not known. */
static void
takes_more_than_it_keeps(void **state)
{
	struct tail_memo *memo = tail_memo_new();
	struct buf text = BUF_INIT;
	size_t known = 0;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		unsigned n = i % 10000;
		struct frame frame = {0};
		struct span tail;

		buf_clear(&text);
		buf_addf(&text, "f%u /a.c:%u", n, n + 1);
		tail = (struct span){text.data, text.len};
		if (tail_memo_get(memo, tail, &frame)) {
			known++;
			assert_int_equal(frame.line, n + 1);
			continue;
		}
		frame_tail(&frame, tail);
		tail_memo_put(memo, tail, &frame);
	}
	assert_true(known < 10000);
	buf_release(&text);
	tail_memo_free(memo);
}

static void
keeps_no_long_text(void **state)
{
	struct tail_memo *memo = tail_memo_new();
	struct frame frame = {0};
	char text[4096];
	struct span tail = {text, sizeof text};

	(void)state;
	memset(text, 'a', sizeof text);
	tail_memo_put(memo, tail, &frame);
	assert_false(tail_memo_get(memo, tail, &frame));
	tail_memo_put(memo, SPAN_NONE, &frame);
	assert_false(tail_memo_get(memo, SPAN_NONE, &frame));
	tail_memo_free(memo);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(remembers_what_frame_tail_says),
	    cmocka_unit_test(takes_more_than_it_keeps),
	    cmocka_unit_test(keeps_no_long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

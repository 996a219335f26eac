/* What llvm-symbolizer answers, and what is kept of it. */
#include "unit.h"

#include <string.h>

#include "buf.h"
#include "libcrash/symbol_answer.h"
#include "libcrash/symbol_cache.h"
#include "mem.h"

#define SYMBOL(function, file, line, column)                              \
	"{\"Column\":" column ",\"Discriminator\":0,\"FileName\":\"" file \
	"\",\"FunctionName\":\"" function "\",\"Line\":" line "}"
#define ANSWER(address, symbols)  \
	"{\"Address\":\"" address \
	"\",\"ModuleName\":\"/p\",\"Symbol\":[" symbols "]}"

static struct symbol_answer *
answer(const char *line, uint64_t offset)
{
	return symbol_answer_new(span_text(line), offset);
}

static void
reads_what_is_inlined(void **state)
{
	struct symbol_answer *a =
	    answer(ANSWER("0x1f",
		       SYMBOL("get<int>(char*)", "./a/b.h", "7",
			   "3") "," SYMBOL("main", "/c/d.c", "70", "0")),
		0x1f);

	(void)state;
	assert_non_null(a);
	assert_false(a->refused);
	assert_int_equal(a->count, 2);
	assert_true(span_is(a->frames[0].function, "get<int>(char*)"));
	assert_true(span_is(a->frames[0].file, "a/b.h"));
	assert_int_equal(a->frames[0].line, 7);
	assert_int_equal(a->frames[0].column, 3);
	assert_true(span_is(a->frames[1].function, "main"));
	assert_true(span_is(a->frames[1].file, "/c/d.c"));
	assert_int_equal(a->frames[1].line, 70);
	assert_int_equal(a->frames[1].column, 0);
	symbol_answer_free(a);
}

static void
what_is_not_known_is_absent(void **state)
{
	static const char *const lines[] = {
	    ANSWER("0x1", SYMBOL("", "", "0", "0")),
	    ANSWER("0x1", SYMBOL("??", "??", "0", "0")),
	    ANSWER("0x1", ""),
	    ANSWER("0x1", "{},[],7,null"),
	    ANSWER("0x1", "{\"FunctionName\":7,\"FileName\":[]}"),
	};
	struct symbol_answer *a;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		a = answer(lines[i], 1);
		assert_non_null(a);
		assert_int_equal(a->count, 0);
		symbol_answer_free(a);
	}
	/* A line without a file, and absurd ones. */
	a = answer(ANSWER("0x1", SYMBOL("f", "", "9", "9")), 1);
	assert_int_equal(a->frames[0].line, 0);
	assert_int_equal(a->frames[0].column, 0);
	symbol_answer_free(a);
	a = answer(ANSWER("0x1", SYMBOL("f", "a.c", "-9", "9999999999")), 1);
	assert_int_equal(a->frames[0].line, 0);
	assert_int_equal(a->frames[0].column, 0);
	symbol_answer_free(a);
}

static void
refuses_what_is_no_answer(void **state)
{
	static const char *const lines[] = {
	    "",
	    "main",
	    "0x1",
	    "[]",
	    "{}",
	    "{\"Address\":\"0x1\"}",
	    "{\"Address\":\"0x1\",\"Symbol\":{}}",
	    "{\"Address\":1,\"Symbol\":[]}",
	    "{\"Address\":\"1\",\"Symbol\":[]}",
	    "{\"Address\":\"0x1 \",\"Symbol\":[]}",
	    "{\"Symbol\":[]}",
	    ANSWER("0x2", ""),
	    ANSWER("0x1", "") "x",
	    ANSWER("0x1", "") ANSWER("0x1", ""),
	    "{\"Address\":\"0x1\",\"Symbol\":[{\"FunctionName\":\"\\ud800\"}]}",
	    "{\"Address\":\"0x1\",\"Symbol\":[{\"FunctionName\":\"a\\u0000\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		assert_null(answer(lines[i], 1));
}

static void
tells_of_a_module_that_cannot_be_read(void **state)
{
	struct symbol_answer *a =
	    answer("{\"Address\":\"0x1\",\"Error\":{\"Message\":\"no\"},"
		   "\"ModuleName\":\"/p\"}",
		1);

	(void)state;
	assert_non_null(a);
	assert_true(a->refused);
	assert_int_equal(a->count, 0);
	symbol_answer_free(a);
}

static void
so_many_inlined_functions_are_enough(void **state)
{
	struct buf line = BUF_INIT;
	struct symbol_answer *a;

	(void)state;
	buf_add_str(&line, "{\"Address\":\"0x1\",\"Symbol\":[");
	for (int i = 0; i < 1000; i++)
		buf_addf(&line, "%s{\"FunctionName\":\"f%d\"}",
		    i == 0 ? "" : ",", i);
	buf_add_str(&line, "]}");
	a = answer(line.data, 1);
	assert_int_equal(a->count, SYMBOL_ANSWER_MAX);
	assert_true(span_is(a->frames[SYMBOL_ANSWER_MAX - 1].function, "f255"));
	symbol_answer_free(a);
	buf_release(&line);
}

static struct symbol_answer *
made(uint64_t offset)
{
	char *line =
	    mem_printf(ANSWER("0x%llx", "{\"FunctionName\":\"f%llu\"}"),
		(unsigned long long)offset, (unsigned long long)offset);
	struct symbol_answer *a = answer(line, offset);

	free(line);
	return a;
}

/* By build and offset, as many as there are. */
static void
keeps_answers_apart(void **state)
{
	XXH128_hash_t one = {1, 2}, other = {1, 3};
	struct symbol_cache cache = {0};
	char name[16];

	(void)state;
	assert_null(symbol_cache_get(&cache, one, 0));
	for (uint64_t i = 0; i < 5000; i++)
		symbol_cache_put(&cache, one, i, made(i));
	symbol_cache_put(&cache, other, 7, made(77));
	for (uint64_t i = 0; i < 5000; i++) {
		const struct symbol_answer *a =
		    symbol_cache_get(&cache, one, i);

		snprintf(name, sizeof name, "f%u", (unsigned)i);
		assert_non_null(a);
		assert_true(span_is(a->frames[0].function, name));
	}
	assert_true(span_is(
	    symbol_cache_get(&cache, other, 7)->frames[0].function, "f77"));
	assert_null(symbol_cache_get(&cache, other, 8));
	assert_null(symbol_cache_get(&cache, one, 5000));
	symbol_cache_bound(&cache);
	assert_non_null(symbol_cache_get(&cache, one, 0));
	symbol_cache_release(&cache);
}

static void
forgets_when_it_is_too_much(void **state)
{
	static char line[(1 << 20) + 64];
	XXH128_hash_t build = {1, 2};
	struct symbol_cache cache = {0};
	uint64_t i = 0;

	(void)state;
	while (cache.bytes <= (size_t)64 << 20) {
		int n = snprintf(line, sizeof line,
		    "{\"Address\":\"0x%llx\",\"Symbol\":[{\"FileName\":\"%0*d",
		    (unsigned long long)i, 1 << 20, 0);

		snprintf(line + n, sizeof line - (size_t)n, "\"}]}");
		symbol_cache_put(&cache, build, i, answer(line, i));
		i++;
	}
	assert_in_range(i, 60, 70);
	assert_non_null(symbol_cache_get(&cache, build, 0));
	symbol_cache_bound(&cache);
	assert_null(symbol_cache_get(&cache, build, 0));
	assert_int_equal(cache.bytes, 0);
	symbol_cache_put(&cache, build, 0, made(0));
	assert_non_null(symbol_cache_get(&cache, build, 0));
	symbol_cache_release(&cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_is_inlined),
	    cmocka_unit_test(what_is_not_known_is_absent),
	    cmocka_unit_test(refuses_what_is_no_answer),
	    cmocka_unit_test(tells_of_a_module_that_cannot_be_read),
	    cmocka_unit_test(so_many_inlined_functions_are_enough),
	    cmocka_unit_test(keeps_answers_apart),
	    cmocka_unit_test(forgets_when_it_is_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

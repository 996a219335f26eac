/* Targets: what is read of them, and what is none. */
#include "unit.h"

#include "pf-serve/target.h"

static const char *
read_target(struct request *r, const char *target)
{
	*r = (struct request){.body = BUF_INIT};
	return target_read(r, target);
}

static void
refused(const char *target)
{
	struct request r;

	if (read_target(&r, target) == NULL)
		fail_msg("it takes %s", target);
	request_release(&r);
}

static void
matches(const char *target, const char *pattern, const char *word)
{
	struct request r;

	assert_null(read_target(&r, target));
	if (target_matches(&r, pattern) != (word != NULL))
		fail_msg("%s and %s", target, pattern);
	if (word != NULL)
		assert_string_equal(r.word[0] == NULL ? "" : r.word[0], word);
	request_release(&r);
}

static void
parts_are_decoded_once(void **state)
{
	(void)state;
	matches("/a/b", "/a/b", "");
	matches("/a/b/", "/a/b", NULL);
	matches("/a/b", "/a/{}", "b");
	matches("/a/", "/a/{}", NULL);
	matches("/a/b/c", "/a/{}", NULL);
	matches("/a/b/c", "/a/{}/c", "b");
	matches("/a/%2e%2E%2f", "/a/{}", "../");
	matches("/a/%252e", "/a/{}", "%2e");
	matches("/a/b+c", "/a/{}", "b+c");
	matches("/a/%ff", "/a/{}", "\\xff");
	matches("/%61/b", "/a/{}", NULL);
	matches("http://x:1/a/b?c=d", "/a/{}", "b");
}

static void
what_is_no_target_is_refused(void **state)
{
	static const char *const targets[] = {"", "*", "a", "x:443", "http://x",
	    "/a b", "/\x01", "/\xc3\xa4", "/a#b", "/%", "/%4", "/%zz", "/%00",
	    "/%-1", "/?a=%", "/?%zz=1", "/?a=%00", "/?a=1&a=2", "/?a&a"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof targets / sizeof targets[0]; i++)
		refused(targets[i]);
}

static void
names_of_a_query_have_values(void **state)
{
	struct request r;

	(void)state;
	assert_null(read_target(&r, "/?a=b+c&&d&e=%3d=&%66=g"));
	assert_string_equal(request_query(&r, "a"), "b c");
	assert_string_equal(request_query(&r, "d"), "");
	assert_string_equal(request_query(&r, "e"), "==");
	assert_string_equal(request_query(&r, "f"), "g");
	assert_null(request_query(&r, ""));
	request_release(&r);
}

static void
a_query_has_an_end(void **state)
{
	struct buf target = BUF_INIT;
	struct request r;
	int i;

	(void)state;
	buf_add_str(&target, "/?");
	for (i = 0; i < 64; i++)
		buf_addf(&target, "a%d=1&", i);
	assert_null(read_target(&r, target.data));
	request_release(&r);
	buf_add_str(&target, "b=1");
	refused(target.data);
	buf_release(&target);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_are_decoded_once),
	    cmocka_unit_test(what_is_no_target_is_refused),
	    cmocka_unit_test(names_of_a_query_have_values),
	    cmocka_unit_test(a_query_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

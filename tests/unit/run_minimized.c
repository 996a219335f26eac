/* A minimizer's result is looked at before it takes the corpus's place. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pf-run/minimized.h"
#include "stage.h"

static char path[] = "/tmp/minimized.XXXXXX";
static struct job job;

static const char *const places[] = {"from/one", "from/two", "to/one", "to/two",
    "to/three", "to/aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"};

static void
put(const char *name, const char *text)
{
	int fd = openat(job.fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(stage_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

static int
remove_files(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof places / sizeof places[0]; i++)
		unlinkat(job.fd, places[i], 0);
	return 0;
}

static int
make_corpus(void **state)
{
	remove_files(state);
	put("from/one", "first");
	put("from/two", "second");
	return 0;
}

static int
make_job(void **state)
{
	(void)state;
	if (mkdtemp(path) == NULL)
		return -1;
	job.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	job.engine = &engine_libfuzzer;
	return job.fd < 0 || mkdirat(job.fd, "from", 0700) < 0 ||
		mkdirat(job.fd, "to", 0700) < 0
	    ? -1
	    : 0;
}

static int
remove_job(void **state)
{
	remove_files(state);
	unlinkat(job.fd, "from", AT_REMOVEDIR);
	unlinkat(job.fd, "to", AT_REMOVEDIR);
	close(job.fd);
	return rmdir(path);
}

/* The sentence, or "" when all is well. */
static const char *
judged(void)
{
	const char *why = minimized_check(&job, "from", "to");

	return why == NULL ? "" : why;
}

static void
some_of_the_corpus_is_a_result(void **state)
{
	(void)state;
	put("to/two", "second");
	assert_string_equal(judged(), "");
}

static void
nothing_is_none(void **state)
{
	(void)state;
	assert_string_equal(judged(), "it left nothing");
	assert_string_equal(minimized_check(&job, "from", "nowhere"),
	    "its result cannot be read");
}

static void
a_short_file_is_a_full_disk(void **state)
{
	(void)state;
	put("to/one", "first");
	put("to/two", "");
	assert_string_equal(
	    judged(), "its result is not whole; the disk may be full");
}

static void
what_the_corpus_does_not_have_is_refused(void **state)
{
	(void)state;
	put("to/one", "first");
	put("to/three", "third");
	assert_string_equal(
	    judged(), "its result holds what the corpus does not");
}

/* libFuzzer's merge names by content what came from elsewhere. */
static void
a_name_that_is_its_contents_hash_is_believed_if_it_is(void **state)
{
	(void)state;
	put("to/aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", "hello");
	assert_string_equal(judged(), "");
	put("to/aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", "hell");
	assert_string_equal(
	    judged(), "its result is not whole; the disk may be full");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_corpus, remove_files)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(some_of_the_corpus_is_a_result),
	    TEST(nothing_is_none),
	    TEST(a_short_file_is_a_full_disk),
	    TEST(what_the_corpus_does_not_have_is_refused),
	    TEST(a_name_that_is_its_contents_hash_is_believed_if_it_is),
	};

	return cmocka_run_group_tests(tests, make_job, remove_job);
}

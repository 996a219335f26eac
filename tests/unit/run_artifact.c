/* Whether a file holds all that its name says. */
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "pf-run/artifact.h"

#define SHA1_OF_ABC "a9993e364706816aba3e25717850c26c9cd0d89d"
#define SHA1_OF_NOTHING "da39a3ee5e6b4b0d3255bfef95601890afd80709"

static char dir_path[] = "/tmp/pf-artifact-XXXXXX";
static int dir;

static int
begin(void **state)
{
	(void)state;
	memcpy(dir_path + sizeof dir_path - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(dir_path));
	dir = open(dir_path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(dir, "crashes", 0700), 0);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unlinkat(dir, "crashes", AT_REMOVEDIR);
	close(dir);
	return rmdir(dir_path);
}

static void
put(const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
assert_state(const char *name, const char *text, bool sha1_named,
    enum artifact_state want)
{
	struct artifact a;

	put(name, text);
	assert_int_equal(artifact_open(&a, dir, name), 1);
	assert_int_equal(artifact_read(&a, name, sha1_named), 0);
	assert_int_equal(a.state, want);
	assert_int_equal(a.bytes, strlen(text));
	artifact_close(&a);
	unlinkat(dir, name, 0);
}

static void
believes_a_name_that_is_the_contents(void **state)
{
	(void)state;
	assert_state("crash-" SHA1_OF_ABC, "abc", true, ARTIFACT_WHOLE);
	assert_state("crash-" SHA1_OF_ABC, "ab", true, ARTIFACT_DAMAGED);
	assert_state("crash-" SHA1_OF_ABC, "", true, ARTIFACT_EMPTY);
	assert_state("crash-" SHA1_OF_NOTHING, "", true, ARTIFACT_WHOLE);
	assert_state(SHA1_OF_ABC, "abcd", true, ARTIFACT_DAMAGED);
}

static void
believes_any_other_name_but_of_an_empty_file(void **state)
{
	(void)state;
	assert_state("crash-" SHA1_OF_ABC, "ab", false, ARTIFACT_WHOLE);
	assert_state("crash-" SHA1_OF_NOTHING, "", false, ARTIFACT_EMPTY);
	assert_state("id:000000,sig:06", "ab", true, ARTIFACT_WHOLE);
	assert_state("x" SHA1_OF_ABC, "ab", true, ARTIFACT_WHOLE);
	assert_state("crash-" SHA1_OF_ABC ".txt", "ab", true, ARTIFACT_WHOLE);
}

static void
opens_nothing_but_files(void **state)
{
	struct artifact a;

	(void)state;
	assert_int_equal(symlinkat("/etc/passwd", dir, "link"), 0);
	assert_int_equal(symlinkat("crashes", dir, "way"), 0);
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	put("crashes/x", "x");
	assert_int_equal(artifact_open(&a, dir, "link"), 0);
	assert_int_equal(artifact_open(&a, dir, "fifo"), 0);
	assert_int_equal(artifact_open(&a, dir, "crashes"), 0);
	assert_int_equal(artifact_open(&a, dir, "nothing"), 0);
	assert_int_equal(artifact_open(&a, dir, "way/x"), 0);
	unlinkat(dir, "crashes/x", 0);
	unlinkat(dir, "link", 0);
	unlinkat(dir, "way", 0);
	unlinkat(dir, "fifo", 0);
}

/* Another worker writes the same input again, from its start. */
static void
keeps_nothing_that_changed_under_it(void **state)
{
	int crashes = openat(dir, "crashes", O_RDONLY | O_DIRECTORY);
	struct artifact a;

	(void)state;
	put("crash-x", "abc");
	assert_int_equal(artifact_open(&a, dir, "crash-x"), 1);
	assert_int_equal(artifact_read(&a, "crash-x", true), 0);
	put("crash-x", "");
	assert_int_equal(artifact_keep(&a, crashes, false), 1);
	assert_int_equal(faccessat(crashes, a.hash, F_OK, 0), -1);
	put("crash-x", "abc");
	assert_int_equal(artifact_keep(&a, crashes, false), 0);
	assert_int_equal(artifact_keep(&a, crashes, false), 0);
	assert_int_equal(unlinkat(crashes, a.hash, 0), 0);
	artifact_close(&a);
	unlinkat(dir, "crash-x", 0);
	close(crashes);
}

static void
keeps_the_time_of_the_first(void **state)
{
	const struct timespec times[2] = {{1000, 0}, {1000, 5000000}};
	int crashes = openat(dir, "crashes", O_RDONLY | O_DIRECTORY);
	struct artifact a;
	struct stat st;
	int stays;

	(void)state;
	for (stays = 0; stays < 2; stays++) {
		put("x", "abc");
		assert_int_equal(utimensat(dir, "x", times, 0), 0);
		assert_int_equal(artifact_open(&a, dir, "x"), 1);
		assert_int_equal(artifact_read(&a, "x", true), 0);
		assert_int_equal(artifact_keep(&a, crashes, stays), 0);
		assert_int_equal(fstatat(crashes, a.hash, &st, 0), 0);
		assert_int_equal(st.st_mtim.tv_sec, 1000);
		assert_int_equal(st.st_mtim.tv_nsec, 5000000);
		assert_int_equal(st.st_nlink, stays ? 2 : 1);
		artifact_close(&a);
		unlinkat(crashes, a.hash, 0);
		unlinkat(dir, "x", 0);
	}
	close(crashes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(believes_a_name_that_is_the_contents),
	    TEST(believes_any_other_name_but_of_an_empty_file),
	    TEST(opens_nothing_but_files),
	    TEST(keeps_nothing_that_changed_under_it),
	    TEST(keeps_the_time_of_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a fuzzer left is removed, and nothing outside of it. */
#include "unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "libengine/leftovers.h"
#include "stage.h"

static char root[32];
static int fd;

static int
begin(void **state)
{
	(void)state;
	snprintf(root, sizeof root, "/tmp/unit-leftovers.XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	fd = open(root, O_RDONLY | O_DIRECTORY);
	return mkdirat(fd, "tmp", 0777) == 0 &&
		mkdirat(fd, "outside", 0777) == 0 &&
		stage_write(fd, "precious", "x", 1) == 0
	    ? 0
	    : -1;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int
end(void **state)
{
	(void)state;
	close(fd);
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool
there(const char *path)
{
	return faccessat(fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void
touch(const char *path)
{
	int file = openat(fd, path, O_WRONLY | O_CREAT, 0666);

	assert_true(file >= 0);
	close(file);
}

static void
empties_a_directory(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(fd, "tmp/a", 0777), 0);
	assert_int_equal(mkdirat(fd, "tmp/a/b", 0777), 0);
	assert_int_equal(mkdirat(fd, "tmp/c", 0777), 0);
	touch("tmp/a/b/file");
	touch("tmp/.hidden");
	leftovers_remove(fd, "tmp");
	assert_true(there("tmp"));
	assert_false(there("tmp/a") || there("tmp/c") || there("tmp/.hidden"));
	assert_true(there("precious"));
}

static void
follows_no_link(void **state)
{
	(void)state;
	touch("outside/kept");
	assert_int_equal(symlinkat("../outside", fd, "tmp/link"), 0);
	leftovers_remove(fd, "tmp");
	assert_false(there("tmp/link"));
	assert_true(there("outside/kept"));
	assert_int_equal(symlinkat("outside", fd, "swapped"), 0);
	leftovers_remove(fd, "swapped");
	leftovers_remove_old(fd, "swapped", "", -1);
	assert_true(there("outside/kept"));
}

/* Deeper than anything honest; what is above the bound is still removed. */
static void
leaves_what_is_too_deep(void **state)
{
	char path[512] = "tmp";
	size_t n = 3;
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		path[n++] = '/';
		path[n++] = 'd';
		path[n] = '\0';
		assert_int_equal(mkdirat(fd, path, 0777), 0);
	}
	touch("tmp/file");
	leftovers_remove(fd, "tmp");
	assert_true(there("tmp/d"));
	assert_false(there("tmp/file"));
}

static void
removes_by_name_and_age(void **state)
{
	const struct timespec old[2] = {{1, 0}, {1, 0}};

	(void)state;
	touch("tmp/HF.old");
	touch("tmp/HF.new");
	touch("tmp/other");
	utimensat(fd, "tmp/HF.old", old, 0);
	utimensat(fd, "tmp/other", old, 0);
	leftovers_remove_old(fd, "tmp", "HF.", 60000);
	assert_false(there("tmp/HF.old"));
	assert_true(there("tmp/HF.new") && there("tmp/other"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(empties_a_directory),
	    TEST(follows_no_link),
	    TEST(leaves_what_is_too_deep),
	    TEST(removes_by_name_and_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The sorted names in a directory: listing.h. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "listing.h"

static int
directory_of(const char *const names[], size_t count, char path[])
{
	int dir, fd;

	assert_non_null(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < count; i++) {
		fd =
		    openat(dir, names[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		close(fd);
	}
	return dir;
}

static void
remove_all(int dir, const struct listing *l, const char *path)
{
	for (size_t i = 0; i < l->count; i++)
		unlinkat(dir, listing_name(l, i),
		    listing_type(l, i) == DT_DIR ? AT_REMOVEDIR : 0);
	close(dir);
	rmdir(path);
}

static void
sorts_and_finds(void **state)
{
	static const char *const names[] = {
	    "b", "a.txt", "a", "\xff", "a\nb", ".hidden", "ab"};
	static const char *const sorted[] = {
	    ".hidden", "a", "a\nb", "a.txt", "ab", "b", "d", "l", "\xff"};
	char path[] = "/tmp/listing-XXXXXX";
	int dir = directory_of(names, 7, path);
	struct listing l;
	size_t at;

	(void)state;
	assert_int_equal(mkdirat(dir, "d", 0700), 0);
	assert_int_equal(symlinkat("nowhere", dir, "l"), 0);
	assert_int_equal(listing_read(&l, dir), 0);
	assert_int_equal(l.count, 9);
	for (size_t i = 0; i < 9; i++) {
		assert_string_equal(listing_name(&l, i), sorted[i]);
		assert_true(
		    listing_find(&l, sorted[i], strlen(sorted[i]), &at));
		assert_int_equal(at, i);
	}
	assert_int_equal(listing_type(&l, 1), DT_REG);
	assert_int_equal(listing_type(&l, 6), DT_DIR);
	assert_int_equal(listing_type(&l, 7), DT_LNK);
	/* Only as much of the name as was given, and nothing beyond it. */
	assert_true(listing_find(&l, "a.txt", 1, &at));
	assert_int_equal(at, 1);
	assert_false(listing_find(&l, "a.t", 3, &at));
	assert_false(listing_find(&l, "", 0, &at));
	assert_false(listing_find(&l, "zz", 2, &at));
	remove_all(dir, &l, path);
	listing_release(&l);
}

static void
holds_many_or_none(void **state)
{
	char path[] = "/tmp/listing-XXXXXX", name[32];
	int dir = directory_of(NULL, 0, path), fd;
	struct listing l;
	size_t at;

	(void)state;
	assert_int_equal(listing_read(&l, dir), 0);
	assert_int_equal(l.count, 0);
	assert_false(listing_find(&l, "a", 1, &at));
	listing_release(&l);
	for (int i = 0; i < 3000; i++) {
		snprintf(
		    name, sizeof name, "%d-%s", i * 7919 % 3000, "some-name");
		fd = openat(dir, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		close(fd);
	}
	assert_int_equal(lseek(dir, 0, SEEK_SET), 0);
	assert_int_equal(listing_read(&l, dir), 0);
	assert_int_equal(l.count, 3000);
	for (size_t i = 1; i < l.count; i++)
		assert_true(
		    strcmp(listing_name(&l, i - 1), listing_name(&l, i)) < 0);
	remove_all(dir, &l, path);
	listing_release(&l);
}

static void
what_is_no_directory_is_an_error(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct listing l;

	(void)state;
	assert_int_equal(listing_read(&l, fd), -1);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(l.count, 0);
	listing_release(&l);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sorts_and_finds),
	    cmocka_unit_test(holds_many_or_none),
	    cmocka_unit_test(what_is_no_directory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

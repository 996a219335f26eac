/*
 * Staged files. fsync and write are this file's own, for a disk that fails at
 * the n-th call: the linker prefers them to libc's.
 */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "buf.h"
#include "stage.h"

static int failing_fsync, failing_write; /* 1 is the next; 0 is none */

int
fsync(int fd)
{
	if (failing_fsync > 0 && --failing_fsync == 0) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

ssize_t
write(int fd, const void *bytes, size_t n)
{
	if (failing_write > 0 && --failing_write == 0) {
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_write, fd, bytes, n);
}

static char path[] = "/tmp/pf-unit-stage.XXXXXX";
static int dir;

static int
begin(void **state)
{
	(void)state;
	memcpy(path + sizeof path - 7, "XXXXXX", 6);
	if (mkdtemp(path) == NULL)
		return -1;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	failing_fsync = failing_write = 0;
	return dir < 0 ? -1 : 0;
}

static int
end(void **state)
{
	struct dirent *entry;
	DIR *all = fdopendir(dir);

	(void)state;
	while ((entry = readdir(all)) != NULL)
		unlinkat(dirfd(all), entry->d_name, 0);
	closedir(all);
	return rmdir(path);
}

static unsigned
files(void)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *all = fdopendir(fd);
	struct dirent *entry;
	unsigned count = 0;

	while ((entry = readdir(all)) != NULL)
		count += strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0;
	closedir(all);
	return count;
}

static void
assert_holds(const char *name, const char *text)
{
	struct buf b = BUF_INIT;

	assert_int_equal(buf_read_file(&b, dir, name, 1000), 0);
	assert_string_equal(b.data, text);
	buf_release(&b);
}

static void
appears_with_the_commit(void **state)
{
	struct stage s;
	struct stat st;

	(void)state;
	assert_int_equal(stage_open(&s, dir, "x"), 0);
	assert_int_equal(stage_write_all(s.fd, "ab", 2), 0);
	assert_int_equal(fstatat(dir, "x", &st, 0), -1);
	assert_int_equal(stage_write_all(s.fd, "c", 1), 0);
	assert_int_equal(stage_commit(&s), 0);
	assert_holds("x", "abc");
	assert_int_equal(files(), 1);
}

static void
replaces_the_whole(void **state)
{
	(void)state;
	assert_int_equal(stage_write(dir, "x", "longer", 6), 0);
	assert_int_equal(stage_write(dir, "x", "s", 1), 0);
	assert_holds("x", "s");
	assert_int_equal(files(), 1);
}

static void
leaves_nothing_when_aborted(void **state)
{
	struct stage s;

	(void)state;
	assert_int_equal(stage_open(&s, dir, "x"), 0);
	errno = EPROTO;
	stage_abort(&s);
	assert_int_equal(errno, EPROTO);
	assert_int_equal(files(), 0);
}

static void
leaves_nothing_when_the_file_cannot_be_synced(void **state)
{
	(void)state;
	failing_fsync = 1;
	assert_int_equal(stage_write(dir, "x", "y", 1), -1);
	assert_int_equal(errno, EIO);
	assert_int_equal(files(), 0);
}

static void
keeps_the_old_file_when_the_disk_is_full(void **state)
{
	(void)state;
	assert_int_equal(stage_write(dir, "x", "old", 3), 0);
	failing_write = 1;
	assert_int_equal(stage_write(dir, "x", "newer", 5), -1);
	assert_int_equal(errno, ENOSPC);
	assert_holds("x", "old");
	assert_int_equal(files(), 1);
}

/* The rename is done then and cannot be taken back. */
static void
fails_when_the_directory_cannot_be_synced(void **state)
{
	(void)state;
	failing_fsync = 2;
	assert_int_equal(stage_write(dir, "x", "y", 1), -1);
	assert_int_equal(errno, EIO);
	assert_holds("x", "y");
	assert_int_equal(files(), 1);
}

static void
does_not_replace_a_directory(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(dir, "d", 0700), 0);
	assert_int_equal(stage_write(dir, "d", "y", 1), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(files(), 1);
	assert_int_equal(unlinkat(dir, "d", AT_REMOVEDIR), 0);
}

static void
says_why_it_cannot_begin(void **state)
{
	char name[300];
	struct stage s;

	(void)state;
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(stage_open(&s, dir, name), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_int_equal(stage_write_path("/nowhere/x", "y", 1), -1);
	assert_int_equal(errno, ENOENT);
}

static void
writes_below_the_path_that_is_given(void **state)
{
	char file[sizeof path + 10];

	(void)state;
	snprintf(file, sizeof file, "%s/a b", path);
	assert_int_equal(stage_write_path(file, "y\n", 2), 0);
	assert_holds("a b", "y\n");
}

/* As root that was the end of /dev/null. */
static void
replaces_files_alone(void **state)
{
	char file[sizeof path + 10];
	struct stat st;

	(void)state;
	snprintf(file, sizeof file, "%s/p", path);
	assert_int_equal(mkfifoat(dir, "p", 0600), 0);
	assert_int_equal(stage_write_path(file, "y", 1), -1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(fstatat(dir, "p", &st, 0), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(unlinkat(dir, "p", 0), 0);
	assert_int_equal(symlinkat("elsewhere", dir, "p"), 0);
	assert_int_equal(stage_write_path(file, "y", 1), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(files(), 1);
	assert_int_equal(unlinkat(dir, "p", 0), 0);
}

static void
commits_many_at_once(void **state)
{
	struct stage s[5];
	char name[2] = "a";
	unsigned i;

	(void)state;
	for (i = 0; i < 5; i++) {
		name[0] = (char)('a' + i);
		assert_int_equal(stage_open(&s[i], dir, name), 0);
		assert_int_equal(stage_write_all(s[i].fd, name, 1), 0);
	}
	/* One that cannot have its name does not keep the others from it. */
	assert_int_equal(mkdirat(dir, "c", 0700), 0);
	assert_int_equal(stage_commit_all(s, 5), -1);
	assert_int_equal(errno, EISDIR);
	assert_holds("a", "a");
	assert_holds("b", "b");
	assert_holds("d", "d");
	assert_holds("e", "e");
	assert_int_equal(files(), 5);
	assert_int_equal(unlinkat(dir, "c", AT_REMOVEDIR), 0);
	assert_int_equal(stage_commit_all(s, 0), 0);
}

static void
exchanges_two_directories(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(dir, "a", 0700), 0);
	assert_int_equal(mkdirat(dir, "b", 0700), 0);
	assert_int_equal(mkdirat(dir, "a/old", 0700), 0);
	assert_int_equal(stage_exchange(dir, "a", dir, "b"), 0);
	assert_int_equal(unlinkat(dir, "b/old", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(dir, "a", AT_REMOVEDIR), 0);
	/* Both or neither. */
	assert_int_equal(stage_exchange(dir, "a", dir, "b"), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(unlinkat(dir, "b", AT_REMOVEDIR), 0);
}

static void
tidies_what_a_killed_program_left(void **state)
{
	static const char *const stay[] = {".a.tmp", ".a.1.tmp", "a.1.2.tmp",
	    "..1.2.tmp", ".a.1.2.tmp.x", ".a.1.2", ".a.1.x.tmp", ".a.1..tmp",
	    ".1.2.tmp", "state.json"};
	struct stage s[2];
	size_t i;

	(void)state;
	assert_int_equal(stage_open(&s[0], dir, "state.json"), 0);
	assert_int_equal(stage_open(&s[1], dir, ".with.7.dots"), 0);
	for (i = 0; i < sizeof stay / sizeof stay[0]; i++)
		close(openat(dir, stay[i], O_WRONLY | O_CREAT, 0600));
	assert_int_equal(stage_tidy(dir), 0);
	for (i = 0; i < sizeof stay / sizeof stay[0]; i++)
		assert_int_equal(unlinkat(dir, stay[i], 0), 0);
	for (i = 0; i < 2; i++) {
		close(s[i].fd);
		free(s[i].name);
		free(s[i].temporary);
	}
}

static void
has_no_name_before_the_commit(void **state)
{
	struct stage s[2];

	(void)state;
	assert_int_equal(stage_open_unnamed(&s[0], dir, "x"), 0);
	assert_int_equal(stage_open_unnamed(&s[1], dir, "y"), 0);
	assert_int_equal(stage_write_all(s[0].fd, "1", 1), 0);
	assert_int_equal(stage_write_all(s[1].fd, "2", 1), 0);
	if (s[0].temporary == NULL)
		assert_int_equal(files(), 0);
	assert_int_equal(stage_commit_all(s, 2), 0);
	assert_holds("x", "1");
	assert_holds("y", "2");
	assert_int_equal(files(), 2);
}

static void
leaves_a_file_that_has_the_name(void **state)
{
	struct stage s;

	(void)state;
	assert_int_equal(stage_write(dir, "x", "old", 3), 0);
	assert_int_equal(stage_open_unnamed(&s, dir, "x"), 0);
	if (s.temporary != NULL)
		skip();
	assert_int_equal(stage_commit_all(&s, 1), 0);
	assert_holds("x", "old");
	assert_int_equal(stage_open_unnamed(&s, dir, "y"), 0);
	stage_abort(&s);
	assert_int_equal(stage_open_unnamed(&s, dir, "y"), 0);
	failing_fsync = 1;
	assert_int_equal(stage_commit_all(&s, 1), -1);
	assert_int_equal(errno, EIO);
	assert_int_equal(files(), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(appears_with_the_commit),
	    TEST(replaces_the_whole),
	    TEST(leaves_nothing_when_aborted),
	    TEST(leaves_nothing_when_the_file_cannot_be_synced),
	    TEST(keeps_the_old_file_when_the_disk_is_full),
	    TEST(fails_when_the_directory_cannot_be_synced),
	    TEST(does_not_replace_a_directory),
	    TEST(says_why_it_cannot_begin),
	    TEST(writes_below_the_path_that_is_given),
	    TEST(replaces_files_alone),
	    TEST(commits_many_at_once),
	    TEST(has_no_name_before_the_commit),
	    TEST(leaves_a_file_that_has_the_name),
	    TEST(exchanges_two_directories),
	    TEST(tidies_what_a_killed_program_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Opening below a directory: with openat2, and where there is none. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "below.h"

static char root_path[] = "/tmp/below.XXXXXX";
static int root = -1;

static int
make_tree(void **state)
{
	(void)state;
	if (mkdtemp(root_path) == NULL)
		return -1;
	root = open(root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || mkdirat(root, "a", 0700) < 0 ||
	    mkdirat(root, "a/b", 0700) < 0 ||
	    symlinkat("/etc", root, "a/out") < 0 ||
	    symlinkat("b", root, "a/in") < 0)
		return -1;
	close(openat(root, "a/b/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	return 0;
}

static int
remove_tree(void **state)
{
	(void)state;
	unlinkat(root, "a/b/file", 0);
	unlinkat(root, "a/in", 0);
	unlinkat(root, "a/out", 0);
	unlinkat(root, "a/b", AT_REMOVEDIR);
	unlinkat(root, "a", AT_REMOVEDIR);
	close(root);
	return rmdir(root_path);
}

/* Whether it opens; closes it again. */
static bool
opens(const char *path, int flags)
{
	int fd = below_open(root, path, flags, false);

	if (fd < 0)
		return false;
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	return true;
}

static void
opens_what_is_below(void **state)
{
	(void)state;
	assert_true(opens("a", O_RDONLY | O_DIRECTORY));
	assert_true(opens("a/b/file", O_RDONLY));
	assert_true(opens(".", O_RDONLY | O_DIRECTORY));
}

static void
follows_no_symbolic_link(void **state)
{
	static const char *const paths[] = {
	    "a/out", "a/out/passwd", "a/in", "a/in/file"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		assert_false(opens(paths[i], O_RDONLY));
		assert_true(errno == ELOOP || errno == ENOTDIR);
	}
}

static void
does_not_leave(void **state)
{
	(void)state;
	assert_false(opens("..", O_RDONLY));
	assert_false(opens("a/../../etc/passwd", O_RDONLY));
	assert_false(opens("/etc/passwd", O_RDONLY));
}

static void
says_what_is_missing(void **state)
{
	(void)state;
	assert_false(opens("a/nothing", O_RDONLY));
	assert_int_equal(errno, ENOENT);
	assert_false(opens("a/b/file/x", O_RDONLY));
	assert_int_equal(errno, ENOTDIR);
}

static void
crosses_no_mount_unless_it_may(void **state)
{
	int slash = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	(void)state;
	fd = below_open(slash, "proc/self", O_PATH, false);
	assert_int_equal(fd, -1);
	fd = below_open(slash, "proc/sys", O_RDONLY | O_DIRECTORY, true);
	assert_true(fd >= 0);
	close(fd);
	close(slash);
}

/* From here on the kernel says that there is no openat2. */
static void
loses_openat2(void **state)
{
	struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					 offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	(void)state;
	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
	assert_int_equal(syscall(SYS_openat2, root, "a", NULL, 0), -1);
	assert_int_equal(errno, ENOSYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(opens_what_is_below),
	    cmocka_unit_test(follows_no_symbolic_link),
	    cmocka_unit_test(does_not_leave),
	    cmocka_unit_test(says_what_is_missing),
	    cmocka_unit_test(crosses_no_mount_unless_it_may),
	    cmocka_unit_test(loses_openat2),
	    {"opens_what_is_below, by parts", opens_what_is_below, NULL, NULL,
		NULL},
	    {"follows_no_symbolic_link, by parts", follows_no_symbolic_link,
		NULL, NULL, NULL},
	    {"does_not_leave, by parts", does_not_leave, NULL, NULL, NULL},
	    {"says_what_is_missing, by parts", says_what_is_missing, NULL, NULL,
		NULL},
	    {"crosses_no_mount_unless_it_may, by parts",
		crosses_no_mount_unless_it_may, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}

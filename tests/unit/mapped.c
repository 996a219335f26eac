/* Files as memory, and what becomes of those that are shortened: mapped.h. */
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mapped.h"

#define LEN ((size_t)10 * 1024 * 1024)

static int
file_of(size_t len)
{
	int fd = memfd_create("mapped", MFD_CLOEXEC);
	char *bytes = malloc(len);

	assert_true(fd >= 0 && bytes != NULL);
	memset(bytes, 'x', len);
	assert_int_equal(write(fd, bytes, len), len);
	free(bytes);
	return fd;
}

static size_t
count(const struct mapped *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->len; i++)
		n += m->data[i] == 'x';
	return n;
}

static void
gives_all_bytes_again_and_again(void **state)
{
	int fd = file_of(LEN);
	struct mapped m;

	(void)state;
	assert_int_equal(mapped_open(&m, fd, LEN), 0);
	assert_int_equal(count(&m), LEN);
	mapped_pass(&m, m.data + LEN - 1);
	assert_true(m.done > 0 && m.done < LEN);
	assert_int_equal(count(&m), LEN);
	mapped_again(&m);
	mapped_pass(&m, m.data + LEN);
	assert_int_equal(count(&m), LEN);
	assert_true(mapped_close(&m));
	assert_true(mapped_close(&m));
	close(fd);
}

static void
tells_that_a_file_was_shortened(void **state)
{
	int fd = file_of(LEN);
	struct mapped m;

	(void)state;
	assert_int_equal(mapped_open(&m, fd, LEN), 0);
	assert_int_equal(ftruncate(fd, 5000), 0);
	assert_int_equal(count(&m), 5000);
	/* Grown again it is not the same file. */
	assert_int_equal(ftruncate(fd, (off_t)LEN), 0);
	mapped_pass(&m, m.data + LEN);
	assert_int_equal(m.data[LEN - 1], 0);
	assert_false(mapped_close(&m));

	assert_int_equal(mapped_open(&m, fd, LEN), 0);
	assert_int_equal(count(&m), 5000);
	assert_true(mapped_close(&m));
	close(fd);
}

/* It is nobody else's fault that is mended. */
static void
another_bus_error_is_deadly(void **state)
{
	int fd = file_of(LEN), other = file_of(LEN), status;
	struct mapped m;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) {
		const volatile char *p =
		    mmap(NULL, LEN, PROT_READ, MAP_PRIVATE, other, 0);

		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		signal(SIGBUS, SIG_DFL);
		if (mapped_open(&m, fd, LEN) < 0 || ftruncate(other, 0) < 0)
			_exit(1);
		_exit(p[LEN - 1]);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
	close(fd);
	close(other);
}

static void
what_cannot_be_mapped_is_an_error(void **state)
{
	struct mapped m = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(mapped_open(&m, ends[0], LEN), -1);
	assert_true(mapped_close(&m));
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gives_all_bytes_again_and_again),
	    cmocka_unit_test(tells_that_a_file_was_shortened),
	    cmocka_unit_test(another_bus_error_is_deadly),
	    cmocka_unit_test(what_cannot_be_mapped_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

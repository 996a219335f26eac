/* Locks, and who holds them. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lock.h"

static char path[] = "/tmp/pf-unit-lock.XXXXXX";
static int dir;

static int
begin(void **state)
{
	(void)state;
	memcpy(path + sizeof path - 7, "XXXXXX", 6);
	if (mkdtemp(path) == NULL)
		return -1;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -1 : 0;
}

static int
end(void **state)
{
	(void)state;
	unlinkat(dir, "lock", 0);
	close(dir);
	return rmdir(path);
}

/* As one looks who does not hold it. */
static struct lock_holder
look(void)
{
	int fd = openat(dir, "lock", O_RDONLY | O_CLOEXEC);
	struct lock_holder holder;

	assert_true(fd >= 0);
	assert_int_equal(lock_look(fd, &holder), 0);
	close(fd);
	return holder;
}

static void
write_lock_file(const char *text)
{
	int fd = openat(dir, "lock", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
test_holder_is_known(void **state)
{
	struct lock_holder holder;
	int fd = lock_take(dir, "lock");

	(void)state;
	assert_true(fd >= 0);
	holder = look();
	assert_true(holder.held);
	assert_int_equal(holder.pid, getpid());
	assert_int_equal(holder.signer, 0);
	assert_int_equal(lock_sign(fd), 0);
	assert_int_equal(look().signer, getpid());
	close(fd);
	holder = look();
	assert_false(holder.held);
	assert_int_equal(holder.pid, 0);
	assert_int_equal(holder.signer, getpid());
}

static void
test_longer_signature_is_replaced_whole(void **state)
{
	int fd;
	char text[32] = "";

	(void)state;
	write_lock_file("2147483646\nand more\n");
	assert_int_equal(look().signer, 2147483646);
	fd = lock_take(dir, "lock");
	assert_int_equal(lock_sign(fd), 0);
	assert_true(pread(fd, text, sizeof text - 1, 0) > 0);
	assert_int_equal(strtol(text, NULL, 10), getpid());
	assert_int_equal(strlen(strchr(text, '\n')), 1);
	close(fd);
}

static void
test_signature_alone_holds_nothing(void **state)
{
	static const char *const texts[] = {
	    "1\n", "x\n", "-1\n", "12", "", "99999999999\n", "0\n", " \n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		write_lock_file(texts[i]);
		assert_false(look().held);
		assert_int_equal(look().pid, 0);
		assert_int_equal(look().signer, i == 0 ? 1 : 0);
	}
}

static void
test_second_taker_is_refused_and_first_stays_known(void **state)
{
	int fd = lock_take(dir, "lock");

	(void)state;
	assert_int_equal(lock_take(dir, "lock"), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	assert_int_equal(look().pid, getpid());
	close(fd);
}

/* A lock outlives the descriptor's process in a child that inherited it. */
static void
test_dead_holder_is_held_by_its_pid_no_more(void **state)
{
	struct lock_holder holder;
	int ready[2], fd;
	pid_t taker, heir;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	taker = fork();
	if (taker == 0) {
		fd = lock_take(dir, "lock");
		lock_sign(fd);
		heir = fd < 0 ? -1 : fork();
		if (heir == 0)
			for (;;)
				pause();
		(void)!write(ready[1], &heir, sizeof heir);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &heir, sizeof heir), sizeof heir);
	assert_true(heir > 0);
	waitpid(taker, NULL, 0);
	holder = look();
	assert_true(holder.held);
	assert_int_equal(holder.pid, 0);
	assert_int_equal(holder.signer, taker);
	assert_true(lock_is_ending(&holder));
	kill(heir, SIGKILL);
	close(ready[0]);
	close(ready[1]);
}

static void
test_a_look_is_not_taken_for_a_holder(void **state)
{
	int fd;

	(void)state;
	write_lock_file("");
	fd = openat(dir, "lock", O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_SH | LOCK_NB), 0);
	assert_false(look().held);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_a_look_is_not_taken_for_a_holder, begin, end),
	    cmocka_unit_test_setup_teardown(test_holder_is_known, begin, end),
	    cmocka_unit_test_setup_teardown(
		test_longer_signature_is_replaced_whole, begin, end),
	    cmocka_unit_test_setup_teardown(
		test_signature_alone_holds_nothing, begin, end),
	    cmocka_unit_test_setup_teardown(
		test_second_taker_is_refused_and_first_stays_known, begin, end),
	    cmocka_unit_test_setup_teardown(
		test_dead_holder_is_held_by_its_pid_no_more, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

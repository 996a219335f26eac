/* What is read stays where it is until it is settled. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "pf-ship/source.h"
#include "stage.h"
#include "unit.h"

static void
expect(struct source *s, const char *text)
{
	struct buf got = BUF_INIT;

	assert_int_equal(source_read(s, &got, 100), strlen(text));
	assert_string_equal(got.data, text);
	buf_release(&got);
}

static void
expect_nothing_more(struct source *s)
{
	struct buf got = BUF_INIT;

	assert_int_equal(source_read(s, &got, 100), -1);
	assert_int_equal(errno, EAGAIN);
	buf_release(&got);
}

/* Two readers one after the other: what the first has not settled, the second
 * gets. */
static void
read_twice(int in, int out)
{
	struct source one, two;

	source_init(&one, in);
	assert_int_equal(stage_write_all(out, "first\nsecond\nthi", 16), 0);
	expect(&one, "first\nsecond\nthi");
	expect_nothing_more(&one);
	assert_int_equal(source_settle(&one, 3), 0);
	assert_int_equal(stage_write_all(out, "rd\n", 3), 0);
	expect(&one, "rd\n");
	source_release(&one);
	source_init(&two, in);
	expect(&two, "third\n");
	assert_int_equal(source_settle(&two, 0), 0);
	close(out);
	expect(&two, "");
	source_release(&two);
	close(in);
}

static void
a_pipe(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	read_twice(ends[0], ends[1]);
}

static void
a_socket(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	read_twice(ends[0], ends[1]);
}

static void
a_file(void **state)
{
	int fd = open(".", O_TMPFILE | O_RDWR, 0600);
	struct source one, two;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(stage_write_all(fd, "first\nsecond\n", 13), 0);
	lseek(fd, 0, SEEK_SET);
	source_init(&one, fd);
	expect(&one, "first\nsecond\n");
	assert_int_equal(source_settle(&one, 7), 0);
	source_release(&one);
	source_init(&two, fd);
	expect(&two, "second\n");
	expect(&two, "");
	source_release(&two);
	close(fd);
}

/* Many small writes, as many pipe buffers. */
static void
a_full_pipe(void **state)
{
	struct source s;
	size_t all = 0, got = 0;
	struct buf text = BUF_INIT;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	while (write(ends[1], "0123456789abcde\n", 16) == 16)
		all += 16;
	source_init(&s, ends[0]);
	while (got < all) {
		ssize_t n = source_read(&s, &text, 10000);

		assert_true(n > 0);
		got += (size_t)n;
		if (got % 3 == 0)
			assert_int_equal(source_settle(&s, 7), 0);
	}
	assert_int_equal(text.len, all);
	for (got = 0; got < all; got += 16)
		assert_memory_equal(text.data + got, "0123456789abcde\n", 16);
	assert_int_equal(source_settle(&s, 0), 0);
	expect_nothing_more(&s);
	buf_release(&text);
	source_release(&s);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pipe),
	    cmocka_unit_test(a_socket),
	    cmocka_unit_test(a_file),
	    cmocka_unit_test(a_full_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

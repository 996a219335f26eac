/* Bounded lines: what is split is held against a plain split. */
#include "unit.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include "line.h"

#define CHUNK 65536

static int
memory_file(const char *bytes, size_t n)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* All lines of `fd` are those of `bytes`, the ones over `max` told of. */
static void
assert_splits(int fd, const char *bytes, size_t n, size_t max)
{
	struct line_reader r;
	unsigned long long number = 0;
	const char *at = bytes, *end = bytes + n;
	char *line;
	size_t len;

	line_init(&r, fd, '\n', max);
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t want = (size_t)((stop ? stop : end) - at);
		enum line_status got = line_next(&r, &line, &len);

		assert_int_equal(r.number, ++number);
		if (want > max) {
			assert_int_equal(got, LINE_TOO_LONG);
		} else {
			assert_int_equal(got, LINE_OK);
			assert_int_equal(len, want);
			assert_memory_equal(line, at, want);
			line[len] = '\0';
		}
		at = stop ? stop + 1 : end;
	}
	assert_int_equal(line_next(&r, &line, &len), LINE_END);
	assert_int_equal(line_next(&r, &line, &len), LINE_END);
	line_release(&r);
}

static void
check(const char *bytes, size_t n, size_t max)
{
	int fd = memory_file(bytes, n);

	assert_splits(fd, bytes, n, max);
	close(fd);
}

static void
reads_the_smallest_inputs(void **state)
{
	(void)state;
	check("", 0, 10);
	check("\n", 1, 10);
	check("\n\n\n", 3, 0);
	check("a", 1, 1);
	check("a", 1, 0);
	check("ab\ncd", 5, 2);
	check("ab\ncde", 6, 2);
	check("abc\nd\n", 6, 2);
	check("a\0b\n\0\n", 6, 10);
}

/* The delimiter before, at and after the end of a read; the last line with
 * one and without; at the maximum and one above it. */
static void
splits_at_the_ends_of_reads(void **state)
{
	static char bytes[3 * CHUNK];
	size_t first, tail, over;

	(void)state;
	for (first = CHUNK - 2; first <= CHUNK + 2; first++)
		for (tail = 0; tail < 4; tail++)
			for (over = 0; over < 3; over++) {
				memset(bytes, 'x', sizeof bytes);
				bytes[first] = '\n';
				bytes[first + 1 + tail] = '\n';
				check(
				    bytes, first + 1 + tail, first + 1 - over);
				check(
				    bytes, first + 2 + tail, first + 1 - over);
				check(bytes, 2 * CHUNK, first + 1 - over);
				check(bytes, 2 * CHUNK, CHUNK);
			}
}

static void
splits_random_bytes(void **state)
{
	static char bytes[4 * CHUNK];
	uint64_t seed = 3;
	size_t i, n, round;

	(void)state;
	for (round = 0; round < 60; round++) {
		/* From one in two to one in 65536 ends a line. */
		uint64_t rare = (2ull << round % 16) - 1;

		n = unit_random(&seed) % sizeof bytes;
		for (i = 0; i < n; i++)
			bytes[i] = (unit_random(&seed) & rare) == 0
			    ? '\n'
			    : (char)unit_random(&seed);
		check(bytes, n, unit_random(&seed) % (CHUNK * 2));
	}
}

/* From a pipe in pieces of any length. */
static void
joins_what_comes_in_pieces(void **state)
{
	static char bytes[20000];
	uint64_t seed = 5;
	size_t i, at = 0;
	int ends[2], status;
	pid_t pid;

	(void)state;
	for (i = 0; i < sizeof bytes; i++)
		bytes[i] = unit_random(&seed) % 40 == 0 ? '\n' : 'y';
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		while (at < sizeof bytes) {
			size_t n = 1 + unit_random(&seed) % 97;

			if (n > sizeof bytes - at)
				n = sizeof bytes - at;
			if (write(ends[1], bytes + at, n) != (ssize_t)n)
				_exit(1);
			at += n;
		}
		_exit(0);
	}
	close(ends[1]);
	assert_splits(ends[0], bytes, sizeof bytes, 60);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A line of any length costs no more than the maximum in memory. */
static void
holds_no_more_than_the_maximum(void **state)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);
	struct line_reader r;
	char *line;
	size_t len;

	(void)state;
	assert_int_equal(ftruncate(fd, 64 << 20), 0);
	line_init(&r, fd, '\n', 100);
	assert_int_equal(line_next(&r, &line, &len), LINE_TOO_LONG);
	assert_true(r.buf.cap <= 4 * CHUNK);
	assert_int_equal(line_next(&r, &line, &len), LINE_END);
	line_release(&r);
	close(fd);
}

/* What could not be read is not the end. */
static void
tells_an_error_from_the_end(void **state)
{
	struct line_reader r;
	char *line;
	size_t len;

	(void)state;
	line_init(&r, -1, '\n', 100);
	assert_int_equal(line_next(&r, &line, &len), LINE_ERROR);
	line_release(&r);
}

/* A count of lines that is taken after the loop was one too high. */
static void
numbers_the_line_last_returned(void **state)
{
	int fd = memory_file("a\nb\n", 4);
	struct line_reader r;
	char *line;
	size_t len;

	(void)state;
	line_init(&r, fd, '\n', 100);
	while (line_next(&r, &line, &len) == LINE_OK)
		;
	assert_int_equal(r.number, 2);
	line_next(&r, &line, &len);
	assert_int_equal(r.number, 2);
	line_release(&r);
	close(fd);
}

struct seen {
	char text[64];
};

static int
note(const char *operand, void *context)
{
	struct seen *seen = context;
	size_t used = strlen(seen->text);

	snprintf(seen->text + used, sizeof seen->text - used, "[%s]", operand);
	return operand[0] == 'b' ? 1 : 0;
}

static void
takes_operands_before_standard_input(void **state)
{
	char one[] = "a", two[] = "b", three[] = "c";
	char *operands[] = {one, two, three, NULL}, *none[] = {NULL};
	struct seen seen = {""};
	int fd = memory_file("x y\0b\nz\0\0last", 14), saved = dup(0);

	(void)state;
	assert_int_equal(
	    line_each_operand_or_stdin(operands, false, note, &seen), 1);
	assert_string_equal(seen.text, "[a][b][c]");
	seen.text[0] = '\0';
	dup2(fd, 0);
	assert_int_equal(
	    line_each_operand_or_stdin(none, true, note, &seen), 1);
	assert_string_equal(seen.text, "[x y][b\nz][last]");
	dup2(saved, 0);
	close(saved);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_the_smallest_inputs),
	    cmocka_unit_test(splits_at_the_ends_of_reads),
	    cmocka_unit_test(splits_random_bytes),
	    cmocka_unit_test(joins_what_comes_in_pieces),
	    cmocka_unit_test(holds_no_more_than_the_maximum),
	    cmocka_unit_test(tells_an_error_from_the_end),
	    cmocka_unit_test(numbers_the_line_last_returned),
	    cmocka_unit_test(takes_operands_before_standard_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

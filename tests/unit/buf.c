/* The growing buffer. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "buf.h"

static void
is_text_when_empty(void **state)
{
	struct buf b = BUF_INIT;
	char *taken;

	(void)state;
	assert_string_equal(b.data, "");
	buf_clear(&b);
	buf_consume(&b, 0);
	buf_add(&b, NULL, 0);
	assert_int_equal(b.cap, 0);
	taken = buf_take(&b);
	assert_string_equal(taken, "");
	free(taken);
	assert_string_equal(b.data, "");
	assert_int_equal(b.cap, 0);
}

/* Every operation against a plain array. */
static void
keeps_its_bytes_through_any_operations(void **state)
{
	static char model[1 << 16];
	struct buf b = BUF_INIT;
	uint64_t seed = 1;
	size_t len = 0, n, round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		n = unit_random(&seed) % 300;
		switch (unit_random(&seed) % 4) {
		case 0:
		case 1:
			if (len + n > sizeof model)
				break;
			memset(model + len, (int)n, n);
			buf_add(&b, model + len, n);
			len += n;
			break;
		case 2:
			n = n > len ? len : n;
			memmove(model, model + n, len - n);
			len -= n;
			buf_consume(&b, n);
			break;
		default:
			len -= n > len ? len : n;
			buf_truncate(&b, len);
		}
		assert_int_equal(b.len, len);
		assert_memory_equal(b.data, model, len);
		assert_int_equal(b.data[len], '\0');
	}
	buf_release(&b);
}

/* 63 bytes are tried first. */
static void
formats_any_length(void **state)
{
	char text[300];
	size_t n;

	(void)state;
	memset(text, 'x', sizeof text);
	for (n = 0; n < sizeof text; n++) {
		struct buf b = BUF_INIT;

		buf_add_str(&b, "a");
		buf_addf(&b, "%.*s", (int)n, text);
		assert_int_equal(b.len, n + 1);
		assert_int_equal(strlen(b.data), n + 1);
		buf_release(&b);
	}
}

static int
memory_file(size_t size)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static void
reads_no_more_than_the_maximum(void **state)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 200000};
	size_t i, more;

	(void)state;
	for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		for (more = 0; more < 2; more++) {
			int fd = memory_file(sizes[i] + more);
			struct buf b = BUF_INIT;

			buf_add_str(&b, "before");
			assert_int_equal(buf_read_fd(&b, fd, sizes[i]), more);
			assert_int_equal(b.len, 6 + sizes[i]);
			assert_int_equal(b.data[b.len], '\0');
			buf_release(&b);
			close(fd);
		}
}

static void
tells_a_missing_file_from_an_empty_one(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	assert_int_equal(buf_read_file(&b, AT_FDCWD, "/dev/null", 10), 0);
	errno = 0;
	assert_int_equal(buf_read_file(&b, AT_FDCWD, "/nowhere/x", 10), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(buf_read_file(&b, AT_FDCWD, "/", 10), -1);
	assert_int_equal(errno, EISDIR);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_text_when_empty),
	    cmocka_unit_test(keeps_its_bytes_through_any_operations),
	    cmocka_unit_test(formats_any_length),
	    cmocka_unit_test(reads_no_more_than_the_maximum),
	    cmocka_unit_test(tells_a_missing_file_from_an_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * usage: ship fsync|fast DIR LINES FILE
 *
 * The bare loop beside pf-ship: the event lines of the file into DIR/new as the
 * same batch files, each written, fsynced and renamed, and the directory
 * fsynced. Prints the seconds that took. "fast" leaves the fsyncs out, to have
 * a large spool soon.
 */
#undef renameat
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "batch.h"
#include "buf.h"
#include "clock.h"
#include "stage.h"

#define NAME "0123456789abcdef-00000001"

static int tmp, new;

static int
write_batch(const char *payload, size_t len, unsigned number, bool durable)
{
	char header[BATCH_HEADER];
	struct batch b;
	int fd = openat(tmp, NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	batch_make_key(b.key, clock_now(), "bench", "0123456789abcdef", number);
	batch_describe(&b, payload, len);
	batch_write_header(header, &b);
	if (fd < 0 || stage_write_all(fd, header, sizeof header) < 0 ||
	    stage_write_all(fd, payload, len) < 0 ||
	    (durable && fsync(fd) < 0) || close(fd) < 0 ||
	    renameat(tmp, NAME, new, b.key) < 0)
		return -1;
	return durable ? fsync(new) : 0;
}

static int
write_all(const struct buf *lines, unsigned long each, bool durable)
{
	const char *begin = lines->data, *at = begin;
	const char *end = begin + lines->len;
	unsigned long count = 0;
	unsigned number = 0;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		if (++count % each != 0 && at < end)
			continue;
		if (write_batch(
			begin, (size_t)(at - begin), ++number, durable) < 0)
			return -1;
		begin = at;
	}
	return 0;
}

static int
open_below(int dir, const char *name)
{
	mkdirat(dir, name, 0700);
	return openat(dir, name, O_RDONLY | O_DIRECTORY);
}

int
main(int argc, char *argv[])
{
	struct buf lines = BUF_INIT;
	struct timespec from, to;
	unsigned long each;
	int dir;

	if (argc != 5 || (each = strtoul(argv[3], NULL, 10)) == 0)
		return 64;
	dir = open_below(AT_FDCWD, argv[2]);
	tmp = open_below(dir, "tmp");
	new = open_below(dir, "new");
	if (buf_read_file(&lines, AT_FDCWD, argv[4], SIZE_MAX / 4) != 0)
		return 66;
	clock_gettime(CLOCK_MONOTONIC, &from);
	if (write_all(&lines, each, strcmp(argv[1], "fsync") == 0) < 0) {
		perror("ship");
		return 74;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%f\n",
	    (double)(to.tv_sec - from.tv_sec) +
		(double)(to.tv_nsec - from.tv_nsec) / 1e9);
	buf_release(&lines);
	return 0;
}

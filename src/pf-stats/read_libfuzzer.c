/* libFuzzer's logs. */
#include <errno.h>

#include "clock.h"
#include "kept.h"
#include "libengine/libfuzzer_scan.h"
#include "mem.h"
#include "reading.h"

#define CHUNK (256 << 10)

/* A line that does not fit is not one of libFuzzer's, up to its end. */
static size_t
skip(const char *bytes, size_t n, bool *skipping)
{
	const char *newline = memchr(bytes, '\n', n);

	*skipping = newline == NULL;
	return newline == NULL ? n : (size_t)(newline - bytes) + 1;
}

/*
 * Reads on from *offset, which is moved behind the last whole line. -1 with
 * errno.
 */
static int
scan(struct libfuzzer_scan *s, int fd, off_t *offset)
{
	char *bytes = mem_alloc(CHUNK);
	bool skipping = false;
	size_t have = 0, taken;
	ssize_t n;

	while ((n = pread(fd, bytes + have, CHUNK - have,
		    *offset + (off_t)have)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		have += (size_t)n;
		taken = skipping ? skip(bytes, have, &skipping) : 0;
		if (!skipping)
			taken +=
			    libfuzzer_scan_add(s, bytes + taken, have - taken);
		if (taken == 0 && have == CHUNK) {
			skipping = true;
			taken = have;
		}
		have -= taken;
		*offset += (off_t)taken;
		memmove(bytes, bytes + taken, have);
	}
	free(bytes);
	return n < 0 ? -1 : 0;
}

/* Anew, unless a follower has read the beginning of this very file before. */
static int
scan_on(struct remembered *r, int fd, const struct stat *st, int before_fd)
{
	off_t older = 0;

	if (r->device != st->st_dev || r->inode != st->st_ino ||
	    st->st_size < r->offset) {
		libfuzzer_scan_release(&r->scan);
		r->device = st->st_dev;
		r->inode = st->st_ino;
		r->offset = 0;
		if (before_fd >= 0 && scan(&r->scan, before_fd, &older) < 0)
			return -1;
	}
	return scan(&r->scan, fd, &r->offset);
}

static int
tell(const struct source *from, struct libfuzzer_scan *scan, int fd,
    const struct stat *st)
{
	struct stats s;
	bool told;

	stats_init(&s);
	told = libfuzzer_scan_stats(scan, &s);
	if (from->instance != NULL)
		s.instance = mem_dup(from->instance);
	reading_judge(from, scan->ended, fd, st, &s);
	if (from->kept != NULL)
		kept_complete(from->kept, &s);
	if (told || from->kept != NULL)
		reading_tell(
		    from, "libfuzzer", &s, clock_from_timespec(st->st_mtim));
	stats_release(&s);
	if (told || (from->kept != NULL && s.alive == 1))
		return 0;
	if (scan->recognized || st->st_size == 0)
		return reading_doubt(
		    from, "a libFuzzer log without a status line");
	return reading_refused(from, "not the statistics of a known fuzzer");
}

int
read_libfuzzer(
    const struct source *from, int fd, const struct stat *st, int before_fd)
{
	struct remembered once = {.good = BUF_INIT}, *r = &once;
	int status;

	if (from->reader->options->follow_ms > 0)
		r = memory_of(&from->reader->memory, from->path);
	else
		libfuzzer_scan_init(&once.scan);
	if (scan_on(r, fd, st, before_fd) < 0)
		status = reading_failed(from, "read");
	else
		status = tell(from, &r->scan, fd, st);
	if (r == &once)
		libfuzzer_scan_release(&once.scan);
	return status;
}

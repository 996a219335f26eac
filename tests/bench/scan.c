/*
 * usage: scan MEGABYTES FILE...
 *
 * How many bytes a second of processor time the JSON reader reads, and how many
 * jansson does: the lines of the files, one by one, again and again.
 */
#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#include "event.h"
#include "scan.h"

static struct scan scan = SCAN_INIT;

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool
read_scan(const char *line, size_t len)
{
	const char *why;

	return scan_read(&scan, line, len, EVENT_DEPTH_MAX, &why);
}

static bool
read_jansson(const char *line, size_t len)
{
	json_t *tree = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

	json_decref(tree);
	return tree != NULL;
}

/* Returns how many lines there are; 0 when one is refused. */
static size_t
each_line(const struct buf *lines, bool read_line(const char *, size_t))
{
	const char *at = lines->data, *end = lines->data + lines->len, *newline;
	size_t count = 0;

	while ((newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (!read_line(at, (size_t)(newline - at)))
			return 0;
		count++;
		at = newline + 1;
	}
	return count;
}

static int
run(const char *name, const struct buf *lines, size_t times,
    bool read_line(const char *, size_t))
{
	double start = seconds(), took, bytes;
	size_t count = 0;

	for (size_t i = 0; i < times; i++)
		count += each_line(lines, read_line);
	took = seconds() - start;
	if (count == 0)
		return 65;
	bytes = (double)lines->len * (double)times;
	printf("%-8s %6.0f MB/s of %.0f bytes a line: %.0f ns a line\n", name,
	    bytes / took / 1e6, bytes / (double)count,
	    took * 1e9 / (double)count);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct buf lines = BUF_INIT;
	double megabytes = argc > 1 ? strtod(argv[1], NULL) : 0;
	size_t times;
	int status;

	if (argc < 3 || !(megabytes > 0))
		return 64;
	for (int i = 2; i < argc; i++)
		if (buf_read_file(&lines, AT_FDCWD, argv[i], 1 << 30) != 0)
			return 66;
	times = 1 + (size_t)(megabytes * 1e6 / (double)(lines.len + 1));
	status = run("scan", &lines, times, read_scan);
	if (status == 0)
		status = run("jansson", &lines, times / 8 + 1, read_jansson);
	scan_release(&scan);
	buf_release(&lines);
	return status;
}

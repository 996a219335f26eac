/* Where crashes come from: operands, or standard input. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dedup.h"
#include "directory.h"
#include "event.h"
#include "line.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

static int
a_path(struct dedup *d, const char *path)
{
	struct stat st;

	d->paths++;
	if (stat(path, &st) < 0) {
		int status = msg_exit_code(errno);

		msg_warn("open %s", msg_quote(path));
		return status;
	}
	if (S_ISDIR(st.st_mode))
		return directory_read(d, path);
	return dedup_file(d, path, directory_is_slow(path) ? FILE_MAYBE : 0);
}

static int
path_line(
    struct dedup *d, unsigned long long number, const char *line, size_t len)
{
	char *path;
	int status;

	/* Cut at a NUL it would be another file's name. */
	if (len >= PATH_MAX || memchr(line, '\0', len) != NULL) {
		msg_warnx("standard input line %llu: neither an event nor a "
			  "path",
		    number);
		d->lines++;
		d->rejected++;
		return 1;
	}
	path = mem_dup_n(line, len);
	status = a_path(d, path);
	free(path);
	return status;
}

static int
standard_input(struct dedup *d)
{
	struct line_reader reader;
	enum line_status got;
	char *line;
	size_t len;
	int status = 0;

	line_init(&reader, 0, '\n', EVENT_LINE_MAX_EMBEDDED);
	while ((got = line_next(&reader, &line, &len)) == LINE_OK ||
	    got == LINE_TOO_LONG) {
		if (got == LINE_TOO_LONG) {
			msg_warnx("line %llu is longer than %d bytes and is "
				  "lost",
			    reader.number, EVENT_LINE_MAX_EMBEDDED);
			d->lines++;
			d->rejected++;
			status = exit_worse(status, 1);
		} else if (len > 0 && line[0] == '{') {
			dedup_line(d, line, len);
		} else if (len > 0) {
			status = exit_worse(
			    status, path_line(d, reader.number, line, len));
		}
	}
	if (got == LINE_ERROR) {
		msg_warn("read standard input");
		status = exit_worse(status, 74);
	}
	line_release(&reader);
	return status;
}

/* Not in one expression: what is read changes d->status as well. */
void
dedup_input(struct dedup *d, char *const operands[])
{
	int status;

	if (*operands == NULL) {
		status = standard_input(d);
		d->status = exit_worse(d->status, status);
	}
	for (; *operands != NULL; operands++) {
		status = a_path(d, *operands);
		d->status = exit_worse(d->status, status);
	}
}

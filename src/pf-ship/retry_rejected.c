/* Records of reject.h, read back. */
#include "retry_rejected.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "emit.h"
#include "event.h"
#include "line.h"
#include "msg.h"
#include "out.h"
#include "scan.h"
#include "stage.h"
#include "writer.h"

/* A line whose every byte was escaped, and what is told of it. */
#define RECORD_MAX (6 * (size_t)EVENT_LINE_MAX_EMBEDDED + 65536)
#define RECORD_DEPTH 4
#define CHUNK 65536

struct retry {
	struct spool *spool;
	const struct intake_limits *limits;
	struct writer writer;
	struct scan scan;
	struct buf line;     /* as it was */
	struct stage rest;   /* the file without what was put back */
	struct buf staying;  /* not yet written to it */
	uint64_t back, stay; /* lines of the file in hand */
};

/* The line that a record is about, if it is an event line. */
static bool
take_back(struct retry *r, const char *record, size_t len)
{
	struct event_places at;
	struct buf text = BUF_INIT;
	const char *why;
	uint32_t place;
	bool taken;

	/* event_scan leaves its own there. */
	r->scan.count_max = EVENT_VALUES_MAX;
	if (!scan_read(&r->scan, record, len, RECORD_DEPTH, &why))
		return false;
	place = scan_member(&r->scan, 0, "line");
	if (place == 0 || r->scan.value[place].type != SCAN_TEXT)
		return false;
	scan_add_text(&text, &r->scan, place);
	buf_clear(&r->line);
	emit_decode(&r->line, text.data, text.len);
	buf_release(&text);
	taken = memchr(r->line.data, '\n', r->line.len) == NULL &&
	    event_scan(&r->scan, r->line.data, r->line.len, &at, &why);
	if (taken)
		writer_add(&r->writer, r->line.data, r->line.len);
	return taken;
}

static int
keep_record(struct retry *r, const char *record, size_t len)
{
	buf_add(&r->staying, record, len);
	buf_add_char(&r->staying, '\n');
	if (r->staying.len < CHUNK)
		return 0;
	if (stage_write_all(r->rest.fd, r->staying.data, r->staying.len) < 0)
		return -1;
	buf_clear(&r->staying);
	return 0;
}

/* -1 with errno. */
static int
take_record(struct retry *r, const char *record, size_t len)
{
	if (!take_back(r, record, len)) {
		r->stay++;
		return keep_record(r, record, len);
	}
	r->back++;
	if (r->writer.lines < r->limits->batch_lines &&
	    r->writer.payload.len < r->limits->batch_bytes)
		return 0;
	return writer_seal(&r->writer);
}

/* All records of the file; -1 with errno. */
static int
take_records(struct retry *r, int fd)
{
	struct line_reader reader;
	enum line_status got;
	char *line;
	size_t len;
	int status = 0;

	line_init(&reader, fd, '\n', RECORD_MAX);
	while (status == 0) {
		got = line_next(&reader, &line, &len);
		if (got == LINE_OK)
			status = take_record(r, line, len);
		else if (got != LINE_TOO_LONG)
			break;
		else {
			/* Its end is lost to us: the file stays as it is. */
			errno = EFBIG;
			status = -1;
		}
	}
	if (status == 0 && got == LINE_ERROR)
		status = -1;
	line_release(&reader);
	return status == 0 ? writer_seal(&r->writer) : -1;
}

/* What was put back is safe: the file shrinks, or goes. */
static int
finish(struct retry *r, const char *name)
{
	if (r->back == 0 || r->stay == 0)
		stage_abort(&r->rest);
	if (r->back == 0)
		return 0;
	if (r->stay == 0)
		return unlinkat(r->spool->rejected, name, 0);
	if (stage_write_all(r->rest.fd, r->staying.data, r->staying.len) == 0)
		return stage_commit(&r->rest);
	stage_abort(&r->rest);
	return -1;
}

static int
retry_open(struct retry *r, const char *name, int fd)
{
	int status;

	r->back = r->stay = 0;
	buf_clear(&r->staying);
	if (stage_open(&r->rest, r->spool->rejected, name) < 0)
		status = -1;
	else if (take_records(r, fd) < 0) {
		status = -1;
		stage_abort(&r->rest);
	} else
		status = finish(r, name);
	if (status < 0) {
		msg_warn("put the lines of rejected/%s back", msg_quote(name));
		return msg_exit_code(errno);
	}
	msg_info(
	    "%s: %" PRIu64 " lines were put back", msg_quote(name), r->back);
	if (r->stay == 0)
		return 0;
	msg_warnx("%s: %" PRIu64 " lines are still no events and stay in "
		  "rejected/",
	    msg_quote(name), r->stay);
	return 1;
}

static int
retry_file(struct retry *r, const char *name)
{
	struct stat st;
	int status = 0, fd;

	/* A dot begins what a killed run has left. */
	if (*name == '.')
		return 0;
	fd = openat(r->spool->rejected, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		msg_warnx("%s in rejected/ is not a file to be read",
		    msg_quote(name));
		status = 1;
	} else if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		msg_info("%s: is being written", msg_quote(name));
	else
		status = retry_open(r, name, fd);
	if (fd >= 0)
		close(fd);
	return status;
}

int
retry_rejected(struct spool *s, const struct intake_limits *limits)
{
	struct retry r = {.spool = s,
	    .limits = limits,
	    .scan = SCAN_INIT,
	    .line = BUF_INIT,
	    .staying = BUF_INIT};
	DIR *d = spool_list(s->rejected);
	const char *name;
	int status = 0;

	writer_init(&r.writer, s);
	while (d != NULL && (name = spool_next(d)) != NULL)
		status = exit_worse(status, retry_file(&r, name));
	if (errno != 0) {
		msg_warn("read rejected/ of the spool");
		status = exit_worse(status, msg_exit_code(errno));
	}
	if (d != NULL)
		closedir(d);
	writer_release(&r.writer);
	scan_release(&r.scan);
	buf_release(&r.line);
	buf_release(&r.staying);
	return status;
}

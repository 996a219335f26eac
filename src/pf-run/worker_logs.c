/* Reports out of logs that are about to vanish. */
#include "worker_logs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "base64.h"
#include "below.h"
#include "mem.h"

#define PIECE 65536
/* libFuzzer prints inputs of up to 256 bytes, and no others. */
#define BASE64_LINE_MAX 512

static const char mark_text[] = "Test unit written to ";
static const char base64_text[] = "Base64: ";

static uint64_t
key_of(const char *name, size_t len)
{
	return XXH3_64bits(name, len) | 1;
}

void
worker_logs_init(struct worker_logs *w)
{
	unsigned i;

	*w = (struct worker_logs){.opened = 0};
	for (i = 0; i < WORKER_LOGS_HELD; i++)
		w->log[i].fd = -1;
}

static void
let_go(struct worker_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	*log = (struct worker_log){.fd = -1};
}

void
worker_logs_release(struct worker_logs *w)
{
	unsigned i;

	for (i = 0; i < WORKER_LOGS_HELD; i++)
		let_go(&w->log[i]);
}

/* The name at the end of a line that says where an artifact went. */
static const char *
artifact_of(const char *line, const char *end)
{
	const char *slash = memrchr(line, '/', (size_t)(end - line));

	return slash == NULL ? line : slash + 1;
}

/* Whole lines, which begin at `log->scanned`. */
static void
take_lines(struct worker_log *log, const char *text, size_t len)
{
	const char *at = text, *found, *end, *name;

	while ((found = memmem(at, len - (size_t)(at - text), mark_text,
		    sizeof mark_text - 1)) != NULL) {
		found += sizeof mark_text - 1;
		end = memchr(found, '\n', len - (size_t)(found - text));
		if (end == NULL)
			return;
		name = artifact_of(found, end);
		at = end + 1;
		log->mark[log->marks++ % WORKER_LOG_MARKS] =
		    (struct worker_mark){key_of(name, (size_t)(end - name)),
			log->after, log->scanned + (at - text)};
		log->after = log->scanned + (at - text);
	}
}

static void
scan(struct worker_log *log, char *piece)
{
	ssize_t n;

	while ((n = pread(log->fd, piece, PIECE, log->scanned)) > 0) {
		const char *last = memrchr(piece, '\n', (size_t)n);
		size_t whole = last == NULL ? 0 : (size_t)(last - piece) + 1;

		/* A line as long as the piece says nothing to us. */
		if (last == NULL && n < PIECE)
			return;
		take_lines(log, piece, whole);
		log->scanned += last == NULL ? n : (ssize_t)whole;
	}
}

void
worker_logs_scan(struct worker_logs *w)
{
	char *piece = NULL;
	struct stat st;
	unsigned i;

	for (i = 0; i < WORKER_LOGS_HELD; i++) {
		struct worker_log *log = &w->log[i];

		if (log->fd < 0 || fstat(log->fd, &st) < 0 ||
		    st.st_size <= log->scanned)
			continue;
		if (piece == NULL)
			piece = mem_alloc(PIECE);
		scan(log, piece);
	}
	free(piece);
}

static bool
is_spent(const struct worker_log *log)
{
	struct stat st;
	unsigned i;

	if (fstat(log->fd, &st) < 0 || st.st_nlink > 0)
		return false;
	for (i = 0; i < WORKER_LOG_MARKS; i++)
		if (log->mark[i].artifact != 0)
			return false;
	return true;
}

static struct worker_log *
make_room(struct worker_logs *w)
{
	struct worker_log *free_one = NULL, *oldest = &w->log[0];
	unsigned i;

	for (i = 0; i < WORKER_LOGS_HELD; i++)
		if (w->log[i].fd < 0)
			return &w->log[i];
	worker_logs_scan(w);
	for (i = 0; i < WORKER_LOGS_HELD; i++) {
		if (w->log[i].number < oldest->number)
			oldest = &w->log[i];
		if (is_spent(&w->log[i])) {
			let_go(&w->log[i]);
			free_one = &w->log[i];
		}
	}
	if (free_one != NULL)
		return free_one;
	let_go(oldest);
	return oldest;
}

/* While it is held, its inode's number is nobody else's. */
static bool
is_held(const struct worker_logs *w, ino_t inode)
{
	unsigned i;

	for (i = 0; i < WORKER_LOGS_HELD; i++)
		if (w->log[i].fd >= 0 && w->log[i].inode == inode)
			return true;
	return false;
}

void
worker_logs_hold(
    struct worker_logs *w, int job_fd, const char *dir, const char *name)
{
	struct worker_log *log;
	size_t n = strlen(name);
	struct stat st;
	char *path;
	int fd;

	if (n < 5 || strcmp(name + n - 4, ".log") != 0)
		return;
	path = mem_printf("%s/%s", dir, name);
	fd = below_open(job_fd, path, O_RDONLY | O_NONBLOCK, true);
	free(path);
	if (fd < 0)
		return;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    is_held(w, st.st_ino)) {
		close(fd);
		return;
	}
	log = make_room(w);
	log->fd = fd;
	log->inode = st.st_ino;
	log->number = w->opened++;
}

/* `text` is a report with its last line, `len` bytes of it are that much. */
static void
add_report(struct buf *report, const char *text, size_t len, size_t max)
{
	const char *line;

	/* The input that the report before it printed. */
	if (len > sizeof base64_text - 1 &&
	    memcmp(text, base64_text, sizeof base64_text - 1) == 0 &&
	    (line = memchr(text, '\n', len)) != NULL) {
		len -= (size_t)(line + 1 - text);
		text = line + 1;
	}
	if (len > max) {
		text += len - max;
		len = max;
	}
	buf_add(report, text, len);
}

static void
add_content(struct buf *content, const char *text, size_t len)
{
	const size_t n = sizeof base64_text - 1;
	const char *end = memchr(text, '\n', len);

	if (end != NULL && len > n && memcmp(text, base64_text, n) == 0)
		base64_decode(content, text + n, (size_t)(end - text) - n);
}

static void
read_report(int fd, const struct worker_mark *mark, size_t max,
    struct buf *report, struct buf *content)
{
	off_t start = mark->start;
	struct buf text = BUF_INIT;
	size_t size;
	ssize_t n;

	/* One line of Base64 more than the report, at its start. */
	if (mark->end - start > (off_t)(max + BASE64_LINE_MAX))
		start = mark->end - (off_t)max;
	size = (size_t)(mark->end - start);
	n = pread(fd, buf_reserve(&text, size + BASE64_LINE_MAX),
	    size + BASE64_LINE_MAX, start);
	if (n >= (ssize_t)size) {
		add_report(report, text.data, size, max);
		add_content(content, text.data + size, (size_t)n - size);
	}
	buf_release(&text);
}

/* The mark that an artifact has, the newest of them; NULL when there is none.*/
static const struct worker_mark *
find(const struct worker_log *log, uint64_t artifact)
{
	unsigned i;

	for (i = 0; i < WORKER_LOG_MARKS && i < log->marks; i++) {
		const struct worker_mark *mark =
		    &log->mark[(log->marks - 1 - i) % WORKER_LOG_MARKS];

		if (mark->artifact == artifact)
			return mark;
	}
	return NULL;
}

bool
worker_logs_report(const struct worker_logs *w, const char *artifact,
    size_t max, struct buf *report, struct buf *content)
{
	uint64_t key = key_of(artifact, strlen(artifact));
	unsigned i;

	for (i = 0; i < WORKER_LOGS_HELD; i++) {
		const struct worker_mark *mark = find(&w->log[i], key);

		if (w->log[i].fd < 0 || mark == NULL)
			continue;
		read_report(w->log[i].fd, mark, max, report, content);
		return true;
	}
	return false;
}

void
worker_logs_settled(struct worker_logs *w, const char *artifact)
{
	uint64_t key = key_of(artifact, strlen(artifact));
	unsigned i, k;

	for (i = 0; i < WORKER_LOGS_HELD; i++)
		for (k = 0; k < WORKER_LOG_MARKS; k++)
			if (w->log[i].mark[k].artifact == key)
				w->log[i].mark[k].artifact = 0;
}

bool
worker_logs_cut(const char *text, size_t len, const char *artifact, size_t max,
    struct buf *report, struct buf *content)
{
	struct worker_log log = {.fd = -1};
	const struct worker_mark *mark;

	take_lines(&log, text, len);
	mark = find(&log, key_of(artifact, strlen(artifact)));
	if (mark == NULL)
		return false;
	add_report(
	    report, text + mark->start, (size_t)(mark->end - mark->start), max);
	add_content(content, text + mark->end, len - (size_t)mark->end);
	return true;
}

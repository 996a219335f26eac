/* Reports out of logs that are about to vanish. */
#include "worker_logs.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "mem.h"

#define LOG_MAX (4 << 20)

void
worker_logs_init(struct worker_logs *w)
{
	unsigned i;

	w->next = 0;
	for (i = 0; i < WORKER_LOGS_HELD; i++)
		w->fd[i] = -1;
}

void
worker_logs_release(struct worker_logs *w)
{
	unsigned i;

	for (i = 0; i < WORKER_LOGS_HELD; i++)
		if (w->fd[i] >= 0)
			close(w->fd[i]);
	worker_logs_init(w);
}

void
worker_logs_hold(
    struct worker_logs *w, int job_fd, const char *dir, const char *name)
{
	char *path;
	size_t n = strlen(name);
	int *slot = &w->fd[w->next];

	if (n < 5 || strcmp(name + n - 4, ".log") != 0)
		return;
	path = mem_printf("%s/%s", dir, name);
	if (*slot >= 0)
		close(*slot);
	*slot = openat(
	    job_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	w->next = (w->next + 1) % WORKER_LOGS_HELD;
	free(path);
}

/* Where the report begins that ends at `end`: after the artifact before it. */
static const char *
report_start(const char *text, const char *end)
{
	static const char mark[] = "Test unit written to ";
	const char *start = text, *found = text;

	while ((found = memmem(found, (size_t)(end - found), mark,
		    sizeof mark - 1)) != NULL)
		start = found = found + sizeof mark - 1;
	return start;
}

bool
worker_logs_cut(const char *text, size_t len, const char *artifact, size_t max,
    struct buf *report)
{
	char *tail = mem_printf("/%s", artifact);
	const char *found = memmem(text, len, tail, strlen(tail));
	const char *start, *end = text + len;

	free(tail);
	if (found == NULL)
		return false;
	/* Up to the end of that line, from the end of the one before it. */
	start = memrchr(text, '\n', (size_t)(found - text));
	start = report_start(text, start == NULL ? found : start);
	if (start > text && memchr(start, '\n', (size_t)(found - start)))
		start =
		    (const char *)memchr(start, '\n', (size_t)(found - start)) +
		    1;
	found = memchr(found, '\n', (size_t)(end - found));
	end = found == NULL ? end : found + 1;
	if ((size_t)(end - start) > max)
		start = end - max;
	buf_add(report, start, (size_t)(end - start));
	return true;
}

static bool
search(int fd, const char *artifact, size_t max, struct buf *report)
{
	struct buf text = BUF_INIT;
	struct stat st;
	off_t from = 0;
	bool found = false;
	ssize_t n;

	if (fstat(fd, &st) < 0 || st.st_size == 0)
		return false;
	if (st.st_size > LOG_MAX)
		from = st.st_size - LOG_MAX;
	n = pread(fd, buf_reserve(&text, (size_t)(st.st_size - from)),
	    (size_t)(st.st_size - from), from);
	if (n > 0)
		found = worker_logs_cut(
		    text.data, (size_t)n, artifact, max, report);
	buf_release(&text);
	return found;
}

bool
worker_logs_report(const struct worker_logs *w, const char *artifact,
    size_t max, struct buf *report)
{
	unsigned i;

	for (i = 0; i < WORKER_LOGS_HELD; i++)
		if (w->fd[i] >= 0 && search(w->fd[i], artifact, max, report))
			return true;
	return false;
}

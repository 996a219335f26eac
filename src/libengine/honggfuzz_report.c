/* honggfuzz's reports. */
#include "honggfuzz_report.h"

#include <ctype.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "mem.h"

#define WORKSPACE "honggfuzz/"
/* Of the report file, which only grows, from its end. */
#define TAIL_MAX (1 << 20)

static const char title[] = "FUZZ_FNAME: ", rule[] = "=====\n";

/* The last line of `text` that begins with `title` and names the file. */
static const char *
last_title(const char *text, size_t size, const char *name)
{
	char *tail = mem_printf("/%s\n", name);
	const char *at = text, *end = text + size, *found = NULL, *line;

	while (
	    (at = memmem(at, (size_t)(end - at), tail, strlen(tail))) != NULL) {
		line = memrchr(text, '\n', (size_t)(at - text));
		line = line == NULL ? text : line + 1;
		if ((size_t)(end - line) > sizeof title &&
		    memcmp(line, title, sizeof title - 1) == 0)
			found = line;
		at++;
	}
	free(tail);
	return found;
}

static int64_t
pid_in(const char *section, size_t len)
{
	static const char mark[] = "\nPID: ";
	const char *at = memmem(section, len, mark, sizeof mark - 1);
	const char *end = section + len;
	int64_t pid = 0;

	if (at == NULL)
		return 0;
	for (at += sizeof mark - 1; at < end && isdigit((unsigned char)*at);
	     at++)
		if ((pid = pid * 10 + (*at - '0')) > INT32_MAX)
			return 0;
	return pid;
}

const char *
honggfuzz_section(
    const char *text, size_t size, const char *name, size_t *len, int64_t *pid)
{
	const char *at = last_title(text, size, name), *start = text, *next;
	const char *end;

	if (at == NULL)
		return NULL;
	/* From the rule before "TIME:" to the rule after the last frame. */
	while (
	    (next = memmem(start, (size_t)(at - start), "\nTIME: ", 7)) != NULL)
		start = next + 1;
	end = memmem(at, (size_t)(text + size - at), rule, sizeof rule - 1);
	if (end == NULL)
		return NULL;
	*len = (size_t)(end - start) + sizeof rule - 1;
	*pid = pid_in(start, *len);
	return start;
}

static void
add_end(struct buf *to, const char *text, size_t len, size_t max)
{
	buf_add(to, len > max ? text + len - max : text, len > max ? max : len);
}

/* Up to TAIL_MAX bytes of a file's end; false when it cannot be read. */
static bool
read_tail(int job_fd, const char *path, struct buf *text)
{
	int fd = openat(
	    job_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool done = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (st.st_size > TAIL_MAX)
			lseek(fd, st.st_size - TAIL_MAX, SEEK_SET);
		done = buf_read_fd(text, fd, TAIL_MAX) >= 0;
	}
	close(fd);
	return done;
}

/* Whether the sanitizer said what is wrong; a stray warning is no report. */
static bool
is_report(const struct buf *text)
{
	return memmem(text->data, text->len, "ERROR: ", 7) != NULL ||
	    memmem(text->data, text->len, "runtime error: ", 15) != NULL;
}

static bool
sanitizer_report(int job_fd, int64_t pid, size_t max, struct buf *report)
{
	char *path =
	    mem_printf(WORKSPACE "HF.sanitizer.log.%lld", (long long)pid);
	struct buf text = BUF_INIT;
	bool is_one = read_tail(job_fd, path, &text) && is_report(&text);

	if (is_one)
		add_end(report, text.data, text.len, max);
	buf_release(&text);
	free(path);
	return is_one;
}

bool
honggfuzz_report(int job_fd, const char *name, size_t max, struct buf *report)
{
	struct buf text = BUF_INIT;
	const char *section = NULL;
	int64_t pid = 0;
	size_t len = 0;

	if (read_tail(job_fd, WORKSPACE "HONGGFUZZ.REPORT.TXT", &text))
		section =
		    honggfuzz_section(text.data, text.len, name, &len, &pid);
	if (section != NULL &&
	    (pid == 0 || !sanitizer_report(job_fd, pid, max, report)))
		add_end(report, section, len, max);
	buf_release(&text);
	return section != NULL;
}

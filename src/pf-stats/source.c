/* What a path holds, found by looking into it. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "buf.h"
#include "clock.h"
#include "entries.h"
#include "libengine/aflpp_plot.h"
#include "libengine/aflpp_stats.h"
#include "libengine/honggfuzz_log.h"
#include "libengine/honggfuzz_stats.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "reading.h"
#include "strvec.h"

/* Enough to tell one format from another. */
#define LOOK_BYTES 4096

enum format {
	FORMAT_FUZZER_STATS,
	FORMAT_PLOT_DATA,
	FORMAT_HONGGFUZZ_STATS,
	FORMAT_HONGGFUZZ_LOG,
	FORMAT_LIBFUZZER_LOG /* or nothing that is known */
};

static enum format
recognize(const struct buf *head)
{
	const char *newline = memchr(head->data, '\n', head->len);
	size_t len =
	    newline == NULL ? head->len : (size_t)(newline - head->data);
	struct honggfuzz_columns columns = {0};
	struct aflpp_plot plot = {0};

	if (aflpp_plot_head(&plot, head->data, len))
		return FORMAT_PLOT_DATA;
	if (honggfuzz_head(&columns, head->data, len))
		return FORMAT_HONGGFUZZ_STATS;
	if (aflpp_stats_recognize(head->data, head->len))
		return FORMAT_FUZZER_STATS;
	if (honggfuzz_log_recognize(head->data, head->len))
		return FORMAT_HONGGFUZZ_LOG;
	return FORMAT_LIBFUZZER_LOG;
}

/* "a/b" is called b, of the job a; a path without a slash is of no job. */
static void
name_by_path(struct source *from, const char *path)
{
	const char *base = reading_base_name(path);

	if (from->instance != NULL)
		return;
	from->instance = mem_dup(base);
	if (from->job == NULL && base > path + 1)
		from->job = mem_dup_n(path, (size_t)(base - path) - 1);
}

static void
name_instance(struct source *from)
{
	name_by_path(from, from->path);
}

static void
forget_names(struct source *from)
{
	free(from->instance);
	free(from->job);
	from->instance = from->job = NULL;
}

/* The directory of the file that the path names; the caller closes it. */
static int
open_parent(const char *path)
{
	char *parent = mem_dup(path), *slash = strrchr(parent, '/');
	int fd;

	if (slash != NULL)
		slash[slash == parent] = '\0';
	fd = open(
	    slash == NULL ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(parent);
	return fd;
}

/* "out/main/fuzzer_stats" is of "main". */
static void
name_by_parent(struct source *from)
{
	char *parent = strchr(from->path, '/') == NULL
	    ? realpath(from->path, NULL)
	    : mem_dup(from->path);
	char *slash = parent == NULL ? NULL : strrchr(parent, '/');

	if (slash != NULL && slash != parent) {
		*slash = '\0';
		name_by_path(from, parent);
	}
	free(parent);
}

/* A file under its own name is read for what its directory knows, too. */
static int
read_fuzzer_stats(struct source *from, int fd, const struct stat *st)
{
	struct buf text = BUF_INIT;
	struct stat dir;
	int parent, status;

	if (strcmp(reading_base_name(from->path), "fuzzer_stats") == 0 &&
	    (parent = open_parent(from->path)) >= 0) {
		name_by_parent(from);
		status = fstat(parent, &dir) < 0
		    ? reading_failed(from, "stat")
		    : read_aflpp(from, parent, &dir);
		close(parent);
		return status;
	}
	if (buf_read_fd(&text, fd, STATS_FILE_MAX) < 0)
		status = reading_failed(from, "read");
	else
		status = read_aflpp_text(from, &text, st);
	buf_release(&text);
	return status;
}

/*
 * When the fuzzer beside a plot_data was first started; what it has not run
 * since then is left out, as in the file itself.
 */
static int64_t
first_start(int dir_fd)
{
	struct buf text = BUF_INIT;
	struct stats s;
	int64_t begin = STATS_UNKNOWN;

	stats_init(&s);
	if (buf_read_file(&text, dir_fd, "fuzzer_stats", STATS_FILE_MAX) >= 0 &&
	    aflpp_stats_parse(text.data, text.len, &s, NULL) == NULL &&
	    s.update_ms != STATS_UNKNOWN && s.run_seconds != STATS_UNKNOWN &&
	    s.run_seconds < s.update_ms / 1000)
		begin = s.update_ms - s.run_seconds * 1000;
	stats_release(&s);
	buf_release(&text);
	return begin;
}

static int
read_plot_data(struct source *from, int fd, const struct stat *st)
{
	int parent = open_parent(from->path), status;
	int64_t begin = parent < 0 ? STATS_UNKNOWN : first_start(parent);

	if (strcmp(reading_base_name(from->path), "plot_data") == 0)
		name_by_parent(from);
	status = read_plot(from, fd, st, begin);
	if (parent >= 0)
		close(parent);
	return status;
}

static int
no_history(const struct source *from)
{
	return reading_doubt(from, "keeps no history with times");
}

static int
read_format(
    struct source *from, enum format format, int fd, const struct stat *st)
{
	bool history = from->reader->options->history;

	switch (format) {
	case FORMAT_FUZZER_STATS:
		return history ? no_history(from)
			       : read_fuzzer_stats(from, fd, st);
	case FORMAT_PLOT_DATA:
		return read_plot_data(from, fd, st);
	case FORMAT_HONGGFUZZ_STATS:
		name_instance(from);
		return read_honggfuzz(from, fd, st, -1);
	case FORMAT_HONGGFUZZ_LOG:
		name_instance(from);
		return history ? no_history(from)
			       : read_honggfuzz_log(from, fd, st);
	case FORMAT_LIBFUZZER_LOG:
		name_instance(from);
		return history ? no_history(from)
			       : read_libfuzzer(from, fd, st, -1);
	}
	return EX_SOFTWARE;
}

static int
read_file(struct source *from, int fd, const struct stat *st)
{
	struct buf head = BUF_INIT;
	enum format format;
	int status;

	if (buf_read_fd(&head, fd, LOOK_BYTES) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0) {
		status = reading_failed(from, "read");
	} else if (head.len == 0) {
		status = reading_doubt(from, "empty");
	} else {
		format = recognize(&head);
		status = read_format(from, format, fd, st);
	}
	buf_release(&head);
	return status;
}

/* 1, 0, or -1 when a directory on the way may not be looked into. */
static int
has(int dir_fd, const char *name)
{
	if (faccessat(dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
}

/* What an instance remembers; READING_NONE where there is none. */
static int
read_past(const struct source *from, int fd)
{
	struct stat st;
	int plot_fd, status;

	plot_fd = openat(
	    fd, "plot_data", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (plot_fd < 0 && errno == ENOENT && has(fd, "fuzzer_stats") == 0)
		return READING_NONE;
	if (plot_fd < 0)
		return reading_failed(from, "open plot_data in");
	if (fstat(plot_fd, &st) < 0)
		status = reading_failed(from, "stat plot_data in");
	else if (!S_ISREG(st.st_mode))
		status = reading_refused(from, "plot_data is not a file");
	else
		status = read_plot(from, plot_fd, &st, first_start(fd));
	close(plot_fd);
	return status;
}

static int
read_instance(struct source *from, int fd, const struct stat *dir)
{
	name_instance(from);
	return from->reader->options->history ? read_past(from, fd)
					      : read_aflpp(from, fd, dir);
}

/* "fuzz-0.log" of libFuzzer's -jobs. */
static bool
is_worker_log(const char *name)
{
	size_t digits;

	if (strncmp(name, "fuzz-", 5) != 0)
		return false;
	digits = strspn(name + 5, "0123456789");
	return digits > 0 && strcmp(name + 5 + digits, ".log") == 0;
}

static int source_read_as(
    struct source *from, int parent_fd, const char *name, bool is_top);

/* Some file systems do not say it with the name. */
static unsigned char
type_of(int dir_fd, const struct dirent64 *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	/* Opening it will tell why. */
	if (fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return DT_DIR;
	return IFTODT(st.st_mode);
}

/* Directories, and the logs of libFuzzer's workers; no device is touched. */
static bool
may_hold_statistics(const struct dirent64 *entry, unsigned char type)
{
	switch (type) {
	case DT_DIR:
	case DT_LNK:
		return entry->d_name[0] != '.';
	case DT_REG:
		return is_worker_log(entry->d_name);
	default:
		return false;
	}
}

/* The entries that may, in order. */
static int
list(int dir_fd, struct strvec *names, struct strvec *links)
{
	const struct dirent64 *entry;
	struct entries all;
	unsigned char type;

	entries_begin(&all, dir_fd);
	while ((entry = entries_next(&all)) != NULL) {
		type = type_of(dir_fd, entry);
		if (may_hold_statistics(entry, type))
			strvec_add(
			    type == DT_LNK ? links : names, entry->d_name);
	}
	if (names->count > 0)
		strvec_sort(names);
	return errno == 0 ? 0 : -1;
}

/* A link is followed when it is named itself, not when it is found. */
static void
tell_link(const struct source *top, int dir_fd, const char *name, int *status)
{
	char *inner = mem_printf("%s/fuzzer_stats", name);

	if (faccessat(dir_fd, inner, F_OK, 0) == 0) {
		if (!reading_is_said(top, inner))
			msg_warnx(
			    "%s in %s is a symbolic link and was not followed",
			    msg_quote(name), msg_quote(top->path));
		*status = exit_worse(*status, 1);
	}
	free(inner);
}

/* Something below a directory: an instance, a job, a log; or READING_NONE. */
static int
read_entry(const struct source *top, int dir_fd, const char *name)
{
	struct source s = {.reader = top->reader,
	    .path = mem_printf("%s/%s", top->path, name)};
	int status = source_read_as(&s, dir_fd, name, false);

	source_release(&s);
	return status;
}

static int
read_entries(const struct source *top, int dir_fd)
{
	struct strvec names = STRVEC_INIT, links = STRVEC_INIT;
	unsigned found = 0, failed = 0;
	int status = 0, one;
	size_t i;

	if (list(dir_fd, &names, &links) < 0)
		return reading_failed(top, "open");
	for (i = 0; i < names.count; i++) {
		one = read_entry(top, dir_fd, names.item[i]);
		found += one == 0 || one == 1;
		failed += one > 1;
		if (one > 0)
			status = exit_worse(status, one);
	}
	for (i = 0; i < links.count; i++)
		tell_link(top, dir_fd, links.item[i], &status);
	strvec_release(&names);
	strvec_release(&links);
	/* Some could be read: what could not was named, and is left out. */
	if (found > 0 && failed > 0)
		status = 1;
	if (found == 0 && failed == 0 && status == 0)
		status = reading_doubt(top, "no fuzzer statistics in it");
	return status;
}

static int
read_directory(
    struct source *from, int dir_fd, const struct stat *dir, bool is_top)
{
	int status = read_instance(from, dir_fd, dir);

	if (status != READING_NONE)
		return status;
	forget_names(from);
	if (has(dir_fd, "job.json") > 0)
		return from->reader->options->history ? no_history(from)
						      : read_job(from, dir_fd);
	return is_top ? read_entries(from, dir_fd) : READING_NONE;
}

static int
open_source(const struct source *from, int parent_fd, const char *name)
{
	int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
	int fd = openat(
	    parent_fd, name, flags | (parent_fd == AT_FDCWD ? 0 : O_NOFOLLOW));

	if (fd < 0)
		return -reading_failed(from, "open");
	return fd;
}

/* Below the top READING_NONE stands for what holds no statistics. */
static int
source_read_as(
    struct source *from, int parent_fd, const char *name, bool is_top)
{
	int fd = open_source(from, parent_fd, name);
	struct stat st;
	int status;

	if (fd < 0)
		return -fd;
	if (fstat(fd, &st) < 0)
		status = reading_failed(from, "stat");
	else if (S_ISDIR(st.st_mode))
		status = read_directory(from, fd, &st, is_top);
	else if (S_ISREG(st.st_mode))
		status = read_file(from, fd, &st);
	else
		status =
		    reading_refused(from, "neither a file nor a directory");
	close(fd);
	return status;
}

/* "." and ".." say nothing of what is there. */
static char *
named_path(const char *path)
{
	const char *base = reading_base_name(path);
	char *named = NULL;

	if (*base == '\0' || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		named = realpath(path, NULL);
	return named == NULL ? mem_dup(path) : named;
}

int
source_read(struct reader *reader, const char *path)
{
	struct source from = {.reader = reader};
	char *plain = mem_dup(path);
	size_t n = strlen(plain);
	int status;

	while (n > 1 && plain[n - 1] == '/')
		plain[--n] = '\0';
	from.path = named_path(plain);
	status = source_read_as(&from, AT_FDCWD, path, true);
	source_release(&from);
	free(plain);
	return status;
}

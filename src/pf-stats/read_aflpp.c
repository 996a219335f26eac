/* AFL++ instances. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>

#include "clock.h"
#include "emit.h"
#include "entries.h"
#include "kept.h"
#include "libengine/aflpp_stats.h"
#include "liveness.h"
#include "mem.h"
#include "msg.h"
#include "reading.h"

/* Up to 4.08c the file is rewritten in place, within microseconds. */
#define TORN_LOOKS 3
#define TORN_PAUSE_MS 2
/* A file that is older is not being written now. */
#define TORN_AGE_MS 5000
/* Times in seconds, of a file and in it, agree this well. */
#define SLACK_MS 2000
/* No clock that is set at all is as far ahead. */
#define AHEAD_MS 86400000
/* In the first minute the rate of the last one is 0. */
#define RATE_KNOWN_MS 120000

struct instance {
	const struct source *from;
	int dir_fd;      /* -1: the file alone */
	struct stat dir; /* of the directory */
	struct stat st;  /* of fuzzer_stats */
	struct buf text; /* of fuzzer_stats, empty without one */
	struct stats stats;
	bool denied; /* crash or hang inputs could not be counted */
	int status;
};

static void
denied(struct instance *i, const char *name)
{
	int error = errno;
	char *verb = mem_printf("read %s in", msg_quote(name));

	errno = error;
	reading_failed(i->from, verb);
	free(verb);
	i->status |= 1;
	i->denied = true;
}

/* Crash or hang inputs in one directory; STATS_UNKNOWN when it is none. */
static int64_t
count_in(struct instance *i, const char *name)
{
	int fd = openat(
	    i->dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent64 *file;
	struct entries inputs;
	int64_t count = 0;

	if (fd >= 0) {
		entries_begin(&inputs, fd);
		while ((file = entries_next(&inputs)) != NULL)
			count += file->d_name[0] != '.' &&
			    strcmp(file->d_name, "README.txt") != 0;
	}
	if (errno != 0 && errno != ENOTDIR && errno != ELOOP)
		denied(i, name);
	if (fd < 0)
		return STATS_UNKNOWN;
	close(fd);
	return count;
}

static bool
is_or_was(const char *name, const char *base)
{
	size_t n = strlen(base);

	return strncmp(name, base, n) == 0 &&
	    (name[n] == '\0' || name[n] == '.');
}

static void
add(int64_t *sum, int64_t n)
{
	if (n != STATS_UNKNOWN)
		*sum = *sum == STATS_UNKNOWN ? n : *sum + n;
}

/*
 * The files are the truth: a resume puts earlier ones aside, "crashes.<date>",
 * and up to 4.10c begins to count at 0 again.
 */
static void
count_inputs(struct instance *i)
{
	const struct dirent64 *entry;
	struct entries all;
	int64_t crashes = STATS_UNKNOWN, hangs = STATS_UNKNOWN;

	entries_begin(&all, i->dir_fd);
	while ((entry = entries_next(&all)) != NULL) {
		if (is_or_was(entry->d_name, "crashes"))
			add(&crashes, count_in(i, entry->d_name));
		else if (is_or_was(entry->d_name, "hangs"))
			add(&hangs, count_in(i, entry->d_name));
	}
	if (errno != 0)
		i->status |= reading_failed(i->from, "read") != 0;
	/* Without any such directory the number stands that was told. */
	if (crashes != STATS_UNKNOWN || i->denied)
		i->stats.crashes_total = crashes;
	if (hangs != STATS_UNKNOWN || i->denied)
		i->stats.hangs_total = hangs;
}

static const char *
parse(struct instance *i, struct buf *doubt)
{
	stats_release(&i->stats);
	return aflpp_stats_parse(i->text.data, i->text.len, &i->stats, doubt);
}

/* At once where it is as long as it was a moment before. */
static int
read_all(struct instance *i, int fd)
{
	size_t size = i->st.st_size < STATS_FILE_MAX ? (size_t)i->st.st_size
						     : STATS_FILE_MAX;
	ssize_t n;

	do
		n = read(fd, buf_reserve(&i->text, size + 1), size + 1);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return (int)n;
	buf_truncate(&i->text, (size_t)n);
	return (size_t)n == size ? 0
				 : buf_read_fd(&i->text, fd, STATS_FILE_MAX);
}

/* The text of the file as it is now; -1 with errno. */
static int
read_text(struct instance *i)
{
	int fd = openat(i->dir_fd, "fuzzer_stats",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int status, saved;

	if (fd < 0)
		return -1;
	buf_clear(&i->text);
	status = fstat(fd, &i->st) < 0 ? -1 : 0;
	/* A pipe or a device would say something else each time, or nothing. */
	if (status == 0 && !S_ISREG(i->st.st_mode)) {
		errno = EINVAL;
		status = -1;
	}
	if (status == 0)
		status = read_all(i, fd);
	saved = errno;
	close(fd);
	errno = saved;
	return status < 0 ? -1 : 0;
}

/* A follower has seen it whole before. */
static bool
take_last_good(struct instance *i, bool is_good)
{
	struct remembered *r;

	if (i->from->reader->options->follow_ms == 0)
		return false;
	r = memory_of(&i->from->reader->memory, i->from->path);
	if (is_good) {
		buf_clear(&r->good);
		buf_add(&r->good, i->text.data, i->text.len);
		return true;
	}
	if (r->good.len == 0)
		return false;
	buf_clear(&i->text);
	buf_add(&i->text, r->good.data, r->good.len);
	parse(i, NULL);
	return true;
}

/*
 * What was wrong with the file is said, and what it lacks taken from where it
 * can be had.
 */
static void
mend(struct instance *i, const char *wrong)
{
	i->status |= reading_doubt(i->from, wrong);
	if (!take_last_good(i, false) && i->dir_fd >= 0)
		read_plot_end(i->dir_fd, &i->stats);
}

/* An event of the year 9999 would be the latest of its fuzzer for ever. */
static void
doubt_future(struct instance *i)
{
	const struct {
		int64_t *ms;
		const char *why;
	} times[] = {
	    {&i->stats.start_ms, "start_time has not come yet"},
	    {&i->stats.update_ms, "last_update has not come yet"},
	    {&i->stats.last_find_ms, "last_find has not come yet"},
	};
	size_t k;

	for (k = 0; k < sizeof times / sizeof times[0]; k++)
		if (*times[k].ms != STATS_UNKNOWN &&
		    *times[k].ms - AHEAD_MS > clock_now()) {
			i->status |= reading_doubt(i->from, times[k].why);
			*times[k].ms = STATS_UNKNOWN;
		}
}

static void
take_numbers(struct instance *i)
{
	struct buf doubt = BUF_INIT;
	const char *wrong = parse(i, &doubt);
	int look;

	for (look = 1; wrong != NULL && i->dir_fd >= 0 && look < TORN_LOOKS &&
	     clock_now() - clock_from_timespec(i->st.st_mtim) < TORN_AGE_MS;
	     look++) {
		poll(NULL, 0, TORN_PAUSE_MS);
		if (read_text(i) == 0)
			wrong = parse(i, &doubt);
	}
	if (wrong != NULL)
		mend(i, wrong);
	else
		take_last_good(i, true);
	if (wrong == NULL && doubt.len > 0)
		i->status |= reading_doubt(i->from, doubt.data);
	doubt_future(i);
	buf_release(&doubt);
}

/* The mean of its whole run says little of now. */
static void
choose_rate(struct stats *s, int64_t process_start_ms)
{
	/* A mean over no time. */
	if (s->run_seconds == 0)
		s->execs_per_second = NAN;
	if (isnan(s->execs_last_minute))
		return;
	if (s->execs_last_minute > 0 ||
	    (process_start_ms != STATS_UNKNOWN &&
		s->update_ms != STATS_UNKNOWN &&
		s->update_ms - process_start_ms >= RATE_KNOWN_MS))
		s->execs_per_second = s->execs_last_minute;
}

static int64_t
distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/*
 * Whether it was written where it lies: a copy has its content's time, its
 * own, or that of its inode from another moment.
 */
static bool
is_foreign(const struct instance *i)
{
	const struct stat *st = i->text.len > 0 ? &i->st : &i->dir;
	int64_t written = clock_from_timespec(st->st_mtim);

	if (i->stats.update_ms != STATS_UNKNOWN &&
	    distance(written, i->stats.update_ms) > SLACK_MS)
		return true;
	if (distance(clock_from_timespec(st->st_ctim), written) > SLACK_MS)
		return true;
	return i->dir_fd >= 0 && fuzzer_process_shared(i->dir_fd);
}

/*
 * Whether it ended by itself or was asked to: then it has removed its input
 * file, where it has one, or its last numbers have a row in plot_data, too.
 */
static bool
has_ended(const struct instance *i)
{
	struct stats row;
	int64_t since, row_ms;

	/* Who holds the job's lock is about to start it again. */
	if (i->from->kept != NULL)
		return i->from->kept->job->held || i->from->kept->job->ended;
	if (i->dir_fd < 0 || i->text.len == 0)
		return false;
	if (faccessat(i->dir_fd, ".cur_input", F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
	    errno == ENOENT)
		return true;
	stats_init(&row);
	since = read_plot_end(i->dir_fd, &row);
	row_ms = row.update_ms;
	stats_release(&row);
	if (since == STATS_UNKNOWN)
		return false;
	if (row_ms != STATS_UNKNOWN)
		return i->stats.update_ms != STATS_UNKNOWN &&
		    distance(row_ms, i->stats.update_ms) <= 1000;
	return i->stats.run_seconds != STATS_UNKNOWN &&
	    distance(since / 1000, i->stats.run_seconds) <= 1;
}

static void
judge(struct instance *i)
{
	struct stats *s = &i->stats;
	const struct stat *dir = i->dir_fd >= 0 ? &i->dir : NULL;
	struct liveness l = {.age_matters = true};
	struct process p;

	l.age_ms = clock_now() -
	    (s->update_ms != STATS_UNKNOWN
		    ? s->update_ms
		    : clock_from_timespec(
			  i->text.len > 0 ? i->st.st_mtim : i->dir.st_mtim));
	if (fuzzer_process_aflpp(
		&i->from->reader->flocks, dir, s->pid, s->update_ms, &p)) {
		l.process = PROCESS_HERE;
		choose_rate(s, fuzzer_process_start(&p));
		s->pid = p.pid;
		s->rss_bytes = fuzzer_process_rss(&p);
	} else {
		l.process = dir == NULL && s->pid == STATS_UNKNOWN
		    ? PROCESS_UNKNOWN
		    : PROCESS_NONE;
		choose_rate(s, STATS_UNKNOWN);
		l.ended = has_ended(i);
		l.foreign = l.age_ms < LIVENESS_YOUNG_MS && is_foreign(i);
	}
	s->state = liveness_state(&l);
	s->alive = liveness_alive(s->state);
	/* What it was called in a namespace of its own says nothing here. */
	if (i->from->kept != NULL && s->alive != 1)
		s->pid = STATS_UNKNOWN;
}

static void
emit_pair(const char *key, const char *value, void *context)
{
	emit_bytes_str(context, key, value);
}

static void
add_raw(struct instance *i)
{
	struct buf raw = BUF_INIT;
	struct emit e;

	emit_begin(&e, &raw);
	emit_object(&e, NULL);
	aflpp_stats_rest(i->text.data, i->text.len, emit_pair, &e);
	emit_end(&e);
	free(i->stats.raw);
	i->stats.raw = buf_take(&raw);
}

static void
tell(struct instance *i)
{
	struct stats *s = &i->stats;
	int64_t crashes = s->crashes_total, hangs = s->hangs_total;
	int64_t time_ms = s->update_ms;

	if (i->from->kept != NULL) {
		kept_complete(i->from->kept, s);
		/* It may not have been told yet what lies there already. */
		s->crashes_total =
		    crashes > s->crashes_total ? crashes : s->crashes_total;
		s->hangs_total =
		    hangs > s->hangs_total ? hangs : s->hangs_total;
	}
	if (i->from->reader->options->raw)
		add_raw(i);
	if (i->from->instance != NULL)
		s->instance = mem_dup(i->from->instance);
	if (time_ms == STATS_UNKNOWN)
		time_ms = i->text.len > 0 ? clock_from_timespec(i->st.st_mtim)
					  : clock_now();
	reading_tell(i->from, "afl++", s, time_ms);
}

static void
instance_init(struct instance *i, const struct source *from, int dir_fd)
{
	*i =
	    (struct instance){.from = from, .dir_fd = dir_fd, .text = BUF_INIT};
	stats_init(&i->stats);
}

static int
instance_release(struct instance *i)
{
	stats_release(&i->stats);
	buf_release(&i->text);
	return i->status;
}

static bool
is_there(const struct instance *i, const char *name)
{
	return faccessat(i->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* One that has not written any numbers yet, or was ended before it could. */
static void
take_without_numbers(struct instance *i)
{
	if (errno == EINVAL) {
		i->status =
		    reading_refused(i->from, "its fuzzer_stats is not a file");
		return;
	}
	if (errno != ENOENT) {
		i->status = reading_failed(i->from, "read fuzzer_stats in");
		return;
	}
	/* What afl-fuzz puts there first (2.63c and later). */
	if (!is_there(i, "fuzzer_setup") &&
	    !(is_there(i, "plot_data") && is_there(i, "queue"))) {
		i->status = READING_NONE;
		return;
	}
	if (read_plot_end(i->dir_fd, &i->stats) != STATS_UNKNOWN)
		i->status |= reading_doubt(i->from, "fuzzer_stats is missing");
}

int
read_aflpp(const struct source *from, int dir_fd, const struct stat *dir)
{
	struct instance i;

	instance_init(&i, from, dir_fd);
	i.dir = *dir;
	if (read_text(&i) == 0)
		take_numbers(&i);
	else
		take_without_numbers(&i);
	if (i.status >= 0 && i.status <= 1) {
		count_inputs(&i);
		judge(&i);
		if (i.text.len == 0 && i.stats.alive != 1 && i.status == 0)
			i.status |= reading_doubt(from,
			    "its fuzzer was ended before it told any numbers");
		tell(&i);
	}
	return instance_release(&i);
}

int
read_aflpp_text(
    const struct source *from, const struct buf *text, const struct stat *st)
{
	struct instance i;

	instance_init(&i, from, -1);
	i.st = *st;
	buf_add(&i.text, text->data, text->len);
	take_numbers(&i);
	/* Nothing could be read of it. */
	if (i.stats.execs_total != STATS_UNKNOWN ||
	    i.stats.update_ms != STATS_UNKNOWN) {
		judge(&i);
		tell(&i);
	}
	return instance_release(&i);
}

/* From a file that a fuzzer left to an event and a provenance file. */
#include "crashes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "alert.h"
#include "artifact.h"
#include "clock.h"
#include "emit.h"
#include "mem.h"
#include "msg.h"
#include "provenance.h"
#include "stage.h"

/*
 * How long a file may lag behind its report, or its content behind its name,
 * and how often they are sought.
 */
#define REPORT_WAIT_MS 800
#define REPORT_LOOK_MS 20
/* Between two tries to keep what the disk refused. */
#define KEEP_RETRY_MS 2000
/* One call's work, so that nothing else waits for a flood of crashes. */
#define SETTLE_MS 20
/* More are found again by a look through the directories. */
#define WAITING_MAX 2048
#define ALERT_PAUSE_MS 60000

struct crash_file {
	enum engine_directory kind;
	char *dir, *name;
	int64_t until_ms; /* patience with what is missing */
	int64_t look_ms;  /* not to be looked at before */
};

void
crashes_init(struct crashes *c, const struct job *job, struct journal *journal,
    struct job_totals *totals)
{
	*c = (struct crashes){.job = job,
	    .journal = journal,
	    .totals = totals,
	    .queued = NAMESET_INIT,
	    .settled = NAMESET_INIT};
	worker_logs_init(&c->logs);
}

static void
crash_file_release(struct crash_file *file)
{
	free(file->dir);
	free(file->name);
}

void
crashes_release(struct crashes *c)
{
	while (c->count > 0)
		crash_file_release(&c->waiting[--c->count]);
	free(c->waiting);
	nameset_release(&c->queued);
	nameset_release(&c->settled);
	worker_logs_release(&c->logs);
}

static uint64_t
path_key(const char *dir, const char *name)
{
	return XXH3_64bits_withSeed(
	    name, strlen(name), XXH3_64bits(dir, strlen(dir)));
}

/* The same for a file that a resume moved to another directory. */
static uint64_t
file_key(const struct stat *st, const char *name)
{
	uint64_t parts[4] = {st->st_ino, (uint64_t)st->st_size,
	    (uint64_t)st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec};

	return XXH3_64bits_withSeed(
	    name, strlen(name), XXH3_64bits(parts, sizeof parts));
}

static bool
is_worth_a_look(const struct crashes *c, const char *dir, const char *name)
{
	char *path = mem_printf("%s/%s", dir, name);
	struct stat st;
	bool worth = fstatat(c->job->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) &&
	    !nameset_has(&c->settled, file_key(&st, name));

	free(path);
	return worth;
}

void
crashes_found(struct crashes *c, enum engine_directory kind, const char *dir,
    const char *name)
{
	int64_t now;

	if (kind == ENGINE_WORKER_LOGS) {
		worker_logs_hold(&c->logs, c->job->fd, dir, name);
		return;
	}
	if ((kind != ENGINE_CRASHES && kind != ENGINE_HANGS) ||
	    !c->job->engine->artifact(name).is_crash ||
	    nameset_has(&c->queued, path_key(dir, name)) ||
	    !is_worth_a_look(c, dir, name))
		return;
	if (c->count == WAITING_MAX) {
		c->overflowed = true;
		return;
	}
	now = clock_monotonic();
	nameset_add(&c->queued, path_key(dir, name));
	MEM_GROW(c->waiting, c->count, c->cap);
	c->waiting[c->count++] = (struct crash_file){
	    kind, mem_dup(dir), mem_dup(name), now + REPORT_WAIT_MS, now};
}

int64_t
crashes_due(const struct crashes *c)
{
	int64_t due = -1;
	size_t i;

	for (i = 0; i < c->count; i++)
		if (due < 0 || c->waiting[i].look_ms < due)
			due = c->waiting[i].look_ms;
	if (c->lost > c->lost_alert && (due < 0 || c->alert_ms < due))
		due = c->alert_ms;
	return due;
}

bool
crashes_rescan_due(struct crashes *c)
{
	if (!c->overflowed || c->count > WAITING_MAX / 2)
		return false;
	c->overflowed = false;
	return true;
}

size_t
crashes_untold(const struct crashes *c)
{
	return c->count;
}

static bool
was_told(const struct crashes *c, const char *mark)
{
	char name[sizeof "lost-.json" + HASH_TEXT];
	size_t i;

	snprintf(name, sizeof name, "%s.json", mark);
	for (i = 0; i < c->marks; i++)
		if (strcmp(c->mark[i].name, name) == 0)
			return true;
	return faccessat(c->job->crashes_fd, name, F_OK, 0) == 0;
}

/* "out/<instance>/crashes" has it; of other engines there is one process. */
static char *
instance_of(const struct crashes *c, const char *dir)
{
	const char *from = strchr(dir, '/');

	/* A directory outside the job's is of all instances. */
	if (from == NULL || from == dir ||
	    c->job->engine->processes(&c->job->run) == 1)
		return c->job->engine->instance(&c->job->run, 0);
	from++;
	return mem_dup_n(from, strcspn(from, "/"));
}

/* Once the events are on the disk: a mark without one would lose a crash. */
static void
write_marks(struct crashes *c)
{
	size_t i;

	if (c->marks == 0)
		return;
	if (journal_sync(c->journal) < 0) {
		msg_warn("write events.jsonl to the disk; its last crashes "
			 "are told again by the next run");
		for (i = 0; i < c->marks; i++)
			stage_abort(&c->mark[i]);
	} else if (stage_commit_all(c->mark, c->marks) < 0) {
		msg_warn("write how crashes were found to crashes/");
	}
	c->marks = 0;
}

/*
 * The event, and then, once it is in the journal's file, the mark that it was
 * told. Where the file does not take it the mark is left, and it is told again,
 * under the same id.
 */
static int
tell_and_mark(struct crashes *c, const struct provenance *p, struct stage *s)
{
	struct buf data = BUF_INIT;

	provenance_event(&data, p);
	journal_tell(c->journal, "crash", p->time_ms, p->mark, &data);
	buf_release(&data);
	if (journal_behind(c->journal)) {
		stage_abort(s);
		errno = ENOSPC;
		return -1;
	}
	job_counts_add(job_counts_of(c->totals, p->instance), p->kind);
	c->told++;
	c->mark[c->marks++] = *s;
	if (c->marks == CRASHES_MARKS)
		write_marks(c);
	return 0;
}

/*
 * The mark is written before, but for its name, so that a full disk is known
 * of in time. -1 with errno when nothing was told.
 */
static int
tell(struct crashes *c, const struct provenance *p)
{
	struct buf text = BUF_INIT;
	char *name;
	struct stage s;
	int status;

	if (journal_behind(c->journal)) {
		errno = ENOSPC;
		return -1;
	}
	name = mem_printf("%s.json", p->mark);
	provenance_file(&text, p, c->journal->node);
	status = stage_open(&s, c->job->crashes_fd, name);
	if (status == 0) {
		status = stage_write_all(s.fd, text.data, text.len);
		if (status == 0)
			status = tell_and_mark(c, p, &s);
		else
			stage_abort(&s);
	}
	free(name);
	buf_release(&text);
	return status;
}

/*
 * What makes a lost input: its name, where that is its content's hash; else
 * also whose it is and when it came, since AFL++ numbers anew at a resume.
 */
static void
mark_lost(struct provenance *p, bool named_by_content)
{
	struct buf key = BUF_INIT;
	char hash[HASH_TEXT];

	buf_add_str(&key, p->name);
	buf_add_char(&key, '\0');
	if (!named_by_content)
		buf_addf(&key, "%s/%lld", p->instance, (long long)p->time_ms);
	hash_bytes(key.data, key.len, hash);
	snprintf(p->mark, sizeof p->mark, "lost-%s", hash);
	buf_release(&key);
}

static int
tell_lost(struct crashes *c, struct provenance *p)
{
	int status;

	mark_lost(p, c->job->engine->sha1_names);
	if (was_told(c, p->mark))
		return 0;
	p->lost = true;
	status = tell(c, p);
	if (status == 0)
		c->lost++;
	return status;
}

static void
alert_lost(struct crashes *c, int64_t now_ms, bool all)
{
	if (c->lost == c->lost_alert || (now_ms < c->alert_ms && !all))
		return;
	alert_tell(c->journal,
	    &(struct alert){.name = "crash_inputs_lost",
		.severity = "critical",
		.firing = true,
		.value = (double)c->lost,
		.message = "crash inputs in this run whose files are empty "
			   "and could not be rescued; the disk was full"});
	c->lost_alert = c->lost;
	c->alert_ms = now_ms + ALERT_PAUSE_MS;
}

/* When the kept one appeared: the same moment however often it is told. */
static int64_t
time_of(const struct crashes *c, const struct artifact *a)
{
	struct stat st;

	if (fstatat(c->job->crashes_fd, a->hash, &st, AT_SYMLINK_NOFOLLOW) < 0)
		st = a->st;
	return clock_from_timespec(st.st_mtim);
}

/* 0 when it was kept and told, 1 when it must be looked at again, else -1. */
static int
keep_and_tell(struct crashes *c, struct artifact *a, struct provenance *p,
    const struct buf *rescued)
{
	int status;

	status = p->rescued
	    ? artifact_keep_content(a, c->job->crashes_fd, rescued)
	    : artifact_keep(
		  a, c->job->crashes_fd, !c->job->engine->rewrites_artifacts);
	if (status != 0)
		return status;
	memcpy(p->mark, a->hash, sizeof a->hash);
	p->hash = a->hash;
	p->bytes = a->bytes;
	p->time_ms = time_of(c, a);
	return was_told(c, p->mark) ? 0 : tell(c, p);
}

static void
say_not_kept(struct crashes *c, const char *path)
{
	if (!c->told_keep_failed)
		msg_warn("keep crash input %s, trying again until it works",
		    msg_quote(path));
	c->told_keep_failed = true;
}

/*
 * Appends what is known of how it came about; false when that may not be all,
 * or not there yet. A small input may be printed in there.
 */
static bool
find_report(struct crashes *c, const struct crash_file *file,
    const char *instance, struct buf *report, struct buf *content)
{
	struct buf again = BUF_INIT;
	bool whole;

	if (worker_logs_report(
		&c->logs, file->name, PROVENANCE_REPORT_MAX, report, content))
		return true;
	if (c->ask == NULL)
		return false;
	whole = c->ask(c->context, instance, file->dir, file->name, report);
	if (report->len > 0)
		worker_logs_cut(report->data, report->len, file->name,
		    PROVENANCE_REPORT_MAX, &again, content);
	buf_release(&again);
	return whole;
}

/*
 * Everything about a file that was read. 0 when it is dealt with, 1 when it is
 * to be looked at again soon, -1 with errno when it could not be kept.
 */
static int
deal_with(struct crashes *c, const struct crash_file *file, struct artifact *a,
    struct provenance *p, struct buf *report, bool now)
{
	struct buf content = BUF_INIT;
	bool reported = false;
	int status = 1;

	if (a->state == ARTIFACT_WHOLE && was_told(c, a->hash))
		return 0;
	if (c->job->engine->logs_reports)
		reported = find_report(c, file, p->instance, report, &content);
	p->rescued = a->state != ARTIFACT_WHOLE &&
	    artifact_name_is_of(file->name, &content);
	p->damaged = a->state == ARTIFACT_DAMAGED && !p->rescued;
	p->time_ms = clock_from_timespec(a->st.st_mtim);
	/* The report may still be on its way, and so may the content: another
	 * worker has begun to write the same input again. */
	if (!now &&
	    ((c->job->engine->logs_reports && !reported) ||
		(a->state != ARTIFACT_WHOLE && !p->rescued)))
		status = 1;
	else if (a->state == ARTIFACT_EMPTY && !p->rescued)
		status = tell_lost(c, p);
	else
		status = keep_and_tell(c, a, p, &content);
	buf_release(&content);
	return status;
}

static int
collect_open(struct crashes *c, const struct crash_file *file, const char *path,
    struct artifact *a, bool now)
{
	struct engine_artifact said = c->job->engine->artifact(file->name);
	struct buf report = BUF_INIT;
	struct provenance p = {.job = c->job,
	    .kind = file->kind == ENGINE_HANGS ? "timeout"
		: said.signal == SIGKILL       ? "killed"
					       : said.kind,
	    .signal = said.signal,
	    .name = file->name,
	    .path = path,
	    .report = &report};
	int status;

	if (nameset_has(&c->settled, file_key(&a->st, file->name)))
		return 0;
	if (artifact_read(a, file->name, c->job->engine->sha1_names) < 0)
		return -1;
	p.instance = instance_of(c, file->dir);
	status = deal_with(c, file, a, &p, &report, now);
	if (status == 0)
		nameset_add(&c->settled, file_key(&a->st, file->name));
	free(p.instance);
	buf_release(&report);
	return status;
}

/* True when the file need not be looked at again. */
static bool
collect(struct crashes *c, struct crash_file *file, int64_t now_ms, bool all)
{
	char *path = mem_printf("%s/%s", file->dir, file->name);
	struct artifact a;
	int status = artifact_open(&a, c->job->fd, path);

	/* 0: gone already, renamed by a resume, and seen again there. */
	if (status > 0) {
		/* Seen by a look before it was closed: half of it is another
		 * content, and a link to it would change. */
		if (!a.being_written || all)
			status = collect_open(
			    c, file, path, &a, all || now_ms >= file->until_ms);
		if (status < 0)
			say_not_kept(c, path);
		artifact_close(&a);
	} else if (status < 0) {
		say_not_kept(c, path);
	}
	if (status == 0)
		worker_logs_settled(&c->logs, file->name);
	file->look_ms = now_ms + (status < 0 ? KEEP_RETRY_MS : REPORT_LOOK_MS);
	free(path);
	return status == 0;
}

void
crashes_settle(struct crashes *c, int64_t now_ms, bool all)
{
	const int64_t until = now_ms + SETTLE_MS;
	size_t i, kept = 0;

	if (c->count > 0)
		worker_logs_scan(&c->logs);
	for (i = 0; i < c->count; i++) {
		struct crash_file *file = &c->waiting[i];

		if ((all || now_ms >= file->look_ms) &&
		    (all || clock_monotonic() < until) &&
		    collect(c, file, now_ms, all))
			crash_file_release(file);
		else
			c->waiting[kept++] = *file;
	}
	write_marks(c);
	if (kept < c->count) {
		c->count = kept;
		nameset_clear(&c->queued);
		for (i = 0; i < kept; i++)
			nameset_add(&c->queued,
			    path_key(c->waiting[i].dir, c->waiting[i].name));
	}
	alert_lost(c, now_ms, all);
}

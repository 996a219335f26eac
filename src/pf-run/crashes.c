/* From a file that a fuzzer left to an event and a provenance file. */
#include "crashes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "clock.h"
#include "emit.h"
#include "mem.h"
#include "msg.h"
#include "provenance.h"
#include "stage.h"

/* How long the report may lag behind the file, and how often it is sought. */
#define REPORT_WAIT_MS 800
#define REPORT_LOOK_MS 20
#define INPUT_MAX (64 << 20)

struct crash_file {
	enum engine_directory kind;
	char *dir, *name;
	int64_t until_ms;
};

void
crashes_init(struct crashes *c, const struct job *job, struct journal *journal,
    struct job_totals *totals)
{
	*c = (struct crashes){.job = job, .journal = journal, .totals = totals};
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
	worker_logs_release(&c->logs);
}

void
crashes_found(struct crashes *c, enum engine_directory kind, const char *dir,
    const char *name)
{
	int64_t wait = c->job->engine->logs_reports ? REPORT_WAIT_MS : 0;
	size_t i;

	if (kind == ENGINE_WORKER_LOGS) {
		worker_logs_hold(&c->logs, c->job->fd, dir, name);
		return;
	}
	if ((kind != ENGINE_CRASHES && kind != ENGINE_HANGS) ||
	    !c->job->engine->artifact(name).is_crash)
		return;
	for (i = 0; i < c->count; i++)
		if (strcmp(c->waiting[i].name, name) == 0 &&
		    strcmp(c->waiting[i].dir, dir) == 0)
			return;
	MEM_GROW(c->waiting, c->count, c->cap);
	c->waiting[c->count++] = (struct crash_file){
	    kind, mem_dup(dir), mem_dup(name), clock_monotonic() + wait};
}

int64_t
crashes_due(const struct crashes *c)
{
	return c->count == 0 ? -1 : clock_monotonic() + REPORT_LOOK_MS;
}

static bool
was_told(const struct crashes *c, const char *hash)
{
	char name[HASH_TEXT + 5];

	snprintf(name, sizeof name, "%s.json", hash);
	return faccessat(c->job->crashes_fd, name, F_OK, 0) == 0;
}

/* A second name for a file that stays as it is, or a copy with its times. */
static int
keep_input(const struct crashes *c, int fd, const char *path,
    const struct stat *st, const char *hash)
{
	const struct timespec times[2] = {st->st_mtim, st->st_mtim};
	struct buf bytes = BUF_INIT;
	struct stage s;
	int status = -1;

	if (!c->job->engine->rewrites_artifacts &&
	    (linkat(c->job->fd, path, c->job->crashes_fd, hash, 0) == 0 ||
		errno == EEXIST))
		return 0;
	if (lseek(fd, 0, SEEK_SET) < 0 ||
	    buf_read_fd(&bytes, fd, INPUT_MAX) != 0 ||
	    stage_open(&s, c->job->crashes_fd, hash) < 0)
		goto out;
	if (stage_write_all(s.fd, bytes.data, bytes.len) < 0 ||
	    futimens(s.fd, times) < 0)
		stage_abort(&s);
	else
		status = stage_commit(&s);
out:
	buf_release(&bytes);
	return status;
}

/* "out/<instance>/crashes" has it; of other engines there is one process. */
static char *
instance_of(const struct crashes *c, const char *dir)
{
	const char *from = strchr(dir, '/');

	/* A directory outside the job's is of all instances. */
	if (from == NULL || from == dir)
		return c->job->engine->instance(&c->job->run, 0);
	from++;
	return mem_dup_n(from, strcspn(from, "/"));
}

static void
tell(struct crashes *c, const struct provenance *p)
{
	struct buf data = BUF_INIT, text = BUF_INIT;
	char name[HASH_TEXT + 5];

	provenance_event(&data, p);
	journal_tell(c->journal, "crash", p->time_ms, p->hash, &data);
	provenance_file(&text, p, c->journal->node);
	snprintf(name, sizeof name, "%s.json", p->hash);
	if (stage_write(c->job->crashes_fd, name, text.data, text.len) < 0)
		msg_warn("write crashes/%s", name);
	job_counts_add(job_counts_of(c->totals, p->instance), p->kind);
	c->told++;
	buf_release(&data);
	buf_release(&text);
}

/* Everything about a file that is open; false to look at it again later. */
static bool
collect_open(struct crashes *c, const struct crash_file *file, const char *path,
    int fd, bool now)
{
	struct engine_artifact said = c->job->engine->artifact(file->name);
	struct buf report = BUF_INIT;
	struct provenance p = {.job = c->job,
	    .kind = file->kind == ENGINE_HANGS ? "timeout" : said.kind,
	    .signal = said.signal,
	    .name = file->name,
	    .path = path,
	    .report = &report};
	struct stat st;
	bool done = true;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return true;
	if (hash_fd(fd, p.hash, &p.bytes) < 0) {
		msg_warn("read %s", msg_quote(path));
		return true;
	}
	if (was_told(c, p.hash))
		return true;
	if (c->job->engine->logs_reports &&
	    !worker_logs_report(
		&c->logs, file->name, PROVENANCE_REPORT_MAX, &report) &&
	    !now)
		return false;
	p.time_ms = clock_from_timespec(st.st_mtim);
	p.instance = instance_of(c, file->dir);
	if (keep_input(c, fd, path, &st, p.hash) < 0) {
		msg_warn("keep crash input %s", msg_quote(path));
		done = now;
	} else {
		tell(c, &p);
	}
	free(p.instance);
	buf_release(&report);
	return done;
}

static bool
collect(struct crashes *c, const struct crash_file *file, bool now)
{
	char *path = mem_printf("%s/%s", file->dir, file->name);
	int fd = openat(
	    c->job->fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool done = true;

	/* Gone already: renamed by a resume, and seen again there. */
	if (fd < 0 && errno != ENOENT)
		msg_warn("open crash input %s", msg_quote(path));
	if (fd >= 0) {
		done = collect_open(c, file, path, fd, now);
		close(fd);
	}
	free(path);
	return done;
}

void
crashes_settle(struct crashes *c, int64_t now_ms, bool all)
{
	size_t i, kept = 0;

	for (i = 0; i < c->count; i++) {
		struct crash_file *file = &c->waiting[i];

		if (collect(c, file, all || now_ms >= file->until_ms))
			crash_file_release(file);
		else
			c->waiting[kept++] = *file;
	}
	c->count = kept;
}

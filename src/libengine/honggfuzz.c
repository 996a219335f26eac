/*
 * honggfuzz 2.6: one process with a thread an instance.
 *
 *	corpus/               what it keeps
 *	artifacts/honggfuzz/  its crash inputs
 *	honggfuzz/            its workspace: reports, statistics
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "engine.h"
#include "honggfuzz_report.h"
#include "honggfuzz_stats.h"
#include "leftovers.h"
#include "mem.h"

/* libhfuzz/persistent.c: bytes in a target with a main() of its own. */
#define PERSISTENT "_LIBHFUZZ_PERSISTENT_BINARY_SIGNATURE_"
/* Sanitizer logs, one a crash, are read within this time or never. */
#define LOG_AGE_MS 60000
#define STATS_MAX (64 << 20)

static unsigned
processes(const struct engine_job *job)
{
	(void)job;
	return 1;
}

static char *
instance(const struct engine_job *job, unsigned number)
{
	(void)job;
	(void)number;
	return mem_dup("honggfuzz");
}

static char *
corpus(const struct engine_job *job, unsigned number)
{
	(void)job;
	(void)number;
	return mem_dup("corpus");
}

/* Its limit is of each process that it runs; it keeps the corpus itself. */
static uint64_t
memory(const struct engine_job *job, unsigned number)
{
	(void)number;
	return job->memory_bytes * (job->instances + 1);
}

static void
directories(const struct engine_job *job, struct strvec *out)
{
	(void)job;
	strvec_add(out, "artifacts");
	strvec_add(out, "artifacts/honggfuzz");
	strvec_add(out, "corpus");
	strvec_add(out, "honggfuzz");
}

static bool
has_testcase(const struct engine_job *job)
{
	char *path = mem_printf("%s/corpus", job->directory);
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool has = false;

	free(path);
	if (dir == NULL)
		return false;
	while (!has && (entry = readdir(dir)) != NULL)
		has = entry->d_name[0] != '.';
	closedir(dir);
	return has;
}

/*
 * What it wrote to --output it does not read again at the next start: then
 * that is its input, and the seeds, of which it may have tried only some, come
 * in beside it.
 */
static void
add_corpus(const struct engine_job *job, struct strvec *argv)
{
	if (job->seeds == NULL || has_testcase(job)) {
		strvec_add(argv, "--input");
		strvec_addf(argv, "%s/corpus", job->directory);
		if (job->seeds != NULL) {
			strvec_add(argv, "--dynamic_input");
			strvec_add(argv, job->seeds);
		}
	} else {
		strvec_add(argv, "--input");
		strvec_add(argv, job->seeds);
	}
	strvec_add(argv, "--output");
	strvec_addf(argv, "%s/corpus", job->directory);
}

/* The target with its own word for the input's file; true when it has one. */
static bool
add_target(const struct engine_job *job, struct strvec *argv)
{
	char *const *word;
	bool has_file = false;

	for (word = job->target; *word != NULL; word++) {
		const char *at = strstr(*word, "@@");

		if (at == NULL) {
			strvec_add(argv, *word);
			continue;
		}
		strvec_addf(
		    argv, "%.*s___FILE___%s", (int)(at - *word), *word, at + 2);
		has_file = true;
	}
	return has_file;
}

static void
add_bounds(const struct engine_job *job, struct strvec *argv)
{
	strvec_add(argv, "--threads");
	strvec_addf(argv, "%u", job->instances);
	strvec_add(argv, "--timeout");
	strvec_addf(argv, "%lld", (long long)(job->timeout_ms + 999) / 1000);
	/* Inputs that take too long are kept, not only counted. */
	strvec_add(argv, "--tmout_sigvtalrm");
	strvec_add(argv, "--rlimit_rss");
	strvec_addf(
	    argv, "%llu", (unsigned long long)(job->memory_bytes >> 20));
}

/*
 * It leaves sanitizer options alone where any are set, and then finds neither
 * the abort nor the report.
 */
static void
complete_sanitizer_options(const struct engine_job *job, struct strvec *env)
{
	static const char *const names[] = {
	    "ASAN_OPTIONS", "MSAN_OPTIONS", "UBSAN_OPTIONS"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *set = strvec_env_get(env, names[i]);
		char *whole;

		if (set == NULL)
			continue;
		whole = mem_printf("%s:abort_on_error=1:log_path='%s/"
				   "honggfuzz/HF.sanitizer.log'",
		    set, job->directory);
		strvec_env_set(env, names[i], whole);
		free(whole);
	}
}

static void
command(const struct engine_job *job, unsigned number, struct strvec *argv,
    struct strvec *env)
{
	struct strvec target = STRVEC_INIT;
	bool has_file = add_target(job, &target);

	(void)number;
	strvec_add(argv, "honggfuzz");
	/* Lines, not a screen. */
	strvec_add(argv, "--verbose");
	strvec_add(argv, "--sanitizers");
	add_bounds(job, argv);
	add_corpus(job, argv);
	strvec_add(argv, "--workspace");
	strvec_addf(argv, "%s/honggfuzz", job->directory);
	strvec_add(argv, "--crashdir");
	strvec_addf(argv, "%s/artifacts/honggfuzz", job->directory);
	strvec_add(argv, "--statsfile");
	strvec_addf(argv, "%s/honggfuzz/stats.csv", job->directory);
	if (job->dictionary != NULL) {
		strvec_add(argv, "--dict");
		strvec_add(argv, job->dictionary);
	}
	if (engine_file_has(job->target[0], PERSISTENT) == 1)
		strvec_add(argv, "--persistent");
	else if (!has_file)
		strvec_add(argv, "--stdin_input");
	strvec_add(argv, "--");
	strvec_add_all(argv, target.item);
	strvec_release(&target);
	complete_sanitizer_options(job, env);
}

/* The main() of a persistent target reads what file it is given. */
static void
replay(const struct engine_job *job, struct strvec *argv)
{
	strvec_add_all(argv, job->target);
	if (engine_file_has(job->target[0], PERSISTENT) == 1)
		strvec_add(argv, "@@");
}

static enum engine_directory
directory(const char *path)
{
	if (strcmp(path, "corpus") == 0)
		return ENGINE_CORPUS;
	if (strcmp(path, "artifacts") == 0)
		return ENGINE_PARENT;
	if (strcmp(path, "artifacts/honggfuzz") == 0)
		return ENGINE_CRASHES;
	return ENGINE_IGNORED;
}

static int
signal_named(const char *name, size_t len)
{
	const char *known;
	int n;

	for (n = 1; n < NSIG; n++) {
		known = sigabbrev_np(n);
		if (known != NULL && strlen(known) == len &&
		    memcmp(known, name, len) == 0)
			return n;
	}
	return 0;
}

/* "SIGABRT.PC.555555635233.STACK.c6f21a601.CODE.-6.ADDR.0.INSTR.nop.fuzz" */
static struct engine_artifact
artifact(const char *name)
{
	struct engine_artifact a = {.is_crash = false};
	size_t n = strlen(name);

	if (n < 8 || strncmp(name, "SIG", 3) != 0 ||
	    strcmp(name + n - 5, ".fuzz") != 0)
		return a;
	a.is_crash = true;
	a.signal = signal_named(name + 3, strcspn(name + 3, "."));
	/* With --tmout_sigvtalrm that is its own. */
	if (a.signal == SIGVTALRM) {
		a.kind = "timeout";
		a.signal = 0;
	}
	return a;
}

struct engine_log {
	struct stats last;   /* as last told */
	struct stats end;    /* of the line at the end */
	bool has_end, began; /* began: it did run the target */
	char *error, *fatal; /* owned */
};

static struct engine_log *
log_new(void)
{
	struct engine_log *log = mem_calloc(1, sizeof *log);

	stats_init(&log->last);
	stats_init(&log->end);
	return log;
}

static void
log_free(struct engine_log *log)
{
	stats_release(&log->last);
	stats_release(&log->end);
	free(log->error);
	free(log->fatal);
	free(log);
}

/* "[2026-11-21T02:47:15+0000][F][28728] main():357 what is wrong" */
static void
keep_message(char **to, const char *line, const char *end)
{
	const char *colon = memmem(line, (size_t)(end - line), "():", 3);
	const char *text =
	    colon == NULL ? NULL : memchr(colon, ' ', (size_t)(end - colon));
	size_t n;

	if (text == NULL)
		return;
	n = (size_t)(end - ++text);
	free(*to);
	*to = mem_dup_n(text, n > 400 ? 400 : n);
}

static void
log_line(struct engine_log *log, const char *line, size_t len)
{
	static const char begin[] = "Launched new fuzzing thread";
	const char *end = line + len, *mark;

	if (honggfuzz_summary_parse(line, len, &log->end)) {
		log->has_end = true;
	} else if (len > sizeof begin &&
	    memcmp(line, begin, sizeof begin - 1) == 0) {
		log->began = true;
	} else if (len > 0 && line[0] == '[') {
		mark = memchr(line, ']', len);
		if (mark != NULL && end - mark > 4 &&
		    memcmp(mark, "][F]", 4) == 0)
			keep_message(&log->fatal, line, end);
		else if (mark != NULL && end - mark > 4 &&
		    memcmp(mark, "][E]", 4) == 0)
			keep_message(&log->error, line, end);
	}
}

/* The totals of its last line over those of its last row. */
static void
take_end(struct engine_log *log, struct stats *s)
{
	s->execs_total = log->end.execs_total;
	s->execs_per_second = log->end.execs_per_second;
	s->run_seconds = log->end.run_seconds;
	s->peak_rss_bytes = log->end.peak_rss_bytes;
	if (log->end.edges_total >= s->edges_found)
		s->edges_total = log->end.edges_total;
	s->update_ms = STATS_UNKNOWN;
	log->has_end = false;
}

static bool
stats(struct engine_log *log, int job_fd, const char *name, struct stats *s)
{
	struct buf text = BUF_INIT;
	bool fresh = false;

	(void)name;
	if (buf_read_file(&text, job_fd, "honggfuzz/stats.csv", STATS_MAX) ==
		0 &&
	    honggfuzz_stats_parse(text.data, text.len, s) == NULL)
		fresh = s->execs_total != log->last.execs_total ||
		    s->update_ms != log->last.update_ms;
	log->last.execs_total = s->execs_total;
	log->last.update_ms = s->update_ms;
	buf_release(&text);
	if (log->has_end) {
		take_end(log, s);
		fresh = true;
	}
	return fresh;
}

static bool
report(const struct engine_log *log, int job_fd, const char *dir,
    const char *name, size_t max, struct buf *to)
{
	(void)log;
	(void)dir;
	return honggfuzz_report(job_fd, name, max, to);
}

/* The report that a fresh log holds may not be told yet, also at the end. */
static void
tidy(const struct engine_job *job, int job_fd, unsigned number, bool is_running)
{
	(void)job;
	(void)number;
	(void)is_running;
	leftovers_remove_old(
	    job_fd, "honggfuzz", "HF.sanitizer.log.", LOG_AGE_MS);
}

static enum engine_end
ended(const struct engine_log *log, int wait_status, int64_t lived_ms,
    const char **reason)
{
	(void)lived_ms;
	/* "Parsing of the cmd-line arguments failed" says less. */
	*reason = log->error != NULL && !log->began ? log->error : log->fatal;
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
		return ENGINE_DONE;
	if (WIFEXITED(wait_status) && log->fatal != NULL && !log->began)
		return ENGINE_MISUSED;
	return ENGINE_BROKE;
}

const struct engine engine_honggfuzz = {
    .name = "honggfuzz",
    .program = "honggfuzz",
    .marker = "LIBHFUZZ_",
    .not_marker = NULL,
    .counts_anew = true,
    .logs_reports = true,
    .stop_signal = SIGTERM,
    .stop_group = false,
    .processes = processes,
    .instance = instance,
    .corpus = corpus,
    .memory = memory,
    .directories = directories,
    .command = command,
    .replay = replay,
    .directory = directory,
    .artifact = artifact,
    .log_new = log_new,
    .log_free = log_free,
    .log_line = log_line,
    .stats = stats,
    .report = report,
    .tidy = tidy,
    .ended = ended,
};

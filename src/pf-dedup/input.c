/* Where crashes come from: event lines, trace files, inputs, directories. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "dedup.h"
#include "emit.h"
#include "event.h"
#include "hash.h"
#include "libcrash/tracetext.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

/* A log beside an input is read so far. */
#define COMPANION_MAX ((size_t)64 * 1024 * 1024)

static bool
is_crash(const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));

	return strcmp(type, "crash") == 0;
}

static void
pass(struct dedup *d, const char *line, size_t len)
{
	d->passed++;
	if (!d->output->events)
		return;
	out_add(line, len);
	out_add("\n", 1);
}

/*
 * What was added may make the line longer than a line may be: then its trace,
 * which is nearly all of it, is cut as any long trace is.
 */
static void
rewrite(struct dedup *d, json_t *event, size_t len)
{
	json_t *rev = json_copy(json_object_get(event, "rev"));

	buf_clear(&d->line);
	event_rewrite(&d->line, event);
	if (d->line.len > EVENT_LINE_MAX && len < EVENT_LINE_MAX &&
	    d->text.len > TRACE_EVENT_MAX) {
		trace_set(
		    json_object_get(event, "data"), d->text.data, d->text.len);
		if (rev != NULL)
			json_object_set(event, "rev", rev);
		else
			json_object_del(event, "rev");
		buf_clear(&d->line);
		event_rewrite(&d->line, event);
	}
	json_decref(rev);
}

void
dedup_line(struct dedup *d, const char *line, size_t len)
{
	const char *why = NULL;
	json_t *event = event_parse(line, len, &why);

	d->lines++;
	if (event == NULL) {
		d->rejected++;
		d->status = exit_worse(d->status, 1);
		msg_warnx("line %llu is not an event line: %s", d->lines, why);
		pass(d, line, len);
		return;
	}
	if (!is_crash(event)) {
		pass(d, line, len);
	} else if (crash_enrich(d, event)) {
		rewrite(d, event, len);
		crash_out(d, event, d->line.data, d->line.len);
	} else
		crash_out(d, event, line, len);
	json_decref(event);
}

/* Does the file hold event lines? The first one tells. */
static bool
holds_events(struct span text)
{
	struct span line;
	const char *why;
	json_t *event;

	if (!span_starts(text, "{") || !span_line(&text, &line))
		return false;
	event = event_parse(line.at, line.len, &why);
	json_decref(event);
	return event != NULL;
}

static void
each_event(struct dedup *d, struct span rest)
{
	struct span line;

	while (span_line(&rest, &line)) {
		if (line.len > 0)
			dedup_line(d, line.at, line.len);
		content_pass(&d->content, line.at);
	}
}

/* The trace beside an input goes into d->text; whether there is one. */
static bool
take_companion(struct dedup *d, const char *path)
{
	static const char *const suffixes[] = {".txt", ".log"};

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		char *beside = mem_printf("%s%s", path, suffixes[i]);
		int got;

		buf_clear(&d->text);
		got = buf_read_file(&d->text, AT_FDCWD, beside, COMPANION_MAX);
		free(beside);
		if (got >= 0 &&
		    report_read(&d->report, d->text.data, d->text.len))
			return true;
	}
	buf_clear(&d->text);
	provenance_trace(d->provenance, &d->text);
	if (report_read(&d->report, d->text.data, d->text.len))
		return true;
	buf_clear(&d->text);
	return false;
}

/* One file. With `maybe`, one that shows nothing of a crash is passed over. */
static int
file(struct dedup *d, const char *path, bool maybe)
{
	struct span text;
	struct found found;
	struct log log;
	bool has_report;
	int status;

	if (d->seen != NULL) {
		seen_file_key(path, d->file_key);
		if (crash_is_known(d, path))
			return 0;
	}
	status = content_read(&d->content, path, &found);
	if (status > 1)
		return status;
	text = d->content.text;
	if (holds_events(text)) {
		each_event(d, text);
		return exit_worse(status, content_end(&d->content, path));
	}
	json_decref(d->provenance);
	d->provenance = provenance_beside(path);
	if (log_begin(&log, &d->report, &d->ahead, text)) {
		crash_from_log(d, &found, &log);
	} else {
		has_report = take_companion(d, path);
		if (!has_report && maybe)
			d->ignored++;
		else
			crash_from_file(d, &found, has_report);
	}
	free(found.whole);
	return exit_worse(status, content_end(&d->content, path));
}

/* What libFuzzer keeps since it is slow, and no crash. */
static bool
is_slow(const char *name)
{
	return span_starts(span_basename(span_text(name)), "slow-unit-");
}

/* Names that fuzzers give to inputs that crash (libFuzzer, AFL++, ours). */
static bool
names_crash(const char *name, struct span directory)
{
	static const char *const prefixes[] = {
	    "crash-", "oom-", "timeout-", "leak-", "id:", "id_", "SIG"};
	static const char *const homes[] = {"crashes", "hangs"};
	struct span s = span_text(name), parent;

	parent = span_basename(directory);
	if (strcmp(name, "README.txt") == 0 || is_slow(name) ||
	    span_is(parent, "queue") || span_is(parent, "corpus"))
		return false;
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (span_starts(s, prefixes[i]))
			return true;
	for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++)
		if (span_is(parent, homes[i]) ||
		    (span_starts(parent, homes[i]) &&
			parent.at[strlen(homes[i])] == '.'))
			return true;
	return hash_valid(name);
}

/* "x.txt" beside "x" is read with x. */
static bool
is_companion(const char *path)
{
	static const char *const suffixes[] = {".txt", ".log", ".json"};
	struct span s = span_text(path);
	bool there = false;

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (span_ends(s, suffixes[i])) {
			char *input =
			    mem_dup_n(path, s.len - strlen(suffixes[i]));
			struct stat st;

			there = stat(input, &st) == 0 && S_ISREG(st.st_mode);
			free(input);
		}
	return there;
}

/*
 * What else is in a directory of pf-run tells of the same crashes: its
 * crashes/ has each of them, with how it was found.
 */
static bool
is_job_part(const char *path, const char *name)
{
	static const char *const parts[] = {
	    "artifacts", "corpus", "events.jsonl", "log", "tmp"};
	size_t at = strlen(path) - strlen(name);
	bool part = false, there;
	char *job;

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		part = part || strcmp(name, parts[i]) == 0;
	if (!part)
		return false;
	job = mem_printf("%.*sjob.json", (int)at, path);
	there = access(job, F_OK) == 0;
	free(job);
	return there;
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* fts_path of the parent is no good: all entries share its bytes. */
static struct span
directory_of(const FTSENT *e)
{
	size_t name = e->fts_namelen + 1;

	return (struct span){
	    e->fts_path, e->fts_pathlen > name ? e->fts_pathlen - name : 0};
}

static int
entry(struct dedup *d, FTS *tree, FTSENT *e)
{
	if (e->fts_level > 0 &&
	    (e->fts_name[0] == '.' || is_job_part(e->fts_path, e->fts_name))) {
		fts_set(tree, e, FTS_SKIP);
		return 0;
	}
	switch (e->fts_info) {
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		errno = e->fts_errno;
		msg_warn("open %s", msg_quote(e->fts_path));
		return msg_exit_code(e->fts_errno);
	case FTS_F:
		if (is_companion(e->fts_path))
			return 0;
		return file(
		    d, e->fts_path, !names_crash(e->fts_name, directory_of(e)));
	default:
		return 0;
	}
}

static int
directory(struct dedup *d, const char *path)
{
	char *root = mem_dup(path);
	char *roots[] = {root, NULL};
	unsigned long long before = d->crashes;
	int status = 0;
	FTS *tree;
	FTSENT *e;

	/* Else a parent's path ends with a slash and has no last part. */
	for (size_t n = strlen(root); n > 1 && root[n - 1] == '/'; n--)
		root[n - 1] = '\0';
	tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (tree == NULL)
		msg_die(71, "open %s", msg_quote(path));
	d->root = root;
	d->root_whole = realpath(root, NULL);
	while ((e = fts_read(tree)) != NULL)
		status = exit_worse(status, entry(d, tree, e));
	fts_close(tree);
	free(d->root_whole);
	free(root);
	d->root = d->root_whole = NULL;
	if (status == 0 && d->crashes == before)
		msg_warnx("%s: no crashes in it", msg_quote(path));
	return status;
}

int
dedup_path(const char *path, void *dedup)
{
	struct dedup *d = dedup;
	struct stat st;

	d->paths++;
	if (stat(path, &st) < 0) {
		int status = msg_exit_code(errno);

		msg_warn("open %s", msg_quote(path));
		return status;
	}
	return S_ISDIR(st.st_mode) ? directory(d, path)
				   : file(d, path, is_slow(path));
}

/* Directories of crashes: which of their files are read, and as what. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dedup.h"
#include "directory.h"
#include "listing.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

/* What libFuzzer keeps since it is slow, and no crash. */
bool
directory_is_slow(const char *path)
{
	return span_starts(span_basename(span_text(path)), "slow-unit-");
}

/* Names that fuzzers give to inputs that crash (libFuzzer, AFL++, ours). */
static bool
names_crash(const char *name, const char *directory)
{
	static const char *const prefixes[] = {
	    "crash-", "oom-", "timeout-", "leak-", "id:", "id_", "SIG"};
	static const char *const homes[] = {"crashes", "hangs"};
	struct span s = span_text(name);
	struct span parent = span_basename(span_text(directory));

	if (strcmp(name, "README.txt") == 0 || directory_is_slow(name) ||
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

static bool
has_file(const struct listing *l, struct span name)
{
	size_t index;

	return listing_find(l, name.at, name.len, &index) &&
	    listing_type(l, index) == DT_REG;
}

/* "x.txt" beside "x" is read with x. */
static bool
is_companion(const struct listing *l, const char *name)
{
	static const char *const suffixes[] = {".txt", ".log", ".json"};
	struct span s = span_text(name);

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (span_ends(s, suffixes[i])) {
			s.len -= strlen(suffixes[i]);
			return has_file(l, s);
		}
	return false;
}

/*
 * What else is in a directory of pf-run tells of the same crashes: its
 * crashes/ has each of them, with how it was found.
 */
static bool
is_job_part(const struct listing *l, const char *name)
{
	static const char *const parts[] = {
	    "artifacts", "corpus", "events.jsonl", "log", "tmp"};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(name, parts[i]) == 0)
			return has_file(l, SPAN("job.json"));
	return false;
}

static int
cannot_open(const char *path)
{
	int status = msg_exit_code(errno);

	msg_warn("open %s", msg_quote(path));
	return status;
}

static bool
has_provenance(const struct listing *l, const char *name)
{
	char *beside = mem_printf("%s.json", name);
	size_t index;
	bool has = listing_find(l, beside, strlen(beside), &index);

	free(beside);
	return has;
}

static int
take_file(struct dedup *d, const struct listing *l, const char *directory,
    const char *path, const char *name)
{
	unsigned how = 0;

	if (is_companion(l, name))
		return 0;
	if (!names_crash(name, directory))
		how |= FILE_MAYBE;
	if (!has_provenance(l, name))
		how |= FILE_UNEXPLAINED;
	return dedup_file(d, path, how);
}

static int walk(struct dedup *d, const char *path);

static int
take_entry(struct dedup *d, const struct listing *l, size_t index,
    const char *directory)
{
	const char *name = listing_name(l, index);
	char *path;
	int status = 0;

	if (name[0] == '.' || is_job_part(l, name))
		return 0;
	path = mem_printf("%s%s%s", directory,
	    span_ends(span_text(directory), "/") ? "" : "/", name);
	if (listing_type(l, index) == DT_DIR)
		status = walk(d, path);
	else if (listing_type(l, index) == DT_REG)
		status = take_file(d, l, directory, path, name);
	else
		d->ignored++;
	free(path);
	return status;
}

/* The listing is whole before a file is read: those may come and go. */
static int
walk(struct dedup *d, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status = 0;
	struct listing listing = LISTING_INIT;

	if (fd < 0)
		return cannot_open(path);
	if (listing_read(&listing, fd) < 0)
		status = cannot_open(path);
	close(fd);
	for (size_t i = 0; i < listing.count; i++)
		status = exit_worse(status, take_entry(d, &listing, i, path));
	listing_release(&listing);
	return status;
}

int
directory_read(struct dedup *d, const char *path)
{
	unsigned long long before = d->crashes;
	int status;

	d->root = mem_dup(path);
	/* Else a parent's path ends with a slash and has no last part. */
	for (size_t n = strlen(d->root); n > 1 && d->root[n - 1] == '/'; n--)
		d->root[n - 1] = '\0';
	d->root_whole = realpath(d->root, NULL);
	status = walk(d, d->root);
	free(d->root_whole);
	free(d->root);
	d->root = d->root_whole = NULL;
	if (status == 0 && d->crashes == before)
		msg_warnx("%s: no crashes in it", msg_quote(path));
	return status;
}

/* Inputs taken out of what the fuzzer starts with. */
#include "quarantine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "clock.h"
#include "libengine/leftovers.h"
#include "mem.h"
#include "msg.h"
#include "stage.h"

#define DIRECTORY "quarantine"
#define LINKS "seeds"
#define INPUT_MAX (64 << 20)
/*
 * libFuzzer cuts what is longer than its -max_len, which is this at the least
 * unless it is given: then the artifact is the beginning of the input.
 */
#define CUT_MIN 4096

static int
open_quarantine(const struct job *job)
{
	if (mkdirat(job->fd, DIRECTORY, 0777) < 0 && errno != EEXIST)
		return -1;
	return openat(job->fd, DIRECTORY,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static const struct quarantined *
find(const struct quarantine *q, const char *hash)
{
	size_t i;

	for (i = 0; i < q->count; i++)
		if (strcmp(q->input[i].hash, hash) == 0)
			return &q->input[i];
	return NULL;
}

static void
remember(
    struct quarantine *q, const char *hash, uint64_t bytes, int64_t since_ms)
{
	struct quarantined *input;

	MEM_GROW(q->input, q->count, q->cap);
	input = &q->input[q->count++];
	*input = (struct quarantined){.bytes = bytes, .since_ms = since_ms};
	snprintf(input->hash, sizeof input->hash, "%s", hash);
}

/* Whether the seed is one of those that were taken out. */
static bool
is_out(const struct quarantine *q, const char *path, const struct stat *st)
{
	char hash[HASH_TEXT];
	uint64_t bytes;
	bool same_size = false;
	size_t i;
	int fd;

	for (i = 0; i < q->count && !same_size; i++)
		same_size = q->input[i].bytes == (uint64_t)st->st_size;
	if (!same_size)
		return false;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (hash_fd(fd, hash, &bytes) < 0)
		hash[0] = '\0';
	close(fd);
	return find(q, hash) != NULL;
}

/* The regular files among the seeds, also in directories of theirs. */
static void
each_seed(struct quarantine *q,
    void (*each)(struct quarantine *, const char *path, const struct stat *st))
{
	struct strvec todo = STRVEC_INIT;
	struct dirent *entry;
	struct stat st;
	size_t i;

	strvec_add(&todo, q->job->seeds);
	for (i = 0; i < todo.count; i++) {
		DIR *dir = opendir(todo.item[i]);

		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			char *path =
			    mem_printf("%s/%s", todo.item[i], entry->d_name);

			if (strcmp(entry->d_name, ".") != 0 &&
			    strcmp(entry->d_name, "..") != 0 &&
			    lstat(path, &st) == 0) {
				if (S_ISDIR(st.st_mode))
					strvec_add(&todo, path);
				else if (stat(path, &st) == 0 &&
				    S_ISREG(st.st_mode))
					each(q, path, &st);
			}
			free(path);
		}
		if (dir != NULL)
			closedir(dir);
	}
	strvec_release(&todo);
}

/* A name of its own for each seed, wherever it lies. */
static char *
link_name(const char *path)
{
	return mem_printf(LINKS "/%016llx",
	    (unsigned long long)XXH3_64bits(path, strlen(path)));
}

static void
link_or_unlink(struct quarantine *q, const char *path, const struct stat *st)
{
	char *name = link_name(path);

	if (is_out(q, path, st))
		unlinkat(q->job->fd, name, 0);
	else if (!q->linked && symlinkat(path, q->job->fd, name) < 0 &&
	    errno != EEXIST)
		msg_warn("link %s", msg_quote(path));
	free(name);
}

/* Once the links are there, another process may be reading them. */
static void
leave_out_of_seeds(struct quarantine *q)
{
	if (q->job->seeds == NULL)
		return;
	if (!q->linked) {
		if (mkdirat(q->job->fd, LINKS, 0777) < 0 && errno != EEXIST) {
			msg_warn("create " LINKS);
			return;
		}
		leftovers_remove(q->job->fd, LINKS);
	}
	each_seed(q, link_or_unlink);
	if (!q->linked)
		q->links = mem_printf("%s/" LINKS, q->job->directory);
	q->linked = true;
	q->job->run.seeds = q->links;
}

void
quarantine_init(struct quarantine *q, struct job *job)
{
	int fd = openat(job->fd, DIRECTORY,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	*q = (struct quarantine){.job = job};
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (hash_valid(entry->d_name) &&
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			remember(q, entry->d_name, (uint64_t)st.st_size, 0);
	closedir(dir);
	if (q->count > 0)
		leave_out_of_seeds(q);
}

void
quarantine_release(struct quarantine *q)
{
	free(q->input);
	free(q->links);
}

static bool
read_input(int dir_fd, const char *path, struct buf *bytes)
{
	int fd = openat(
	    dir_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool done = fd >= 0 && buf_read_fd(bytes, fd, INPUT_MAX) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

/* What is sought, and where it was found. */
struct search {
	struct buf bytes; /* of the artifact */
	bool cut;         /* they may be only the beginning */
	unsigned found;
};

static bool
is_sought(const struct search *s, const struct buf *input)
{
	return (input->len == s->bytes.len ||
		   (s->cut && input->len > s->bytes.len)) &&
	    memcmp(input->data, s->bytes.data, s->bytes.len) == 0;
}

static bool
may_be_sought(const struct search *s, const struct stat *st)
{
	return S_ISREG(st->st_mode) &&
	    (s->cut ? (uint64_t)st->st_size >= s->bytes.len
		    : (uint64_t)st->st_size == s->bytes.len);
}

/* What was found is kept under its own hash. */
static bool
keep(struct quarantine *q, const char *name, const struct buf *input)
{
	char hash[HASH_TEXT];
	int fd = open_quarantine(q->job);
	bool kept;

	hash_bytes(input->data, input->len, hash);
	kept = fd >= 0 && stage_write(fd, hash, input->data, input->len) == 0;
	if (!kept)
		msg_warn("keep " DIRECTORY "/%s", hash);
	if (fd >= 0)
		close(fd);
	if (kept && find(q, hash) == NULL) {
		remember(q, hash, input->len, clock_monotonic());
		msg_warnx("%s ends the fuzzer as it starts: left out from now "
			  "on, kept as " DIRECTORY "/%s",
		    msg_quote(name), hash);
	}
	return kept;
}

static void
search_corpus(struct quarantine *q, const char *path, struct search *s)
{
	int fd = openat(
	    q->job->fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct buf input = BUF_INIT;

		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    may_be_sought(s, &st) &&
		    read_input(fd, entry->d_name, &input) &&
		    is_sought(s, &input) && keep(q, entry->d_name, &input) &&
		    unlinkat(fd, entry->d_name, 0) == 0)
			s->found++;
		buf_release(&input);
	}
	if (dir != NULL)
		closedir(dir);
}

static void
search_seed(struct quarantine *q, const char *path, const struct stat *st)
{
	struct search *s = q->search;
	struct buf input = BUF_INIT;

	if (may_be_sought(s, st) && !is_out(q, path, st) &&
	    buf_read_file(&input, AT_FDCWD, path, INPUT_MAX) == 0 &&
	    is_sought(s, &input) && keep(q, path, &input))
		s->found++;
	buf_release(&input);
}

static void
search(struct quarantine *q, struct search *s)
{
	char *corpus = q->job->engine->corpus(&q->job->run, 0);

	if (corpus != NULL)
		search_corpus(q, corpus, s);
	free(corpus);
	q->search = s;
	if (q->job->seeds != NULL)
		each_seed(q, search_seed);
	q->search = NULL;
}

bool
quarantine_take(struct quarantine *q, const char *path, int64_t started_ms)
{
	struct search s = {.bytes = BUF_INIT};
	const struct quarantined *known;
	char hash[HASH_TEXT];
	bool is_taken = false;

	if (!read_input(q->job->fd, path, &s.bytes) || s.bytes.len == 0)
		goto out;
	hash_bytes(s.bytes.data, s.bytes.len, hash);
	/* Another process may have stumbled over it first. */
	known = find(q, hash);
	is_taken = known != NULL && known->since_ms >= started_ms;
	search(q, &s);
	if (s.found == 0 && !is_taken && s.bytes.len >= CUT_MIN) {
		s.cut = true;
		search(q, &s);
	}
	if (s.found > 0)
		leave_out_of_seeds(q);
	is_taken |= s.found > 0;
out:
	buf_release(&s.bytes);
	return is_taken;
}

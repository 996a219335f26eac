/* Corpus additions. */
#include "corpus.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "below.h"
#include "clock.h"
#include "emit.h"
#include "hash.h"
#include "mem.h"
#include "msg.h"
#include "origin.h"
#include "strvec.h"

#define NAMES_AN_EVENT 200
#define NAMES_A_CALL 2000
/* Sizes looked at again in one look; the rest has its turn in the next. */
#define STATS_A_LOOK 5000
/* Looks that trust the directory's time, between two that do not. */
#define PASSED_OVER_MAX 9
/* What a directory's time cannot tell apart, and how far it may lag. */
#define TIME_GRAIN_MS 1000
#define SORTED_AT_ONCE 2048
#define ROOM_STEP 4096
#define BYTES_MAX 0x7fffffffU

void
corpus_init(struct corpus *c, const char *path, const char *instance)
{
	*c = (struct corpus){.path = path == NULL ? NULL : mem_dup(path),
	    .instance = mem_dup(instance)};
}

void
corpus_release(struct corpus *c)
{
	free(c->path);
	free(c->instance);
	free(c->entry);
}

static int
compare(const void *a, const void *b)
{
	const struct corpus_entry *x = a, *y = b;
	unsigned half = x->name[0] == y->name[0];

	return (x->name[half] > y->name[half]) -
	    (x->name[half] < y->name[half]);
}

static void
name_entry(struct corpus_entry *entry, const char *name)
{
	uint64_t hash = XXH3_64bits(name, strlen(name));

	entry->name[0] = (uint32_t)(hash >> 32);
	entry->name[1] = (uint32_t)hash;
}

static struct corpus_entry *
find(const struct corpus *c, const struct corpus_entry *entry)
{
	return c->count == 0
	    ? NULL
	    : bsearch(entry, c->entry, c->count, sizeof *entry, compare);
}

/* One look at the directory. */
struct look {
	int fd;
	bool quiet;                /* what is new was told by an earlier run */
	unsigned char *seen;       /* a bit for each entry */
	struct corpus_entry *came; /* in no order */
	size_t count, room;
	struct strvec names; /* to be told in this call */
};

static bool
is_seen(const struct look *l, size_t i)
{
	return l->seen[i / 8] >> i % 8 & 1;
}

static bool
measure(const struct look *l, const char *name, struct corpus_entry *entry)
{
	struct stat st;

	if (fstatat(l->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		return false;
	entry->bytes = st.st_size > (off_t)BYTES_MAX
	    ? BYTES_MAX
	    : (unsigned)st.st_size & BYTES_MAX;
	return true;
}

/* A known name; its size is looked at when it is its turn. */
static void
see(const struct corpus *c, struct look *l, const char *name,
    struct corpus_entry *entry)
{
	size_t i = (size_t)(entry - c->entry);

	l->seen[i / 8] |= (unsigned char)(1U << i % 8);
	if ((i + c->count - c->next_stat) % c->count < STATS_A_LOOK)
		measure(l, name, entry);
}

static void
take_name(struct corpus *c, struct look *l, const char *name)
{
	struct corpus_entry entry = {.is_untold =
					 !l->quiet && !origin_is_renamed(name)},
			    *known;

	name_entry(&entry, name);
	known = find(c, &entry);
	if (known != NULL) {
		see(c, l, name, known);
		entry = *known;
	} else {
		if (!measure(l, name, &entry))
			return;
		MEM_GROW(l->came, l->count, l->room);
		l->came[l->count++] = entry;
	}
	if (entry.is_untold && l->names.count < NAMES_A_CALL)
		strvec_add(&l->names, name);
}

/* What is gone is let go. */
static void
drop_unseen(struct corpus *c, const struct look *l)
{
	size_t i, kept = 0;

	for (i = 0; i < c->count; i++)
		if (is_seen(l, i))
			c->entry[kept++] = c->entry[i];
	c->count = kept;
}

/* Merges from the end, so that nothing has to be moved out of the way. */
static void
merge(struct corpus *c, struct corpus_entry *came, size_t count)
{
	size_t from = c->count, to = c->count + count;

	qsort(came, count, sizeof *came, compare);
	if (to > c->room) {
		c->room = (to / ROOM_STEP + 1) * ROOM_STEP;
		c->entry =
		    mem_realloc_array(c->entry, c->room, sizeof *c->entry);
	}
	c->count = to;
	while (count > 0)
		c->entry[--to] = from > 0 &&
			compare(&c->entry[from - 1], &came[count - 1]) > 0
		    ? c->entry[--from]
		    : came[--count];
}

/* A directory that changes while it is read may give a name twice. */
static void
count_up(struct corpus *c)
{
	size_t i, kept = 0;

	c->bytes = 0;
	c->untold = 0;
	for (i = 0; i < c->count; i++) {
		if (kept > 0 && compare(&c->entry[kept - 1], &c->entry[i]) == 0)
			continue;
		c->bytes += c->entry[i].bytes;
		c->untold += c->entry[i].is_untold;
		c->entry[kept++] = c->entry[i];
	}
	c->count = kept;
	c->next_stat =
	    c->count == 0 ? 0 : (c->next_stat + STATS_A_LOOK) % c->count;
}

static void
take_in(struct corpus *c, struct look *l)
{
	size_t at, n;

	drop_unseen(c, l);
	for (at = 0; at < l->count; at += n) {
		n = l->count - at;
		n = n < SORTED_AT_ONCE ? n : SORTED_AT_ONCE;
		merge(c, l->came + at, n);
	}
	count_up(c);
}

/*
 * Whether the directory may have changed since the last look. Its time is
 * trusted only where it was old already then: another change within its grain
 * leaves it as it is.
 */
static bool
may_have_changed(struct corpus *c, const struct stat *st)
{
	int64_t age = clock_from_timespec(st->st_mtim);
	struct timespec now;
	bool same = c->looked && c->changed.tv_sec == st->st_mtim.tv_sec &&
	    c->changed.tv_nsec == st->st_mtim.tv_nsec;

	if (same && c->passed_over < PASSED_OVER_MAX && c->untold == 0) {
		c->passed_over++;
		return false;
	}
	c->passed_over = 0;
	/* Not clock_now: a file system knows nothing of PF_NOW. */
	clock_gettime(CLOCK_REALTIME, &now);
	age = clock_from_timespec(now) - age;
	c->looked = age > TIME_GRAIN_MS;
	c->changed = st->st_mtim;
	return true;
}

static DIR *
open_corpus(struct corpus *c, int job_fd)
{
	int fd;
	DIR *dir;

	if (c->path == NULL)
		return NULL;
	fd = below_open(job_fd, c->path, O_RDONLY | O_DIRECTORY, true);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL && errno != ENOENT && !c->failed)
		msg_warn("open corpus %s", msg_quote(c->path));
	if (dir == NULL && fd >= 0)
		close(fd);
	c->failed = dir == NULL && errno != ENOENT;
	return dir;
}

static void
look_through(struct corpus *c, DIR *dir, struct look *l)
{
	struct dirent *entry;

	l->seen = mem_calloc(c->count / 8 + 1, 1);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' &&
		    (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN))
			take_name(c, l, entry->d_name);
	take_in(c, l);
	free(l->seen);
	free(l->came);
}

bool
corpus_baseline(struct corpus *c, int job_fd)
{
	DIR *dir = open_corpus(c, job_fd);
	struct look l = {.quiet = true, .names = STRVEC_INIT};

	if (dir == NULL)
		return false;
	l.fd = dirfd(dir);
	look_through(c, dir, &l);
	strvec_release(&l.names);
	closedir(dir);
	return true;
}

static void
emit_added(struct emit *e, int dir_fd, const char *name)
{
	int fd = below_open(dir_fd, name, O_RDONLY | O_NONBLOCK, true);
	char hash[HASH_TEXT];
	uint64_t bytes;

	if (fd < 0)
		return;
	if (hash_fd(fd, hash, &bytes) == 0) {
		emit_object(e, NULL);
		emit_bytes_str(e, "name", name);
		emit_u64(e, "bytes", bytes);
		emit_string(e, "xxh128", hash);
		origin_of_name(e, name);
		emit_end(e);
	}
	close(fd);
}

/* One event; `names` are `count` that were added. */
static void
tell(const struct corpus *c, int dir_fd, char *const *names, size_t count,
    struct journal *journal)
{
	struct buf data = BUF_INIT;
	struct emit e;
	size_t i;

	emit_begin(&e, &data);
	emit_object(&e, NULL);
	emit_array(&e, "added");
	for (i = 0; i < count; i++)
		emit_added(&e, dir_fd, names[i]);
	emit_end(&e);
	emit_string(&e, "instance", c->instance);
	emit_u64(&e, "count", c->count);
	emit_u64(&e, "bytes", c->bytes);
	emit_end(&e);
	journal_tell(journal, "corpus", clock_now(), NULL, &data);
	buf_release(&data);
}

static void
tell_names(struct corpus *c, int dir_fd, const struct strvec *names,
    struct journal *journal)
{
	size_t i, n;

	for (i = 0; i < names->count; i += n) {
		n = names->count - i;
		n = n < NAMES_AN_EVENT ? n : NAMES_AN_EVENT;
		tell(c, dir_fd, names->item + i, n, journal);
	}
	for (i = 0; i < names->count; i++) {
		struct corpus_entry entry, *told;

		name_entry(&entry, names->item[i]);
		told = find(c, &entry);
		if (told != NULL && told->is_untold) {
			told->is_untold = false;
			c->untold--;
		}
	}
}

bool
corpus_tell(struct corpus *c, int job_fd, struct journal *journal)
{
	DIR *dir = open_corpus(c, job_fd);
	struct look l = {.names = STRVEC_INIT};
	struct stat st;

	if (dir == NULL)
		return false;
	l.fd = dirfd(dir);
	if (fstat(l.fd, &st) == 0 && may_have_changed(c, &st)) {
		look_through(c, dir, &l);
		tell_names(c, l.fd, &l.names, journal);
		strvec_release(&l.names);
	}
	closedir(dir);
	return c->untold > 0;
}

void
corpus_tell_count(struct corpus *c, int job_fd, struct journal *journal)
{
	c->looked = false;
	while (corpus_tell(c, job_fd, journal))
		;
	tell(c, -1, NULL, 0, journal);
}

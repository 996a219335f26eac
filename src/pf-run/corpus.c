/*
 * Corpus additions. A name that is known is not looked at again, so a large
 * corpus costs one readdir a look and sixteen bytes a file.
 */
#include "corpus.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "clock.h"
#include "emit.h"
#include "mem.h"
#include "msg.h"

#define NAMES_AN_EVENT 200

void
corpus_init(struct corpus *c, const char *path, const char *instance)
{
	*c = (struct corpus){.path = path == NULL ? NULL : mem_dup(path),
	    .instance = mem_dup(instance)};
	c->slots = 64;
	c->slot = mem_calloc(c->slots, sizeof *c->slot);
}

void
corpus_release(struct corpus *c)
{
	free(c->path);
	free(c->instance);
	free(c->slot);
}

static struct corpus_entry *
find(const struct corpus *c, uint64_t name)
{
	size_t i = name & (c->slots - 1);

	while (c->slot[i].name != 0 && c->slot[i].name != name)
		i = (i + 1) & (c->slots - 1);
	return &c->slot[i];
}

/* Into a table of `slots`, without the entries that were not seen since. */
static void
rebuild(struct corpus *c, size_t slots, uint32_t since)
{
	struct corpus_entry *old = c->slot;
	size_t old_slots = c->slots, i;

	c->slot = mem_calloc(slots, sizeof *c->slot);
	c->slots = slots;
	c->count = 0;
	c->bytes = 0;
	for (i = 0; i < old_slots; i++) {
		if (old[i].name == 0 || old[i].seen < since)
			continue;
		*find(c, old[i].name) = old[i];
		c->count++;
		c->bytes += old[i].bytes;
	}
	free(old);
}

struct addition {
	struct buf data;
	struct emit e;
	unsigned names;
};

/* "id:000009,src:000005,time:1,execs:64,op:havoc,rep:8,+cov": one field. */
static void
emit_name_part(
    struct emit *e, const char *key, const char *name, const char *part)
{
	const char *at = strstr(name, part);

	if (at == NULL || at == name || at[-1] != ',')
		return;
	at += strlen(part);
	emit_bytes(e, key, at, strcspn(at, ","));
}

static void
emit_added(struct addition *a, int dir_fd, const char *name, uint64_t *bytes)
{
	int fd = openat(
	    dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char hash[HASH_TEXT];

	if (fd < 0)
		return;
	if (hash_fd(fd, hash, bytes) == 0) {
		emit_object(&a->e, NULL);
		emit_bytes_str(&a->e, "name", name);
		emit_u64(&a->e, "bytes", *bytes);
		emit_string(&a->e, "xxh128", hash);
		emit_name_part(&a->e, "from", name, "src:");
		emit_name_part(&a->e, "from", name, "orig:");
		emit_name_part(&a->e, "op", name, "op:");
		emit_end(&a->e);
		a->names++;
	}
	close(fd);
}

static void
addition_begin(struct addition *a)
{
	buf_clear(&a->data);
	a->names = 0;
	emit_begin(&a->e, &a->data);
	emit_object(&a->e, NULL);
	emit_array(&a->e, "added");
}

static void
addition_tell(
    struct addition *a, const struct corpus *c, struct journal *journal)
{
	emit_end(&a->e);
	emit_string(&a->e, "instance", c->instance);
	emit_u64(&a->e, "count", c->count);
	emit_u64(&a->e, "bytes", c->bytes);
	emit_end(&a->e);
	journal_tell(journal, "corpus", clock_now(), NULL, &a->data);
	addition_begin(a);
}

/* A file with this name: known, or counted and, with `a`, told. */
static void
take_file(struct corpus *c, int dir_fd, const char *name, struct addition *a)
{
	uint64_t hash = XXH3_64bits(name, strlen(name)) | 1, bytes = 0;
	struct corpus_entry *entry = find(c, hash);
	struct stat st;

	if (entry->name == hash) {
		entry->seen = c->scan;
		return;
	}
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		return;
	bytes = (uint64_t)st.st_size;
	if (a != NULL)
		emit_added(a, dir_fd, name, &bytes);
	if (bytes > UINT32_MAX)
		bytes = UINT32_MAX;
	*entry = (struct corpus_entry){hash, (uint32_t)bytes, c->scan};
	c->count++;
	c->bytes += bytes;
	if (c->count * 2 > c->slots)
		rebuild(c, c->slots * 2, 0);
}

static bool
scan(struct corpus *c, int job_fd, struct journal *journal)
{
	int fd = openat(
	    job_fd, c->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct addition a = {.data = BUF_INIT};
	struct dirent *entry;

	if (dir == NULL) {
		if (errno != ENOENT && !c->failed)
			msg_warn("open corpus %s", msg_quote(c->path));
		c->failed = errno != ENOENT;
		return false;
	}
	c->scan++;
	addition_begin(&a);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		take_file(c, fd, entry->d_name, journal == NULL ? NULL : &a);
		if (a.names == NAMES_AN_EVENT)
			addition_tell(&a, c, journal);
	}
	closedir(dir);
	rebuild(c, c->slots, c->scan);
	if (a.names > 0)
		addition_tell(&a, c, journal);
	buf_release(&a.data);
	return true;
}

bool
corpus_baseline(struct corpus *c, int job_fd)
{
	return c->path != NULL && scan(c, job_fd, NULL);
}

void
corpus_tell(struct corpus *c, int job_fd, struct journal *journal)
{
	if (c->path != NULL)
		scan(c, job_fd, journal);
}

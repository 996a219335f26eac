#include "seen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "entries.h"
#include "libcrash/span.h"
#include "line.h"
#include "lock.h"
#include "mem.h"
#include "msg.h"
#include "records.h"
#include "stage.h"

#define MAGIC "pf-seen "
#define VERSION MAGIC "1 "
#define TRAILER_MAX 128
#define LINE_MAX_BYTES (1 << 20)

struct seen {
	char *path, *name, *header;
	int dir_fd, lock_fd;
	struct records_old old;
	uint64_t group_count;
	off_t end; /* where the trailer begins */
	struct records records;

	struct stage stage;
	bool staged;
	struct hash_stream *hash;
	struct buf pending;
	uint64_t written;
	struct groups *groups; /* while it is written */
};

static _Noreturn void
die_damaged(const struct seen *s, const char *how)
{
	msg_diex(65,
	    "%s is %s: nothing is known of what was seen; put it back, or "
	    "away to begin anew",
	    msg_quote(s->path), how);
}

static void
open_directory(struct seen *s)
{
	const char *slash = strrchr(s->path, '/');
	char *dir = slash == NULL
	    ? mem_dup(".")
	    : mem_dup_n(s->path, (size_t)(slash - s->path) + 1);
	char *lock;

	s->name = mem_dup(slash == NULL ? s->path : slash + 1);
	if (*s->name == '\0')
		msg_diex(
		    64, "%s is not the name of a file", msg_quote(s->path));
	s->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir_fd < 0)
		msg_die(msg_exit_code(errno), "open %s", msg_quote(dir));
	free(dir);
	lock = mem_printf("%s.lock", s->name);
	s->lock_fd = lock_take(s->dir_fd, lock);
	if (s->lock_fd < 0 && errno == EWOULDBLOCK)
		msg_diex(
		    75, "%s is in use by another pf-dedup", msg_quote(s->path));
	if (s->lock_fd < 0)
		msg_die(msg_exit_code(errno), "lock %s", msg_quote(s->path));
	free(lock);
}

/* Staged files of a pf-dedup that was killed: who holds the lock may. */
static void
tidy(const struct seen *s)
{
	char *prefix = mem_printf(".%s.", s->name);
	struct entries entries;
	const struct dirent64 *e;

	entries_begin(&entries, s->dir_fd);
	while ((e = entries_next(&entries)) != NULL) {
		struct span name = span_text(e->d_name);

		if (span_starts(name, prefix) && span_ends(name, ".tmp"))
			unlinkat(s->dir_fd, e->d_name, 0);
	}
	free(prefix);
}

/* The last line: how many records and groups there are, and the hash. */
static void
read_trailer(struct seen *s, off_t size, char told[HASH_TEXT])
{
	char text[TRAILER_MAX + 1];
	size_t want = size < TRAILER_MAX ? (size_t)size : TRAILER_MAX;
	ssize_t got = pread(s->old.fd, text, want, size - (off_t)want);
	char *at;
	struct span rest;

	if (got < 0)
		msg_die(msg_exit_code(errno), "read %s", msg_quote(s->path));
	if ((size_t)got != want || want < 2 || text[want - 1] != '\n')
		die_damaged(s, "cut off");
	text[want - 1] = '\0';
	at = memrchr(text, '\n', want - 1);
	if (at == NULL || strncmp(at + 1, "end ", 4) != 0)
		die_damaged(s, "cut off");
	s->end = size - (off_t)want + (at + 1 - text);
	rest = span_text(at + 5);
	if (!span_decimal(&rest, &s->old.count) || !span_starts(rest, " "))
		die_damaged(s, "damaged");
	rest = span_skip(rest, 1);
	if (!span_decimal(&rest, &s->group_count) || !span_starts(rest, " ") ||
	    rest.len != HASH_TEXT || !hash_valid(rest.at + 1))
		die_damaged(s, "damaged");
	memcpy(told, rest.at + 1, HASH_TEXT);
}

static void
check_hash(struct seen *s, const char *told)
{
	struct hash_stream *hash = hash_begin();
	char hex[HASH_TEXT], bytes[65536];
	off_t at = 0;

	while (at < s->end) {
		size_t want = s->end - at < (off_t)sizeof bytes
		    ? (size_t)(s->end - at)
		    : sizeof bytes;
		ssize_t got = pread(s->old.fd, bytes, want, at);

		if (got <= 0)
			msg_die(got < 0 ? msg_exit_code(errno) : 74, "read %s",
			    msg_quote(s->path));
		hash_add(hash, bytes, (size_t)got);
		at += got;
	}
	hash_end(hash, hex);
	if (strcmp(hex, told) != 0)
		die_damaged(s, "damaged");
}

static void
check_header(const struct seen *s)
{
	char text[512];
	ssize_t got = pread(s->old.fd, text, sizeof text - 1, 0);

	text[got > 0 ? got : 0] = '\0';
	if (strncmp(text, s->header, strlen(s->header)) == 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	if (strncmp(text, MAGIC, strlen(MAGIC)) != 0)
		die_damaged(s, "not a file of --seen");
	if (strncmp(text, VERSION, strlen(VERSION)) != 0)
		msg_diex(65, "%s is of another version: %s", msg_quote(s->path),
		    msg_quote(text));
	msg_diex(65,
	    "%s was made by the rules %s, not %s: their groups cannot be held "
	    "against each other",
	    msg_quote(s->path), msg_quote(text + strlen(VERSION)),
	    msg_quote_n(s->header + strlen(VERSION),
		strlen(s->header) - strlen(VERSION) - 1));
}

static void
read_groups(struct seen *s, struct groups *groups, off_t at)
{
	struct line_reader reader;
	char *line;
	size_t len;

	if (lseek(s->old.fd, at, SEEK_SET) < 0)
		msg_die(msg_exit_code(errno), "read %s", msg_quote(s->path));
	line_init(&reader, s->old.fd, '\n', LINE_MAX_BYTES);
	for (uint64_t i = 0; i < s->group_count; i++) {
		json_t *kept = NULL;

		if (line_next(&reader, &line, &len) == LINE_OK)
			kept = json_loadb(line, len, 0, NULL);
		if (!groups_remember(groups, kept))
			die_damaged(s, "damaged");
		json_decref(kept);
	}
	line_release(&reader);
}

static void
read_all(struct seen *s, struct groups *groups)
{
	char told[HASH_TEXT];
	struct stat st;

	if (fstat(s->old.fd, &st) < 0)
		msg_die(msg_exit_code(errno), "read %s", msg_quote(s->path));
	if (!S_ISREG(st.st_mode))
		msg_diex(65, "%s is not a file", msg_quote(s->path));
	check_header(s);
	read_trailer(s, st.st_size, told);
	s->old.at = (off_t)strlen(s->header);
	if (s->end < s->old.at ||
	    s->old.count > (uint64_t)(s->end - s->old.at) / RECORD_TEXT)
		die_damaged(s, "damaged");
	check_hash(s, told);
	read_groups(s, groups, s->old.at + (off_t)s->old.count * RECORD_TEXT);
}

struct seen *
seen_open(const char *path, const char *how, struct groups *groups)
{
	struct seen *s = mem_calloc(1, sizeof *s);

	s->path = mem_dup(path);
	s->header = mem_printf(VERSION "%s\n", how);
	buf_init(&s->pending);
	open_directory(s);
	tidy(s);
	records_init(&s->records, s->dir_fd);
	s->old.fd =
	    openat(s->dir_fd, s->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (s->old.fd >= 0)
		read_all(s, groups);
	else if (errno != ENOENT)
		msg_die(msg_exit_code(errno), "open %s", msg_quote(path));
	return s;
}

void
seen_free(struct seen *s)
{
	char unused[HASH_TEXT];

	if (s == NULL)
		return;
	if (s->staged)
		stage_abort(&s->stage);
	if (s->hash != NULL)
		hash_end(s->hash, unused);
	if (s->old.fd >= 0)
		close(s->old.fd);
	close(s->lock_fd);
	close(s->dir_fd);
	records_release(&s->records);
	buf_release(&s->pending);
	free(s->path);
	free(s->name);
	free(s->header);
	free(s);
}

static void
add_stat(struct buf *text, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0)
		buf_addf(text, "%llu %lld %lld.%09ld",
		    (unsigned long long)st.st_ino, (long long)st.st_size,
		    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	buf_add_char(text, '\n');
}

void
seen_file_key(const char *path, char key[HASH_TEXT])
{
	static const char *const beside[] = {"", ".txt", ".log", ".json"};
	char *whole = realpath(path, NULL);
	struct buf text = BUF_INIT;

	buf_add_str(&text, whole != NULL ? whole : path);
	buf_add_char(&text, '\0');
	for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
		char *name = mem_printf("%s%s", path, beside[i]);

		add_stat(&text, name);
		free(name);
	}
	hash_bytes(text.data, text.len, key);
	buf_release(&text);
	free(whole);
}

bool
seen_file(const struct seen *s, const char key[HASH_TEXT], char group[17])
{
	return records_find(&s->old, 'f', key, group);
}

void
seen_add(struct seen *s, char kind, const char *id, const char *group)
{
	char text[RECORD_TEXT + 1];
	struct record record;

	snprintf(text, sizeof text, "%c %.32s %.16s\n", kind, id, group);
	if (record_read(&record, text))
		records_add(&s->records, &record);
}

static int
flush(struct seen *s)
{
	int got = stage_write_all(s->stage.fd, s->pending.data, s->pending.len);

	hash_add(s->hash, s->pending.data, s->pending.len);
	buf_clear(&s->pending);
	return got;
}

static int
write_record(const struct record *record, void *context)
{
	struct seen *s = context;
	char text[RECORD_TEXT], name[17];
	struct group *g;

	record_write(record, text);
	buf_add(&s->pending, text, sizeof text);
	s->written++;
	if (text[0] == 'i') {
		memcpy(name, text + RECORD_GROUP, 16);
		name[16] = '\0';
		g = groups_find(s->groups, name);
		if (g != NULL)
			g->total++;
	}
	return s->pending.len < 65536 ? 0 : flush(s);
}

static int
write_groups(struct seen *s)
{
	struct emit e;

	groups_sort(s->groups, true);
	for (size_t i = 0; i < s->groups->count; i++) {
		emit_begin(&e, &s->pending);
		emit_object(&e, NULL);
		group_keep(&e, s->groups, groups_ordered(s->groups, i));
		emit_end(&e);
		buf_add_char(&s->pending, '\n');
		if (s->pending.len >= 65536 && flush(s) < 0)
			return -1;
	}
	return 0;
}

static int
write_trailer(struct seen *s)
{
	char hex[HASH_TEXT];

	if (flush(s) < 0)
		return -1;
	hash_end(s->hash, hex);
	s->hash = NULL;
	buf_addf(&s->pending, "end %llu %zu %s\n",
	    (unsigned long long)s->written, s->groups->count, hex);
	return stage_write_all(s->stage.fd, s->pending.data, s->pending.len);
}

static int
failed(const struct seen *s)
{
	int status = msg_exit_code(errno);

	msg_warn("write %s", msg_quote(s->path));
	return status;
}

int
seen_write(struct seen *s, struct groups *groups)
{
	if (stage_open(&s->stage, s->dir_fd, s->name) < 0)
		return failed(s);
	s->staged = true;
	s->groups = groups;
	for (size_t i = 0; i < groups->count; i++)
		groups_at(groups, i)->total = 0;
	s->hash = hash_begin();
	buf_add_str(&s->pending, s->header);
	if (records_merge(&s->records, &s->old, write_record, s) != 0)
		return failed(s);
	return write_groups(s) < 0 || write_trailer(s) < 0 ? failed(s) : 0;
}

int
seen_commit(struct seen *s)
{
	s->staged = false;
	return stage_commit(&s->stage) < 0 ? failed(s) : 0;
}

#include "records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"
#include "stage.h"

/* 4 MiB are gathered before they are laid down. */
#define BUFFER ((size_t)4 * 1024 * 1024 / sizeof(struct record))
/* Read at once from each source. */
#define AHEAD 256

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
				    : -1;
}

static bool
read_hex(unsigned char *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static void
write_hex(char *text, const unsigned char *bytes, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = hex[bytes[i] >> 4];
		text[2 * i + 1] = hex[bytes[i] & 15];
	}
}

bool
record_read(struct record *r, const char *text)
{
	r->bytes[0] = (unsigned char)text[0];
	return (text[0] == 'i' || text[0] == 'f') && text[1] == ' ' &&
	    text[RECORD_GROUP - 1] == ' ' && text[RECORD_TEXT - 1] == '\n' &&
	    read_hex(r->bytes + 1, text + RECORD_ID, 16) &&
	    read_hex(r->bytes + 17, text + RECORD_GROUP, 8);
}

void
record_write(const struct record *r, char text[RECORD_TEXT])
{
	text[0] = (char)r->bytes[0];
	text[1] = text[RECORD_GROUP - 1] = ' ';
	write_hex(text + RECORD_ID, r->bytes + 1, 16);
	write_hex(text + RECORD_GROUP, r->bytes + 17, 8);
	text[RECORD_TEXT - 1] = '\n';
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct record));
}

void
records_init(struct records *records, int dir_fd)
{
	*records = (struct records){.dir_fd = dir_fd};
}

void
records_release(struct records *records)
{
	while (records->run_count > 0)
		close(records->runs[--records->run_count]);
	free(records->runs);
	free(records->run_bytes);
	free(records->buffer);
}

static int
nameless_file(int dir_fd)
{
	char name[64];
	int fd = openat(dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	snprintf(name, sizeof name, ".seen.%ld.tmp", (long)getpid());
	fd = openat(dir_fd, name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlinkat(dir_fd, name, 0);
	return fd;
}

/* The buffer, sorted and each once. */
static void
sort_buffer(struct records *records)
{
	struct record *b = records->buffer;
	size_t kept = 0;

	if (records->count == 0)
		return;
	qsort(b, records->count, sizeof *b, compare);
	for (size_t i = 0; i < records->count; i++)
		if (kept == 0 || compare(&b[kept - 1], &b[i]) != 0)
			b[kept++] = b[i];
	records->count = kept;
}

static void
lay_down(struct records *records)
{
	int fd = nameless_file(records->dir_fd);

	sort_buffer(records);
	if (fd < 0 ||
	    stage_write_all(fd, records->buffer,
		records->count * sizeof *records->buffer) < 0)
		msg_die(msg_exit_code(errno), "write a temporary file");
	MEM_GROW(records->runs, records->run_count, records->run_cap);
	MEM_GROW(records->run_bytes, records->run_count, records->bytes_cap);
	records->runs[records->run_count] = fd;
	records->run_bytes[records->run_count++] =
	    (off_t)(records->count * sizeof *records->buffer);
	records->count = 0;
}

void
records_add(struct records *records, const struct record *record)
{
	if (records->buffer == NULL)
		records->buffer = mem_calloc(BUFFER, sizeof *records->buffer);
	if (records->count == BUFFER)
		lay_down(records);
	records->buffer[records->count++] = *record;
}

/* Sorted records that are read from one end to the other. */
struct source {
	int fd; /* -1: all of it is in `ahead` */
	bool text;
	off_t at, end;
	struct record *ahead;
	size_t next, have;
};

static int
decode(struct source *s, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!s->text)
			memcpy(&s->ahead[i], bytes + i * sizeof *s->ahead,
			    sizeof *s->ahead);
		else if (!record_read(&s->ahead[i], bytes + i * RECORD_TEXT))
			return -1;
	s->next = 0;
	s->have = n;
	return 0;
}

/* 1 with a record at s->next, 0 at the end, -1 with errno. */
static int
fill(struct source *s)
{
	char bytes[AHEAD * RECORD_TEXT];
	size_t size = s->text ? RECORD_TEXT : sizeof *s->ahead;
	size_t want = AHEAD * size;
	ssize_t got;

	if (s->next < s->have)
		return 1;
	if (s->fd < 0 || s->at >= s->end)
		return 0;
	if ((off_t)want > s->end - s->at)
		want = (size_t)(s->end - s->at);
	got = pread(s->fd, bytes, want, s->at);
	if (got < 0)
		return -1;
	if ((size_t)got != want || decode(s, bytes, want / size) < 0) {
		errno = EBADMSG;
		return -1;
	}
	s->at += got;
	return 1;
}

/* Sources by their next record, the least first: a heap. */
struct heap {
	struct source **of;
	size_t count;
};

static bool
is_less(const struct source *a, const struct source *b)
{
	return compare(&a->ahead[a->next], &b->ahead[b->next]) < 0;
}

static void
sink(struct heap *h, size_t i)
{
	for (;;) {
		size_t least = i;

		for (size_t c = 2 * i + 1; c <= 2 * i + 2; c++)
			if (c < h->count && is_less(h->of[c], h->of[least]))
				least = c;
		if (least == i)
			return;
		struct source *s = h->of[i];
		h->of[i] = h->of[least];
		h->of[least] = s;
		i = least;
	}
}

static int
begin(struct heap *h, struct source *sources, size_t count)
{
	h->count = 0;
	for (size_t i = 0; i < count; i++) {
		int got = fill(&sources[i]);

		if (got < 0)
			return -1;
		if (got > 0)
			h->of[h->count++] = &sources[i];
	}
	for (size_t i = h->count; i-- > 0;)
		sink(h, i);
	return 0;
}

static int
drain(struct heap *h, int (*each)(const struct record *, void *), void *context)
{
	struct record last = {{0}};

	while (h->count > 0) {
		struct source *s = h->of[0];
		struct record r = s->ahead[s->next];
		int order = compare(&last, &r), got;

		if (order > 0) {
			errno = EBADMSG;
			return -1;
		}
		if (order < 0 && (got = each(&r, context)) != 0)
			return got;
		last = r;
		s->next++;
		got = fill(s);
		if (got < 0)
			return -1;
		if (got == 0)
			h->of[0] = h->of[--h->count];
		sink(h, 0);
	}
	return 0;
}

/* The buffer, each run, and the old ones. */
static struct source *
sources_new(struct records *records, const struct records_old *old)
{
	size_t n = records->run_count;
	struct source *s = mem_calloc(n + 2, sizeof *s);

	sort_buffer(records);
	for (size_t i = 0; i < n; i++)
		s[i] = (struct source){.fd = records->runs[i],
		    .end = records->run_bytes[i],
		    .ahead = mem_calloc(AHEAD, sizeof *s->ahead)};
	s[n] = (struct source){
	    .fd = -1, .ahead = records->buffer, .have = records->count};
	s[n + 1] = (struct source){.fd = old->fd,
	    .text = true,
	    .at = old->at,
	    .end = old->at + (off_t)old->count * RECORD_TEXT,
	    .ahead = mem_calloc(AHEAD, sizeof *s->ahead)};
	return s;
}

int
records_merge(struct records *records, const struct records_old *old,
    int (*each)(const struct record *, void *), void *context)
{
	struct source *sources = sources_new(records, old);
	size_t count = records->run_count + 2;
	struct heap heap = {.of = mem_calloc(count, sizeof *heap.of)};
	int status = begin(&heap, sources, count);
	int saved;

	if (status == 0)
		status = drain(&heap, each, context);
	saved = errno;
	for (size_t i = 0; i < count; i++)
		if (sources[i].ahead != records->buffer)
			free(sources[i].ahead);
	free(sources);
	free(heap.of);
	errno = saved;
	return status;
}

static bool
read_at(const struct records_old *old, uint64_t i, char text[RECORD_TEXT])
{
	return i < old->count &&
	    pread(old->fd, text, RECORD_TEXT,
		old->at + (off_t)i * RECORD_TEXT) == RECORD_TEXT;
}

bool
records_find(
    const struct records_old *old, char kind, const char *id, char group[17])
{
	char want[RECORD_GROUP], text[RECORD_TEXT], after[RECORD_TEXT];
	uint64_t low = 0, high = old->count;

	snprintf(want, sizeof want, "%c %s", kind, id);
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (!read_at(old, middle, text))
			return false;
		if (memcmp(text, want, RECORD_GROUP - 1) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!read_at(old, low, text) ||
	    memcmp(text, want, RECORD_GROUP - 1) != 0 ||
	    (read_at(old, low + 1, after) &&
		memcmp(after, want, RECORD_GROUP - 1) == 0))
		return false;
	memcpy(group, text + RECORD_GROUP, 16);
	group[16] = '\0';
	return true;
}

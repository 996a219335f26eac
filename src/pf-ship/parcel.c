/* Ranges, halves, and lines that are rejected. */
#include "parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <xxhash.h>

#include "mem.h"
#include "msg.h"
#include "reject.h"
#include "stage.h"

/* What a batch of many bytes has made a buffer is given back. */
#define KEPT_BYTES (512 * 1024)
/* "-RUN-SEQUENCE" at the end of a key. */
#define KEY_TAIL (1 + 16 + 1 + 8)

void
parcel_init(struct parcel *p)
{
	*p = (struct parcel){0};
	buf_init(&p->file);
	buf_init(&p->rejects);
	consignment_init(&p->consignment);
}

void
parcel_release(struct parcel *p)
{
	buf_release(&p->file);
	buf_release(&p->rejects);
	consignment_release(&p->consignment);
}

const char *
parcel_load(
    struct parcel *p, const struct spool *s, const char *name, int *error)
{
	const char *why = spool_read(s, name, &p->batch, &p->file, error);

	if (why != NULL)
		return why;
	buf_clear(&p->rejects);
	p->todo[0] = (struct parcel_range){
	    p->file.data + BATCH_HEADER, p->batch.bytes, 0, p->batch.lines};
	p->count = 1;
	p->tries = 0;
	p->loaded = true;
	return NULL;
}

void
parcel_unload(struct parcel *p)
{
	p->loaded = p->flying = false;
	if (p->file.cap > KEPT_BYTES)
		buf_release(&p->file);
	if (p->rejects.cap > KEPT_BYTES)
		buf_release(&p->rejects);
}

void
parcel_key(char key[BATCH_KEY], const char *batch, const char *bytes,
    size_t len, uint64_t first)
{
	size_t head = strlen(batch);

	head = head > KEY_TAIL ? head - KEY_TAIL : 0;
	snprintf(key, BATCH_KEY, "%.*s-%016" PRIx64 "-%08" PRIx64, (int)head,
	    batch, (uint64_t)XXH3_64bits(bytes, len), first & 0xffffffff);
}

bool
parcel_prepare(struct parcel *p)
{
	const struct parcel_range *r;
	struct consignment *c = &p->consignment;

	if (p->count == 0)
		return false;
	r = &p->todo[p->count - 1];
	if (r->lines == p->batch.lines)
		memcpy(p->key, p->batch.key, sizeof p->key);
	else
		parcel_key(p->key, p->batch.key, r->bytes, r->len, r->first);
	c->key = p->key;
	c->bytes = r->bytes;
	c->len = r->len;
	c->lines = r->lines;
	return true;
}

/* One line of the range, counted from 0; `at` is where it begins. */
static const char *
reject_line(struct parcel *p, const struct parcel_range *r, const char *at,
    uint64_t line, const char *reason, const char *shown)
{
	const char *end = memchr(at, '\n', (size_t)(r->bytes + r->len - at));
	char *from =
	    mem_printf("%s line %" PRIu64, p->batch.key, r->first + line + 1);

	msg_warnx("%s: rejected: %s", from, shown);
	reject_write(&p->rejects, reason, from, at, (size_t)(end - at));
	free(from);
	return end + 1;
}

uint64_t
parcel_reject_all(struct parcel *p)
{
	struct parcel_range r = p->todo[--p->count];
	const char *at = r.bytes;
	uint64_t line;

	for (line = 0; line < r.lines; line++)
		at = reject_line(p, &r, at, line, p->consignment.why.data,
		    p->consignment.why.data);
	return r.lines;
}

uint64_t
parcel_accept(struct parcel *p)
{
	struct parcel_range r = p->todo[--p->count];
	const struct answer *a = &p->consignment.answer;
	const char *at = r.bytes;
	uint64_t line = 0;
	size_t i;

	for (i = 0; i < a->count; i++) {
		for (; line + 1 < a->rejected[i].line; line++)
			at = (const char *)memchr(
				 at, '\n', (size_t)(r.bytes + r.len - at)) +
			    1;
		at = reject_line(p, &r, at, line++, answer_reason(a, i),
		    msg_quote(answer_reason(a, i)));
	}
	return a->count;
}

/* Cuts the first half of the lines off `r`, which keeps the rest. */
static struct parcel_range
split(struct parcel_range *r)
{
	struct parcel_range half = {r->bytes, 0, r->first, r->lines / 2};
	const char *at = r->bytes;
	uint64_t i;

	for (i = 0; i < half.lines; i++)
		at = (const char *)memchr(
			 at, '\n', (size_t)(r->bytes + r->len - at)) +
		    1;
	half.len = (size_t)(at - r->bytes);
	r->bytes = at;
	r->len -= half.len;
	r->first += half.lines;
	r->lines -= half.lines;
	return half;
}

uint64_t
parcel_refuse(struct parcel *p)
{
	struct parcel_range r, half;

	if (p->todo[p->count - 1].lines == 1)
		return parcel_reject_all(p);
	r = p->todo[--p->count];
	half = split(&r);
	p->todo[p->count++] = r;
	p->todo[p->count++] = half;
	return 0;
}

int
parcel_finish(struct parcel *p, const struct spool *s, int *code)
{
	char *name = mem_printf("%s.jsonl", p->batch.key);
	int status = 0;

	if (p->rejects.len > 0 &&
	    stage_write(s->rejected, name, p->rejects.data, p->rejects.len) <
		0) {
		*code = msg_exit_code(errno);
		msg_warn("write %s to rejected/", name);
		status = -1;
	} else if (unlinkat(s->new, p->batch.key, 0) < 0 && errno != ENOENT) {
		*code = msg_exit_code(errno);
		msg_warn("remove %s, which was delivered", p->batch.key);
		status = -1;
	}
	free(name);
	return status;
}

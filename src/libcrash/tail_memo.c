#include "tail_memo.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "mem.h"

#define SLOTS 2048
/* Longer texts are not kept: they are hostile ones. */
#define TEXT_MAX 1024

struct slot {
	char *text;
	size_t len;
	struct frame frame; /* its spans are in `text` */
};

struct tail_memo {
	struct slot slot[SLOTS];
};

struct tail_memo *
tail_memo_new(void)
{
	return mem_calloc(1, sizeof(struct tail_memo));
}

void
tail_memo_free(struct tail_memo *memo)
{
	if (memo == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		free(memo->slot[i].text);
	free(memo);
}

static size_t
slot_of(struct span tail)
{
	return XXH3_64bits(tail.at, tail.len) % SLOTS;
}

/* The same part of another copy of the text. */
static struct span
move(struct span s, const char *from, const char *to)
{
	if (s.at != NULL)
		s.at = to + (s.at - from);
	return s;
}

static void
copy_frame(struct frame *to, const struct frame *frame, const char *from,
    const char *text)
{
	struct frame whole = *frame;

	whole.function = move(frame->function, from, text);
	whole.file = move(frame->file, from, text);
	whole.module = move(frame->module, from, text);
	whole.build_id = move(frame->build_id, from, text);
	whole.pc = to->pc;
	whole.has_pc = to->has_pc;
	*to = whole;
}

bool
tail_memo_get(
    const struct tail_memo *memo, struct span tail, struct frame *frame)
{
	const struct slot *s;

	if (tail.len == 0 || tail.len > TEXT_MAX)
		return false;
	s = &memo->slot[slot_of(tail)];
	if (s->len != tail.len || memcmp(s->text, tail.at, tail.len) != 0)
		return false;
	copy_frame(frame, &s->frame, s->text, tail.at);
	return true;
}

void
tail_memo_put(
    struct tail_memo *memo, struct span tail, const struct frame *frame)
{
	struct slot *s;

	if (tail.len == 0 || tail.len > TEXT_MAX)
		return;
	s = &memo->slot[slot_of(tail)];
	free(s->text);
	*s = (struct slot){
	    .text = mem_dup_n(tail.at, tail.len), .len = tail.len};
	copy_frame(&s->frame, frame, tail.at, s->text);
}

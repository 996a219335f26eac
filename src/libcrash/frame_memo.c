/* Verdicts on frames, by the frame's texts. */
#include "frame_memo.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "mem.h"

#define SLOTS 8192
/* The texts of longer frames are not kept: they are hostile ones. */
#define TEXT_MAX 1024

struct slot {
	XXH64_hash_t hash;
	/* Function, file and module as printed, then the clean name. */
	char *text;
	size_t function_len, file_len, module_len;
	struct frame_verdict verdict;
};

struct frame_memo {
	const struct rules *rules;
	struct slot slot[SLOTS];
};

struct frame_memo *
frame_memo_new(void)
{
	return mem_calloc(1, sizeof(struct frame_memo));
}

static void
clear(struct frame_memo *memo)
{
	for (size_t i = 0; i < SLOTS; i++) {
		free(memo->slot[i].text);
		memo->slot[i] = (struct slot){0};
	}
}

void
frame_memo_free(struct frame_memo *memo)
{
	if (memo != NULL)
		clear(memo);
	free(memo);
}

void
frame_memo_use(struct frame_memo *memo, const struct rules *rules)
{
	if (memo->rules != rules)
		clear(memo);
	memo->rules = rules;
}

static XXH64_hash_t
hash(struct span s, XXH64_hash_t seed)
{
	return XXH3_64bits_withSeed(s.len > 0 ? s.at : "", s.len, seed);
}

static size_t
text_len(const struct frame *f)
{
	return f->function.len + f->file.len + f->module.len;
}

static struct slot *
slot_of(struct frame_memo *memo, const struct frame *f, XXH64_hash_t *h)
{
	*h = hash(
	    f->module, hash(f->file, hash(f->function, f->has_offset ? 1 : 2)));
	return &memo->slot[*h % SLOTS];
}

static bool
same(const char *text, struct span s)
{
	return s.len == 0 || memcmp(text, s.at, s.len) == 0;
}

const struct frame_verdict *
frame_memo_get(struct frame_memo *memo, const struct frame *f)
{
	XXH64_hash_t h;
	const struct slot *s = slot_of(memo, f, &h);

	if (s->text == NULL || s->hash != h ||
	    s->function_len != f->function.len || s->file_len != f->file.len ||
	    s->module_len != f->module.len || !same(s->text, f->function) ||
	    !same(s->text + s->function_len, f->file) ||
	    !same(s->text + s->function_len + s->file_len, f->module))
		return NULL;
	return &s->verdict;
}

static char *
put(char *at, struct span s)
{
	if (s.len > 0)
		memcpy(at, s.at, s.len);
	return at + s.len;
}

void
frame_memo_put(struct frame_memo *memo, const struct frame *f,
    const struct frame_verdict *verdict)
{
	XXH64_hash_t h;
	struct slot *s = slot_of(memo, f, &h);
	char *at;

	if (text_len(f) > TEXT_MAX || verdict->name.len > TEXT_MAX)
		return;
	free(s->text);
	*s = (struct slot){.hash = h,
	    .text = mem_alloc(text_len(f) + verdict->name.len + 1),
	    .function_len = f->function.len,
	    .file_len = f->file.len,
	    .module_len = f->module.len,
	    .verdict = *verdict};
	at = put(put(put(s->text, f->function), f->file), f->module);
	s->verdict.name = (struct span){at, verdict->name.len};
	put(at, verdict->name);
}

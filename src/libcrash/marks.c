/*
 * Wu and Manber's search ("A fast algorithm for multi-pattern searching",
 * 1994) with blocks of two bytes: the pair that ends the window tells how far
 * it can move without missing a word.
 *
 * Where the processor looks up 16 nibbles at once, most of a text is passed
 * over in blocks of 16 places instead ("Teddy" of the Hyperscan project). The
 * words are in eight classes; for each of a word's first bytes there is a table
 * of the classes by its low nibble, and one by its high nibble. A place at
 * which some class is in all of them may be a word's.
 */
#include "marks.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define PAIRS 4096
#define HEAD 4 /* bytes of a word that its class is told by */
#define CLASSES 8
#define BLOCK 16

struct mark {
	const char *word;
	size_t len;
	int value, next; /* next with the same pair; -1 is none */
	unsigned class;
};

struct marks {
	size_t window; /* bytes of the shortest word */
	unsigned char shift[PAIRS];
	int first[PAIRS], last[PAIRS];
	struct mark *mark;
	size_t count, cap;
	/* A bit a class. */
	unsigned char low[HEAD][16], high[HEAD][16];
	unsigned heads; /* different ones */
	bool by_blocks;
};

static size_t
pair(const char *at)
{
	return ((unsigned char)at[0] * 33u ^ (unsigned char)at[1] << 4) % PAIRS;
}

struct marks *
marks_new(size_t shortest)
{
	struct marks *marks = mem_calloc(1, sizeof *marks);

	marks->window = shortest < 64 ? shortest : 64;
	memset(marks->shift, (int)marks->window - 1, sizeof marks->shift);
	for (size_t i = 0; i < PAIRS; i++)
		marks->first[i] = marks->last[i] = -1;
#ifdef __x86_64__
	marks->by_blocks = shortest >= HEAD && __builtin_cpu_supports("ssse3");
#endif
	return marks;
}

void
marks_free(struct marks *marks)
{
	if (marks != NULL)
		free(marks->mark);
	free(marks);
}

/* Words with one head are in one class. */
static unsigned
class_of(struct marks *marks, const char *word)
{
	for (size_t i = 0; i < marks->count; i++)
		if (memcmp(marks->mark[i].word, word, HEAD) == 0)
			return marks->mark[i].class;
	return marks->heads++ % CLASSES;
}

static void
add_head(struct marks *marks, struct mark *mark)
{
	mark->class = class_of(marks, mark->word);
	for (size_t i = 0; i < HEAD; i++) {
		unsigned char c = (unsigned char)mark->word[i];

		marks->low[i][c & 15] |= (unsigned char)(1u << mark->class);
		marks->high[i][c >> 4] |= (unsigned char)(1u << mark->class);
	}
}

void
marks_add(struct marks *marks, const char *word, int value)
{
	size_t window = marks->window, end = pair(word + window - 2);
	struct mark mark = {
	    .word = word, .len = strlen(word), .value = value, .next = -1};
	int index = (int)marks->count;

	if (marks->by_blocks)
		add_head(marks, &mark);
	MEM_GROW(marks->mark, marks->count, marks->cap);
	marks->mark[marks->count++] = mark;
	for (size_t i = 0; i < window - 1; i++) {
		size_t p = pair(word + i), shift = window - 2 - i;

		if (marks->shift[p] > shift)
			marks->shift[p] = (unsigned char)shift;
	}
	if (marks->last[end] >= 0)
		marks->mark[marks->last[end]].next = index;
	else
		marks->first[end] = index;
	marks->last[end] = index;
}

#ifdef __x86_64__
/*
 * The first place from `start` on that may be a word's; where less than a
 * block is left, the place from which on none was looked at.
 */
__attribute__((target("ssse3"))) static size_t
pass_blocks(const struct marks *marks, struct span text, size_t start)
{
	const __m128i nibble = _mm_set1_epi8(15);
	__m128i low[HEAD], high[HEAD];

	for (size_t k = 0; k < HEAD; k++) {
		low[k] = _mm_loadu_si128((const __m128i *)marks->low[k]);
		high[k] = _mm_loadu_si128((const __m128i *)marks->high[k]);
	}
	for (; start + BLOCK + HEAD - 1 <= text.len; start += BLOCK) {
		__m128i classes = _mm_set1_epi8(-1);
		unsigned none;

		for (size_t k = 0; k < HEAD; k++) {
			__m128i c = _mm_loadu_si128(
			    (const __m128i *)(text.at + start + k));
			__m128i l = _mm_and_si128(c, nibble);
			__m128i h = _mm_and_si128(_mm_srli_epi16(c, 4), nibble);

			classes = _mm_and_si128(classes,
			    _mm_and_si128(_mm_shuffle_epi8(low[k], l),
				_mm_shuffle_epi8(high[k], h)));
		}
		none = (unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(classes, _mm_setzero_si128()));
		if (none != 0xffff)
			return start + (size_t)__builtin_ctz(~none);
	}
	return start;
}
#else
static size_t
pass_blocks(const struct marks *marks, struct span text, size_t start)
{
	(void)marks;
	(void)text;
	return start;
}
#endif

bool
marks_find(const struct marks *marks, struct span text, size_t *at, int *value)
{
	size_t size = marks->window, start = 0;

	for (;;) {
		const char *window;
		size_t p, shift;

		if (marks->by_blocks)
			start = pass_blocks(marks, text, start);
		if (start + size > text.len)
			return false;
		window = text.at + start;
		p = pair(window + size - 2);
		shift = marks->shift[p];
		for (int i = shift > 0 ? -1 : marks->first[p]; i >= 0;
		     i = marks->mark[i].next) {
			const struct mark *m = &marks->mark[i];

			if (m->len > text.len - start ||
			    memcmp(window, m->word, m->len) != 0)
				continue;
			*at = start;
			*value = m->value;
			return true;
		}
		start += shift > 0 ? shift : 1;
	}
}

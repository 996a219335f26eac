/*
 * Wu and Manber's search ("A fast algorithm for multi-pattern searching",
 * 1994) with blocks of two bytes: the pair that ends the window tells how far
 * it can move without missing a word.
 */
#include "marks.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

#define PAIRS 4096

struct mark {
	const char *word;
	size_t len;
	int value, next; /* next with the same pair; -1 is none */
};

struct marks {
	size_t window; /* bytes of the shortest word */
	unsigned char shift[PAIRS];
	int first[PAIRS], last[PAIRS];
	struct mark *mark;
	size_t count, cap;
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
	return marks;
}

void
marks_free(struct marks *marks)
{
	if (marks != NULL)
		free(marks->mark);
	free(marks);
}

void
marks_add(struct marks *marks, const char *word, int value)
{
	size_t window = marks->window, end = pair(word + window - 2);
	int index = (int)marks->count;

	MEM_GROW(marks->mark, marks->count, marks->cap);
	marks->mark[marks->count++] =
	    (struct mark){word, strlen(word), value, -1};
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

bool
marks_find(const struct marks *marks, struct span text, size_t *at, int *value)
{
	size_t size = marks->window, start = 0;

	while (start + size <= text.len) {
		const char *window = text.at + start;
		size_t p = pair(window + size - 2), shift = marks->shift[p];

		if (shift > 0) {
			start += shift;
			continue;
		}
		for (int i = marks->first[p]; i >= 0; i = marks->mark[i].next) {
			const struct mark *m = &marks->mark[i];

			if (m->len > text.len - start ||
			    memcmp(window, m->word, m->len) != 0)
				continue;
			*at = start;
			*value = m->value;
			return true;
		}
		start++;
	}
	return false;
}

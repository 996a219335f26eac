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
#define SHIFT_MAX (MARKS_MIN - 1)

struct mark {
	const char *word;
	size_t len;
	int value, next; /* next with the same pair; -1 is none */
};

struct marks {
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
marks_new(void)
{
	struct marks *marks = mem_calloc(1, sizeof *marks);

	memset(marks->shift, SHIFT_MAX, sizeof marks->shift);
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
	size_t end = pair(word + MARKS_MIN - 2);
	int index = (int)marks->count;

	MEM_GROW(marks->mark, marks->count, marks->cap);
	marks->mark[marks->count++] =
	    (struct mark){word, strlen(word), value, -1};
	for (size_t i = 0; i < MARKS_MIN - 1; i++) {
		size_t p = pair(word + i), shift = MARKS_MIN - 2 - i;

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
	size_t end = MARKS_MIN;

	while (end <= text.len) {
		const char *window = text.at + end - MARKS_MIN;
		size_t p = pair(window + MARKS_MIN - 2);
		size_t left = text.len - (end - MARKS_MIN);

		if (marks->shift[p] > 0) {
			end += marks->shift[p];
			continue;
		}
		for (int i = marks->first[p]; i >= 0; i = marks->mark[i].next) {
			const struct mark *m = &marks->mark[i];

			if (m->len > left || memcmp(window, m->word, m->len))
				continue;
			*at = end - MARKS_MIN;
			*value = m->value;
			return true;
		}
		end++;
	}
	return false;
}

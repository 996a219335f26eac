/* Levenshtein's distance. */
#include "nearest.h"

#include <stddef.h>

#define WORD_MAX 32
#define CHANGES_MAX 2

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* `b` has at most WORD_MAX letters. */
static unsigned
changes(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1], corner, above;
	size_t len = strlen(b), i, j;

	for (j = 0; j <= len; j++)
		row[j] = (unsigned)j;
	for (i = 0; a[i] != '\0'; i++) {
		corner = row[0]++;
		for (j = 0; j < len; j++) {
			above = row[j + 1];
			row[j + 1] = least(
			    above + 1, row[j] + 1, corner + (a[i] != b[j]));
			corner = above;
		}
	}
	return row[len];
}

const char *
nearest(const char *const list[], const char *word)
{
	unsigned best = CHANGES_MAX + 1, n;
	const char *found = NULL;
	size_t len = strlen(word);

	if (len > WORD_MAX)
		return NULL;
	for (; *list != NULL; list++) {
		n = changes(*list, word);
		if (n < best && 2 * n < len) {
			best = n;
			found = *list;
		}
	}
	return found;
}

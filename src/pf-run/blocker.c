/* Who ends the fuzzer again and again. */
#include "blocker.h"

#include "mem.h"

/* An end later than this was worth the start. */
#define QUICK_MS 60000

void
blocker_release(struct blocker *b)
{
	free(b->site);
	*b = (struct blocker){0};
}

unsigned
blocker_note(struct blocker *b, const char *site, int64_t lived_ms)
{
	if (site == NULL || lived_ms >= QUICK_MS) {
		blocker_release(b);
		return 0;
	}
	if (b->site == NULL || strcmp(b->site, site) != 0) {
		blocker_release(b);
		b->site = mem_dup(site);
	}
	b->ends++;
	return b->ends < BLOCKER_ENDS ? 0 : b->ends - BLOCKER_ENDS + 1;
}

const char *
blocker_of(const struct blocker *b)
{
	return b->ends < BLOCKER_ENDS ? NULL : b->site;
}

static const char *
last_summary(const char *report, size_t len, size_t *line_len)
{
	static const char mark[] = "SUMMARY: ";
	const char *at = report, *end = report + len, *found = NULL;

	while ((at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1)) !=
	    NULL)
		found = at += sizeof mark - 1;
	if (found == NULL)
		return NULL;
	at = memchr(found, '\n', (size_t)(end - found));
	*line_len = (size_t)((at == NULL ? end : at) - found);
	return found;
}

/*
 * "AddressSanitizer: heap-use-after-free /src/a.c:27:3 in copy_bytes": the
 * place is the word before " in ", without directories and column.
 */
bool
blocker_site(const char *report, size_t len, struct buf *site)
{
	size_t n, place_len, file_len;
	const char *line = last_summary(report, len, &n), *in, *place, *slash;
	const char *colon;

	in = line == NULL ? NULL : memmem(line, n, " in ", 4);
	if (in == NULL)
		return false;
	place = memrchr(line, ' ', (size_t)(in - line));
	place = place == NULL ? line : place + 1;
	place_len = (size_t)(in - place);
	if ((slash = memrchr(place, '/', place_len)) != NULL) {
		place_len -= (size_t)(slash + 1 - place);
		place = slash + 1;
	}
	colon = memchr(place, ':', place_len);
	/* "3 byte(s) leaked in 3 allocation(s)." names no place. */
	if (colon == NULL && memchr(place, '+', place_len) == NULL)
		return false;
	file_len = colon == NULL
	    ? place_len
	    : (size_t)(colon - place) + 1 + strspn(colon + 1, "0123456789");
	buf_add(site, in + 4, (size_t)(line + n - in - 4));
	buf_add_char(site, ' ');
	buf_add(site, place, file_len - (place[file_len - 1] == ')'));
	return true;
}

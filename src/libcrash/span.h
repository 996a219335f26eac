/*
 * A run of bytes inside a text that somebody else owns. An absent span has
 * at == NULL and len == 0; nothing here allocates or writes.
 */
#ifndef PF_SPAN_H
#define PF_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *at;
	size_t len;
};

/* clang-format off */
#define SPAN_NONE ((struct span){NULL, 0})
#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})
/* clang-format on */

struct span span_text(const char *text);
bool span_equal(struct span a, struct span b);
bool span_has(struct span s, const char *needle);
/* What stands after the first `needle`; absent where there is none. */
struct span span_after(struct span s, const char *needle);
/* What stands before the first `needle`, else all of it. */
struct span span_before(struct span s, const char *needle);
/* Without blanks at both ends and a carriage return at the end. */
struct span span_trim(struct span s);
/* What stands after the last slash or backslash. */
struct span span_basename(struct span s);
/* Up to the first blank, comma, parenthesis or the end. */
struct span span_word(struct span s);

/*
 * These are asked for every line with words that the compiler knows: inline,
 * they cost a comparison.
 */

static inline bool
span_is(struct span s, const char *text)
{
	size_t n = strlen(text);

	return s.len == n && (n == 0 || memcmp(s.at, text, n) == 0);
}

static inline bool
span_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && (n == 0 || memcmp(s.at, prefix, n) == 0);
}

static inline bool
span_ends(struct span s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.len >= n &&
	    (n == 0 || memcmp(s.at + s.len - n, suffix, n) == 0);
}

/* Without the first `n` bytes, of which there may be fewer. */
static inline struct span
span_skip(struct span s, size_t n)
{
	if (n > s.len)
		n = s.len;
	if (n > 0) {
		s.at += n;
		s.len -= n;
	}
	return s;
}

/* Takes the next line, without its newline, off `rest`; false at the end. */
bool span_line(struct span *rest, struct span *line);
/*
 * Takes leading digits off `s`; false when there are none. A value beyond
 * 64 bits is UINT64_MAX.
 */
bool span_decimal(struct span *s, uint64_t *value);
/* The same with hexadecimal digits and an optional 0x. */
bool span_hex(struct span *s, uint64_t *value);

#endif

#include "span.h"

#include <string.h>

struct span
span_text(const char *text)
{
	return (struct span){text, strlen(text)};
}

bool
span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static const char *
find(struct span s, const char *needle)
{
	return s.len == 0 ? NULL : memmem(s.at, s.len, needle, strlen(needle));
}

bool
span_has(struct span s, const char *needle)
{
	return find(s, needle) != NULL;
}

struct span
span_after(struct span s, const char *needle)
{
	const char *at = find(s, needle);

	if (at == NULL)
		return SPAN_NONE;
	return span_skip(s, (size_t)(at - s.at) + strlen(needle));
}

struct span
span_before(struct span s, const char *needle)
{
	const char *at = find(s, needle);

	if (at != NULL)
		s.len = (size_t)(at - s.at);
	return s;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && is_blank(s.at[0]))
		s = span_skip(s, 1);
	while (s.len > 0 && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

struct span
span_basename(struct span s)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.at[i - 1] == '/' || s.at[i - 1] == '\\')
			return span_skip(s, i);
	return s;
}

struct span
span_word(struct span s)
{
	size_t n = 0;

	while (n < s.len && !is_blank(s.at[n]) && s.at[n] != ',' &&
	    s.at[n] != '(' && s.at[n] != ')')
		n++;
	s.len = n;
	return s;
}

bool
span_line(struct span *rest, struct span *line)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->at, '\n', rest->len);
	*line = *rest;
	if (end == NULL) {
		*rest = SPAN_NONE;
		return true;
	}
	line->len = (size_t)(end - rest->at);
	*rest = span_skip(*rest, line->len + 1);
	return true;
}

static unsigned
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

static bool
number(struct span *s, uint64_t *value, unsigned base)
{
	size_t n = 0;
	uint64_t v = 0, most = UINT64_MAX / base;
	bool over = false;
	unsigned d;

	for (; n < s->len && (d = digit_of(s->at[n])) < base; n++) {
		over = over || v > most || v * base > UINT64_MAX - d;
		v = v * base + d;
	}
	if (n == 0)
		return false;
	*value = over ? UINT64_MAX : v;
	*s = span_skip(*s, n);
	return true;
}

bool
span_decimal(struct span *s, uint64_t *value)
{
	return number(s, value, 10);
}

bool
span_hex(struct span *s, uint64_t *value)
{
	struct span digits = *s;

	if (span_starts(digits, "0x"))
		digits = span_skip(digits, 2);
	if (!number(&digits, value, 16))
		return false;
	*s = digits;
	return true;
}

/* JSON text, appended to a buffer. */
#include "emit.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "clock.h"

void
emit_begin(struct emit *e, struct buf *out)
{
	e->out = out;
	e->depth = 0;
	e->has_member[0] = false;
}

#define EACH_BYTE(c) ((uint64_t)(c)*0x0101010101010101)
#define HIGH_BITS EACH_BYTE(0x80)

static uint64_t
eight_bytes(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return word;
}

/* Not 0 where a byte of the word is 0. */
static uint64_t
has_zero(uint64_t word)
{
	return (word - EACH_BYTE(1)) & ~word & HIGH_BITS;
}

/* The index of the first character that needs an escape, `n` without one. */
static size_t
find_special(const char *text, size_t i, size_t n)
{
	static const bool special[256] = {
	    [0 ... 0x1f] = true, ['"'] = true, ['\\'] = true};

	for (; i + 8 <= n; i += 8) {
		uint64_t word = eight_bytes(text + i);

		if (has_zero(word & EACH_BYTE(0xe0)) |
		    has_zero(word ^ EACH_BYTE('"')) |
		    has_zero(word ^ EACH_BYTE('\\')))
			break;
	}
	while (i < n && !special[(unsigned char)text[i]])
		i++;
	return i;
}

static void
add_quoted(struct buf *out, const char *text, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	size_t i, start = 0;

	buf_reserve(out, n + 3);
	buf_add_char(out, '"');
	while ((i = find_special(text, start, n)) < n) {
		unsigned char c = (unsigned char)text[i];
		const char *escape = NULL;
		char unicode[7] = {'\\', 'u', '0', '0', 0, 0, 0};

		if (c == '"')
			escape = "\\\"";
		else if (c == '\\')
			escape = "\\\\";
		else if (c == '\n')
			escape = "\\n";
		else if (c == '\t')
			escape = "\\t";
		else {
			unicode[4] = hex[c >> 4];
			unicode[5] = hex[c & 15];
			escape = unicode;
		}
		buf_add(out, text + start, i - start);
		buf_add_str(out, escape);
		start = i + 1;
	}
	buf_add(out, text + start, n - start);
	buf_add_char(out, '"');
}

static void
begin_member(struct emit *e, const char *key)
{
	if (e->has_member[e->depth])
		buf_add_char(e->out, ',');
	e->has_member[e->depth] = true;
	if (key != NULL) {
		add_quoted(e->out, key, strlen(key));
		buf_add_char(e->out, ':');
	}
}

static void
open_level(struct emit *e, const char *key, char opener, char closer)
{
	begin_member(e, key);
	buf_add_char(e->out, opener);
	assert(e->depth + 1 < EMIT_DEPTH);
	e->depth++;
	e->closer[e->depth] = closer;
	e->has_member[e->depth] = false;
}

void
emit_object(struct emit *e, const char *key)
{
	open_level(e, key, '{', '}');
}

void
emit_array(struct emit *e, const char *key)
{
	open_level(e, key, '[', ']');
}

void
emit_end(struct emit *e)
{
	assert(e->depth > 0);
	buf_add_char(e->out, e->closer[e->depth--]);
}

void
emit_string(struct emit *e, const char *key, const char *text)
{
	begin_member(e, key);
	add_quoted(e->out, text, strlen(text));
}

size_t
emit_utf8_length(const unsigned char *s, size_t n)
{
	size_t length, i;

	if (n == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	length = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (n < length)
		return 0;
	for (i = 1; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and what is above U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return length;
}

/* Text that stands for itself: ASCII without a NUL or a backslash. */
static bool
is_plain(const char *s, size_t n)
{
	uint64_t odd = 0;
	size_t i;

	for (i = 0; i + 8 <= n; i += 8) {
		uint64_t word = eight_bytes(s + i);

		odd |= word | has_zero(word) | has_zero(word ^ EACH_BYTE('\\'));
	}
	for (; i < n; i++)
		if (s[i] == 0 || s[i] == '\\')
			return false;
		else
			odd |= (unsigned char)s[i];
	return (odd & HIGH_BITS) == 0;
}

void
emit_encode(struct buf *out, const void *bytes, size_t n)
{
	const unsigned char *s = bytes;
	size_t i, length;

	if (is_plain(bytes, n)) {
		buf_add(out, bytes, n);
		return;
	}
	for (i = 0; i < n; i += length) {
		length = emit_utf8_length(s + i, n - i);
		if (length == 0 || s[i] == 0) {
			buf_addf(out, "\\x%02x", s[i]);
			length = 1;
		} else if (s[i] == '\\')
			buf_add_str(out, "\\\\");
		else
			buf_add(out, s + i, length);
	}
}

void
emit_bytes(struct emit *e, const char *key, const void *bytes, size_t n)
{
	struct buf text = BUF_INIT;

	begin_member(e, key);
	if (is_plain(bytes, n)) {
		add_quoted(e->out, bytes, n);
		return;
	}
	emit_encode(&text, bytes, n);
	add_quoted(e->out, text.data, text.len);
	buf_release(&text);
}

void
emit_bytes_str(struct emit *e, const char *key, const char *text)
{
	emit_bytes(e, key, text, strlen(text));
}

static void
add_digits(struct buf *out, uint64_t n, int width)
{
	char text[20];
	char *at = text + sizeof text;

	do {
		*--at = (char)('0' + n % 10);
		n /= 10;
		width--;
	} while (n > 0 || width > 0);
	buf_add(out, at, (size_t)(text + sizeof text - at));
}

void
emit_u64(struct emit *e, const char *key, uint64_t value)
{
	begin_member(e, key);
	add_digits(e->out, value, 1);
}

void
emit_i64(struct emit *e, const char *key, int64_t value)
{
	begin_member(e, key);
	if (value < 0)
		buf_add_char(e->out, '-');
	add_digits(e->out, value < 0 ? -(uint64_t)value : (uint64_t)value, 1);
}

/*
 * A number of at most four decimals and fifteen digits, as most are. Such a
 * quotient of whole numbers is the double that its text reads back as.
 */
static bool
add_short(struct buf *out, double value)
{
	uint64_t n, rest;
	int width = 4;

	if (!(value >= 0 && value < 1e11))
		return false;
	n = (uint64_t)(value * 1e4 + 0.5);
	if ((double)n / 1e4 != value || (n == 0 && signbit(value)))
		return false;
	add_digits(out, n / 10000, 1);
	rest = n % 10000;
	if (rest == 0)
		return true;
	for (; rest % 10 == 0; rest /= 10)
		width--;
	buf_add_char(out, '.');
	add_digits(out, rest, width);
	return true;
}

void
emit_real(struct emit *e, const char *key, double value)
{
	char text[32];
	int digits;

	if (!isfinite(value))
		return;
	begin_member(e, key);
	if (add_short(e->out, value))
		return;
	for (digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	buf_add_str(e->out, text);
}

void
emit_bool(struct emit *e, const char *key, bool value)
{
	begin_member(e, key);
	buf_add_str(e->out, value ? "true" : "false");
}

void
emit_raw(struct emit *e, const char *key, const char *json, size_t n)
{
	begin_member(e, key);
	buf_add(e->out, json, n);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

void
emit_decode(struct buf *out, const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text[i] != '\\' || i + 1 == n) {
			buf_add_char(out, text[i]);
		} else if (text[i + 1] == 'x' && i + 3 < n &&
		    hex_value(text[i + 2]) >= 0 &&
		    hex_value(text[i + 3]) >= 0) {
			buf_add_char(out,
			    (char)(hex_value(text[i + 2]) * 16 +
				hex_value(text[i + 3])));
			i += 3;
		} else {
			buf_add_char(out, '\\');
			if (text[i + 1] == '\\')
				i++;
		}
	}
}

void
emit_time(struct emit *e, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT];

	clock_format(ms, text);
	emit_string(e, key, text);
}

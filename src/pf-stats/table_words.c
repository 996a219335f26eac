/* Values and names as people read them. */
#include "table_words.h"

#include <langinfo.h>
#include <stdbool.h>
#include <wchar.h>

#include "emit.h"
#include "opt.h"

static void
unknown(struct buf *out)
{
	buf_add_char(out, '-');
}

void
words_count(struct buf *out, int64_t n)
{
	static const char suffixes[] = "kMGTPE";
	const char *suffix = suffixes;
	int64_t unit = 1000;

	if (n < 0) {
		unknown(out);
		return;
	}
	if (n < 10000) {
		buf_addf(out, "%lld", (long long)n);
		return;
	}
	while (n / unit >= 1000) {
		unit *= 1000;
		suffix++;
	}
	if (n / unit >= 100)
		buf_addf(out, "%lld%c", (long long)(n / unit), *suffix);
	else if (n / unit >= 10)
		buf_addf(out, "%lld.%d%c", (long long)(n / unit),
		    (int)(n % unit / (unit / 10)), *suffix);
	else
		buf_addf(out, "%lld.%02d%c", (long long)(n / unit),
		    (int)(n % unit / (unit / 100)), *suffix);
}

void
words_rate(struct buf *out, double per_second)
{
	if (!(per_second >= 0) || per_second >= 9e18)
		unknown(out);
	else if (per_second == 0 || per_second >= 10)
		words_count(out, (int64_t)per_second);
	else if (per_second < 0.01)
		buf_add_str(out, "<.01");
	else if (per_second < 1)
		buf_addf(out, "0.%02d", (int)(per_second * 100));
	else
		buf_addf(
		    out, "%d.%d", (int)per_second, (int)(per_second * 10) % 10);
}

void
words_share(struct buf *out, double ratio)
{
	/* What is a whole number of them must not fall below it. */
	int per_mille =
	    ratio >= 0 && ratio <= 1 ? (int)(ratio * 1000 + 1e-9) : -1;

	if (per_mille < 0)
		unknown(out);
	else if (ratio > 0 && per_mille == 0)
		buf_add_str(out, "<.1%");
	else if (per_mille > 0 && per_mille < 100)
		buf_addf(out, "%d.%d%%", per_mille / 10, per_mille % 10);
	else
		buf_addf(out, "%d%%", per_mille / 10);
}

void
words_size(struct buf *out, int64_t bytes)
{
	char text[OPT_SIZE_TEXT];

	if (bytes < 0) {
		unknown(out);
		return;
	}
	opt_size_text((uint64_t)bytes, text);
	buf_add_str(out, text);
}

void
words_duration(struct buf *out, int64_t ms)
{
	static const struct {
		int64_t below, unit;
		char letter;
	} rows[] = {{60, 1, 's'}, {60 * 60, 60, 'm'}, {48 * 3600, 3600, 'h'},
	    {1000 * 86400L, 86400, 'd'}, {INT64_MAX, 365 * 86400L, 'y'}};
	int64_t seconds = ms / 1000;
	size_t i = 0;

	if (ms < 0) {
		unknown(out);
		return;
	}
	while (seconds >= rows[i].below)
		i++;
	buf_addf(
	    out, "%lld%c", (long long)(seconds / rows[i].unit), rows[i].letter);
}

void
words_age(struct buf *out, int64_t then_ms, int64_t now_ms)
{
	int64_t age = now_ms - then_ms;

	if (then_ms < 0) {
		unknown(out);
		return;
	}
	if (age < -60000)
		unknown(out);
	words_duration(out, age < -60000 ? -age : age < 0 ? 0 : age);
}

static bool
in_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The code point of a valid sequence of `n` bytes. */
static wchar_t
code_point(const char *s, size_t n)
{
	static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	wchar_t c = (unsigned char)s[0] & mask[n];
	size_t i;

	for (i = 1; i < n; i++)
		c = (c << 6) | ((unsigned char)s[i] & 0x3f);
	return c;
}

/* Marks that turn the writing around or that nobody can see. */
static bool
is_invisible(wchar_t c)
{
	return c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	    c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	    (c >= 0xe0000 && c <= 0xe007f);
}

/* Columns of the sequence at `s`; -1 when it must not be shown. */
static int
sequence_columns(const char *s, size_t n)
{
	wchar_t c = code_point(s, n);

	if (n == 1)
		return c >= 0x20 && c < 0x7f ? 1 : -1;
	return in_utf8() && !is_invisible(c) ? wcwidth(c) : -1;
}

void
words_name(struct buf *out, const char *text)
{
	struct buf safe = BUF_INIT;
	size_t n = strlen(text), i, length;

	for (i = 0; i < n && safe.len < (size_t)16 * WORDS_NAME_MAX;
	     i += length) {
		const unsigned char *s = (const unsigned char *)text + i;

		length = emit_utf8_length(s, n - i);
		if (length > 0 && sequence_columns(text + i, length) >= 0) {
			buf_add(&safe, s, length);
			continue;
		}
		/* One by one: the next ones do not begin a sequence. */
		length = 1;
		buf_addf(&safe, "\\x%02x", *s);
	}
	if (n == 0)
		unknown(&safe);
	words_fit(out, safe.data, safe.len, WORDS_NAME_MAX);
	buf_release(&safe);
}

/* The bytes of the first character, at least one, and its columns. */
static size_t
first_character(const char *text, size_t len, unsigned *columns)
{
	size_t n = emit_utf8_length((const unsigned char *)text, len);
	int width = n > 1 ? sequence_columns(text, n) : 1;

	*columns = width > 0 ? (unsigned)width : 0;
	return n > 0 ? n : 1;
}

/* The bytes of `text` that take at most `columns`, and how many they take. */
static size_t
measure(const char *text, size_t len, unsigned columns, unsigned *taken)
{
	size_t i = 0, n;
	unsigned width;

	*taken = 0;
	while (i < len) {
		n = first_character(text + i, len - i, &width);
		if (width > 0 && *taken + width > columns)
			break;
		*taken += width;
		i += n;
	}
	return i;
}

unsigned
words_columns(const char *text, size_t len)
{
	unsigned taken;

	measure(text, len, UINT32_MAX, &taken);
	return taken;
}

unsigned
words_fit(struct buf *out, const char *text, size_t len, unsigned columns)
{
	unsigned taken;
	size_t fits = measure(text, len, columns, &taken);

	if (fits == len || columns == 0) {
		buf_add(out, text, fits);
		return taken;
	}
	fits = measure(text, len, columns - 1, &taken);
	buf_add(out, text, fits);
	buf_add_str(out, in_utf8() ? "\u2026" : "~");
	return taken + 1;
}

unsigned
words_fit_end(struct buf *out, const char *text, size_t len, unsigned columns)
{
	unsigned taken = words_columns(text, len), width;
	size_t n;

	if (taken <= columns || columns == 0)
		return words_fit(out, text, len, columns);
	while (len > 0) {
		n = first_character(text, len, &width);
		/* Nor a mark without the letter that it is on. */
		if (taken < columns && width > 0)
			break;
		text += n;
		len -= n;
		taken -= width;
	}
	buf_add_str(out, in_utf8() ? "\u2026" : "~");
	buf_add(out, text, len);
	return taken + 1;
}

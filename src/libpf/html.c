/* Nothing that came from outside reaches the page but through here. */
#include "html.h"

#include "clock.h"
#include "emit.h"

/* Controls, and characters that reorder or hide text (Unicode 15: 23.2, and
 * the bidirectional controls of annex 9). */
static bool
is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xfff9 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe ||
	    (c >= 0xfdd0 && c <= 0xfdef) || (c >= 0xe0000 && c <= 0xe007f);
}

static uint32_t
code_point(const unsigned char *s, size_t length)
{
	static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t c = s[0] & first[length];
	size_t i;

	for (i = 1; i < length; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

static const char *
entity(unsigned char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void
add_character(
    struct buf *out, const unsigned char *s, size_t length, bool markup)
{
	uint32_t c = code_point(s, length);

	if (is_unsafe(c))
		buf_addf(out, c < 0x80 ? "\\x%02x" : "\\u{%x}", c);
	else if (markup && length == 1 && entity(s[0]) != NULL)
		buf_add_str(out, entity(s[0]));
	else
		buf_add(out, s, length);
}

static void
add_bytes(
    struct buf *out, const char *bytes, size_t n, bool markup, bool breaks)
{
	const unsigned char *s = (const unsigned char *)bytes;
	size_t i, length;

	for (i = 0; i < n; i += length) {
		length = emit_utf8_length(s + i, n - i);
		if (breaks && (s[i] == '\n' || s[i] == '\t'))
			buf_add_char(out, (char)s[i]);
		else if (length == 0) {
			buf_addf(out, "\\x%02x", s[i]);
			length = 1;
		} else
			add_character(out, s + i, length, markup);
	}
}

static void
add_text(struct buf *out, const char *text, bool markup, bool breaks)
{
	struct buf bytes = BUF_INIT;

	if (text == NULL)
		return;
	emit_decode(&bytes, text, strlen(text));
	add_bytes(out, bytes.data, bytes.len, markup, breaks);
	buf_release(&bytes);
}

void
html_text(struct buf *out, const char *text)
{
	add_text(out, text, true, true);
}

void
html_line(struct buf *out, const char *text)
{
	add_text(out, text, true, false);
}

void
html_bytes(struct buf *out, const char *bytes, size_t n)
{
	add_bytes(out, bytes, n, true, false);
}

void
plain_line(struct buf *out, const char *text)
{
	add_text(out, text, false, false);
}

void
html_time(struct buf *out, int64_t ms)
{
	char text[CLOCK_TEXT];

	clock_format(ms, text);
	buf_addf(out, "<time datetime=\"%s\">%.10s %.8s</time>", text, text,
	    text + 11);
}

void
html_count(struct buf *out, int64_t n)
{
	char digits[24];
	size_t i, length;

	if (n < 0) {
		buf_add_str(out, "\xe2\x80\x93");
		return;
	}
	length = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)n);
	for (i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			buf_add_char(out, ',');
		buf_add_char(out, digits[i]);
	}
}

void
short_number(struct buf *out, double value)
{
	static const char units[] = "\0KMGTPE";
	size_t unit = 0;

	while (value >= 999.5 && unit + 1 < sizeof units - 1) {
		value /= 1000;
		unit++;
	}
	if ((value >= 99.5 && value < 1000) ||
	    (value < 1000 && value == (double)(int)value))
		buf_addf(out, "%.0f", value);
	else
		buf_addf(out, "%.3g", value);
	if (units[unit] != '\0')
		buf_add_char(out, units[unit]);
}

/* Base64, strictly: one text for each run of bytes. */
#include "base64.h"

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool
base64_decode(struct buf *out, const char *text, size_t n)
{
	size_t i, digits = n, start = out->len;
	unsigned bits = 0;

	if (n % 4 != 0)
		return false;
	while (digits > 0 && n - digits < 2 && text[digits - 1] == '=')
		digits--;
	for (i = 0; i < digits; i++) {
		int value = value_of(text[i]);

		if (value < 0) {
			buf_truncate(out, start);
			return false;
		}
		bits = (bits << 6 | (unsigned)value) & 0xffffff;
		if (i % 4 > 0)
			buf_add_char(
			    out, (char)(bits >> (6 - 2 * (i % 4)) & 0xff));
	}
	/* What the last digit has beyond the last byte must be zero. */
	if ((digits % 4 == 2 && (bits & 15) != 0) ||
	    (digits % 4 == 3 && (bits & 3) != 0)) {
		buf_truncate(out, start);
		return false;
	}
	return true;
}

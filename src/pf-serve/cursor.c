/* Cursors: hex digits of "j 12 34 text". */
#include "cursor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"

#define BYTES_MAX 65536

void
cursor_release(struct cursor *c)
{
	buf_release(&c->text);
}

void
cursor_write(struct buf *out, const struct cursor *c)
{
	static const char digits[] = "0123456789abcdef";
	struct buf plain = BUF_INIT;
	size_t i;

	buf_addf(&plain, "%c %lld %lld %s", c->list, (long long)c->number[0],
	    (long long)c->number[1], c->text.data);
	for (i = 0; i < plain.len; i++) {
		unsigned char byte = (unsigned char)plain.data[i];

		buf_add_char(out, digits[byte >> 4]);
		buf_add_char(out, digits[byte & 15]);
	}
	buf_release(&plain);
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
				    : -1;
}

/* False for anything that is not text. */
static bool
decode(struct buf *plain, const char *given)
{
	size_t n = strlen(given), i, step;

	if (n % 2 != 0 || n > 2 * BYTES_MAX)
		return false;
	for (i = 0; i < n; i += 2) {
		int high = digit(given[i]), low = digit(given[i + 1]);

		if (high < 0 || low < 0 || high + low == 0)
			return false;
		buf_add_char(plain, (char)(high << 4 | low));
	}
	for (i = 0; i < plain->len; i += step) {
		step = emit_utf8_length(
		    (const unsigned char *)plain->data + i, plain->len - i);
		if (step == 0)
			return false;
	}
	return true;
}

/* A number and the blank behind it; NULL when it is none. */
static const char *
take_number(const char *at, int64_t *number)
{
	char *end;

	if (*at != '-' && digit(*at) < 0)
		return NULL;
	errno = 0;
	*number = strtoll(at, &end, 10);
	return errno == 0 && end > at && *end == ' ' ? end + 1 : NULL;
}

bool
cursor_read(struct cursor *c, const char *given)
{
	struct buf plain = BUF_INIT;
	const char *at = NULL;

	if (decode(&plain, given) && plain.len > 2 &&
	    plain.data[0] == c->list && plain.data[1] == ' ')
		at = take_number(plain.data + 2, &c->number[0]);
	if (at != NULL)
		at = take_number(at, &c->number[1]);
	if (at != NULL) {
		buf_clear(&c->text);
		buf_add_str(&c->text, at);
	}
	buf_release(&plain);
	return at != NULL;
}

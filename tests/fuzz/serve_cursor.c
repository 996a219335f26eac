/* Cursors: one that is taken is text that a store takes, and comes back the
 * same. */
#include "emit.h"
#include "harness.h"
#include "pf-serve/cursor.h"

static void
check_text(const struct buf *text)
{
	size_t i, n;

	MUST(strlen(text->data) == text->len);
	for (i = 0; i < text->len; i += n) {
		n = emit_utf8_length(
		    (const unsigned char *)text->data + i, text->len - i);
		MUST(n > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = CURSOR_INIT('c'), again = CURSOR_INIT('c'),
		      other = CURSOR_INIT('j');
	struct buf given = BUF_INIT, written = BUF_INIT;

	buf_add(&given, data, size);
	if (cursor_read(&c, given.data)) {
		check_text(&c.text);
		cursor_write(&written, &c);
		MUST(cursor_read(&again, written.data));
		MUST(again.number[0] == c.number[0]);
		MUST(again.number[1] == c.number[1]);
		MUST(strcmp(again.text.data, c.text.data) == 0);
		MUST(!cursor_read(&other, given.data));
	}
	cursor_release(&c);
	cursor_release(&again);
	cursor_release(&other);
	buf_release(&given);
	buf_release(&written);
	return 0;
}

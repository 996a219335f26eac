#include "tracetext.h"

#include <jansson.h>
#include <string.h>

#include "emit.h"
#include "span.h"

#define HEAD_MAX (TRACE_EVENT_MAX / 4 * 3)
#define NOTE_MAX 80

/*
 * A report may stand behind pages of other output: the text is cut so that
 * what is kept of the middle begins with the first sign of one.
 */
static size_t
report_at(const char *text, size_t len)
{
	static const char *const signs[] = {
	    "==ERROR: ", "== ERROR: ", "==WARNING: ", ": runtime error: "};
	size_t first = len;

	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
		const char *at =
		    memmem(text, first, signs[i], strlen(signs[i]));

		if (at != NULL)
			first = (size_t)(at - text);
	}
	/* With the lines before it that say why. */
	for (unsigned lines = 0; first > 0 && first < len; first--)
		if (text[first - 1] == '\n' && ++lines == 8)
			break;
	return first < len ? first : 0;
}

static void
add_note(struct buf *out, size_t cut)
{
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buf_add_char(out, '\n');
	buf_addf(out, "[%zu bytes of output cut here]\n", cut);
}

void
trace_cut(struct buf *out, const char *text, size_t len)
{
	size_t from = 0, head, tail;
	const char *end;

	if (len <= TRACE_EVENT_MAX) {
		buf_add(out, text, len);
		return;
	}
	from = report_at(text, len);
	if (from > 0)
		add_note(out, from);
	if (len - from <= TRACE_EVENT_MAX - NOTE_MAX) {
		buf_add(out, text + from, len - from);
		return;
	}
	head = HEAD_MAX - NOTE_MAX;
	end = memrchr(text + from, '\n', head);
	if (end != NULL && (size_t)(end - text) > from)
		head = (size_t)(end - text) - from + 1;
	tail = TRACE_EVENT_MAX - HEAD_MAX - NOTE_MAX;
	end = memchr(text + len - tail, '\n', tail);
	if (end != NULL && end + 1 < text + len)
		tail = (size_t)(text + len - (end + 1));
	buf_add(out, text + from, head);
	add_note(out, len - from - head - tail);
	buf_add(out, text + len - tail, tail);
}

void
trace_set(struct json_t *data, const char *text, size_t len)
{
	struct buf cut = BUF_INIT, object = BUF_INIT;
	struct emit e;
	json_t *made;

	trace_cut(&cut, text, len);
	emit_begin(&e, &object);
	emit_object(&e, NULL);
	emit_bytes(&e, "trace", cut.data, cut.len);
	emit_end(&e);
	made = json_loadb(object.data, object.len, JSON_ALLOW_NUL, NULL);
	json_object_update(data, made);
	json_decref(made);
	buf_release(&cut);
	buf_release(&object);
}

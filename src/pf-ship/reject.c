/* Records of refused lines. */
#include "reject.h"

#include "clock.h"
#include "emit.h"

void
reject_write(struct buf *out, const char *reason, const char *from,
    const char *line, size_t len)
{
	char time[CLOCK_TEXT];
	struct emit e;

	clock_format(clock_now(), time);
	emit_begin(&e, out);
	emit_object(&e, NULL);
	emit_string(&e, "time", time);
	emit_bytes_str(&e, "reason", reason);
	emit_bytes_str(&e, "from", from);
	if (line != NULL)
		emit_bytes(&e, "line", line, len);
	emit_end(&e);
	buf_add_char(out, '\n');
}

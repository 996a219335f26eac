/* Event lines of type backup. */
#include "tell.h"

#include "clock.h"
#include "emit.h"
#include "event.h"
#include "out.h"

void
tell(const struct tell *t)
{
	struct event_head head = {
	    .type = "backup", .node = event_node(), .time_ms = clock_now()};
	struct buf data = BUF_INIT, line = BUF_INIT;
	struct emit e;

	emit_begin(&e, &data);
	emit_object(&e, NULL);
	emit_string(&e, "action", t->action);
	emit_bytes_str(&e, "name", t->name);
	emit_bytes_str(&e, "path", t->path);
	emit_bytes_str(&e, "archive", t->archive);
	emit_u64(&e, "count", t->count);
	emit_u64(&e, "bytes", t->bytes);
	emit_u64(&e, "archive_bytes", t->archive_bytes);
	emit_u64(&e, "failed_count", t->failed);
	emit_bool(&e, "dry_run", false);
	emit_end(&e);
	event_write(&line, &head, NULL, &data);
	out_add(line.data, line.len);
	buf_release(&line);
	buf_release(&data);
}

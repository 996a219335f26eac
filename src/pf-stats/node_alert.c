/* Alert events in a node's place. */
#include "node_alert.h"

#include "clock.h"
#include "emit.h"
#include "event.h"
#include "mem.h"
#include "out.h"

bool
node_alert_valid(const char *words)
{
	const char *equals = strchr(words, '=');

	return equals != NULL && equals[1] != '\0';
}

/* Without an answer nothing is known of what runs there. */
static const char *
severity(const char *name)
{
	return strcmp(name, ALERT_UNANSWERED) == 0 ? "critical" : "warning";
}

static void
write_data(struct buf *data, const struct node_alert *alert)
{
	struct emit e;

	emit_begin(&e, data);
	emit_object(&e, NULL);
	emit_string(&e, "name", alert->name);
	emit_string(&e, "state", "firing");
	emit_string(&e, "severity", severity(alert->name));
	emit_bytes_str(&e, "message", strchr(alert->words, '=') + 1);
	emit_end(&e);
}

void
node_alert_tell(const struct node_alert *alert)
{
	char *node = mem_dup_n(alert->words, strcspn(alert->words, "="));
	struct buf data = BUF_INIT, line = BUF_INIT;
	struct event_head head = {.type = "alert",
	    .node = *node == '\0' ? event_node() : node,
	    .time_ms = clock_now()};

	write_data(&data, alert);
	event_write(&line, &head, NULL, &data);
	out_add(line.data, line.len);
	buf_release(&data);
	buf_release(&line);
	free(node);
}

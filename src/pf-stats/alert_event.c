/* Alert events: the sentence, and all else that they say. */
#include <jansson.h>

#include "alert_parts.h"
#include "emit.h"
#include "event.h"
#include "subject.h"

/* "sgp1: png/main ", "sgp1: disk /srv ", "sgp1: ". */
static void
add_subject(struct buf *out, const struct alert_change *change)
{
	const json_t *event = change->facts->event;
	const char *node = subject_text(event, "node");

	buf_addf(out, "%s: ", node == NULL ? "unnamed node" : node);
	if (change->rule->kind->of == ALERT_DISK)
		buf_addf(out, "disk %s ", change->facts->mount);
	if (change->rule->kind->of != ALERT_FUZZER)
		return;
	subject_name(out, event);
	buf_add_char(out, ' ');
}

static void
add_message(struct buf *out, const struct alert_change *change)
{
	const struct alert_kind *kind = change->rule->kind;

	add_subject(out, change);
	if (change->ended) {
		buf_add_str(out, "has stopped");
		return;
	}
	buf_add_str(out, kind->before);
	alert_value_text(out, kind->unit, change->value);
	buf_add_str(out, kind->after);
	if (kind->detail != NULL)
		kind->detail(change->facts, out);
	buf_add_str(out, change->firing ? ", " : ", no longer ");
	buf_add_str(out, kind->below ? "under " : "over ");
	alert_value_text(out, kind->unit, change->rule->threshold);
}

/* The texts of events are encoded already (emit_bytes). */
static void
add_data(struct buf *out, const struct alert_change *change)
{
	const struct alert_kind *kind = change->rule->kind;
	const char *instance = kind->of != ALERT_FUZZER
	    ? NULL
	    : subject_text(subject_data(change->facts->event), "instance");
	struct buf message = BUF_INIT;
	struct emit e;

	add_message(&message, change);
	emit_begin(&e, out);
	emit_object(&e, NULL);
	emit_string(&e, "name", kind->name);
	emit_string(&e, "state", change->firing ? "firing" : "resolved");
	emit_string(&e, "severity", change->severity);
	if (instance != NULL)
		emit_string(&e, "instance", instance);
	if (change->facts->mount != NULL)
		emit_string(&e, "mount", change->facts->mount);
	if (!change->ended)
		emit_real(&e, "value", change->value);
	emit_real(&e, "threshold", change->rule->threshold);
	emit_string(&e, "message", message.data);
	emit_end(&e);
	buf_release(&message);
}

/* The bytes of a text of an event's head, for event_write to encode again. */
static const char *
decoded(struct buf *out, const json_t *event, const char *key)
{
	const char *text = subject_text(event, key);

	if (text == NULL)
		return NULL;
	emit_decode(out, text, strlen(text));
	return out->data;
}

void
alert_event(const struct alert_change *change, int64_t now_ms, struct buf *line)
{
	const json_t *event = change->facts->event;
	struct buf node = BUF_INIT, job = BUF_INIT, target = BUF_INIT;
	struct buf fuzzer = BUF_INIT, data = BUF_INIT;
	struct event_head head = {.type = "alert",
	    .node = decoded(&node, event, "node"),
	    .time_ms = now_ms};

	if (change->rule->kind->of == ALERT_FUZZER) {
		head.job = decoded(&job, event, "job");
		head.target = decoded(&target, event, "target");
		head.fuzzer = decoded(&fuzzer, event, "fuzzer");
	}
	add_data(&data, change);
	event_write(line, &head, NULL, &data);
	buf_release(&node);
	buf_release(&job);
	buf_release(&target);
	buf_release(&fuzzer);
	buf_release(&data);
}

/* The data of alert events. */
#include "alert.h"

#include <math.h>

#include "clock.h"
#include "emit.h"

void
alert_tell(struct journal *journal, const struct alert *alert)
{
	struct buf data = BUF_INIT;
	struct emit e;

	emit_begin(&e, &data);
	emit_object(&e, NULL);
	emit_string(&e, "name", alert->name);
	emit_string(&e, "state", alert->firing ? "firing" : "resolved");
	emit_string(&e, "severity", alert->severity);
	if (alert->instance != NULL)
		emit_bytes_str(&e, "instance", alert->instance);
	if (!isnan(alert->value))
		emit_real(&e, "value", alert->value);
	if (!isnan(alert->threshold))
		emit_real(&e, "threshold", alert->threshold);
	emit_bytes_str(&e, "message", alert->message);
	emit_end(&e);
	journal_tell(journal, "alert", clock_now(), NULL, &data);
	buf_release(&data);
}

/* The file that alerts are remembered in: what is read is written the same. */
#include <jansson.h>

#include "harness.h"
#include "pf-stats/alert_parts.h"

static void
each(const json_t *event, void *context)
{
	(void)context;
	MUST(json_is_object(json_object_get(event, "data")));
}

/* Reads `from`, which must be good, and writes it to `to`. */
static void
go_round(const struct buf *from, struct buf *to)
{
	struct alerts *a = alerts_new();

	MUST(alert_state_parse(a, from->data, from->len));
	alert_state_text(a, 0, to);
	alerts_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct alerts *a = alerts_new();
	struct buf once = BUF_INIT, twice = BUF_INIT, again = BUF_INIT;
	const char *why;

	MUST(alerts_rule(a, "cpu=80%", &why));
	if (alert_state_parse(a, (const char *)data, size)) {
		alerts_each_firing(a, each, NULL);
		alert_state_text(a, 0, &once);
		/* A number may be written another way, once. */
		go_round(&once, &twice);
		go_round(&twice, &again);
		MUST(again.len == twice.len);
		MUST(memcmp(again.data, twice.data, again.len) == 0);
	} else {
		MUST(json_object_size(a->firing) == 0);
		MUST(json_object_size(a->memory) == 0);
	}
	alerts_free(a);
	buf_release(&once);
	buf_release(&twice);
	buf_release(&again);
	return 0;
}

/* Event lines as a table and as metrics, whatever they hold. */
#include <jansson.h>

#include "event.h"
#include "harness.h"
#include "pf-stats/prometheus.h"
#include "pf-stats/table.h"

/* What would move a terminal's cursor is never in it. */
static void
check(const struct buf *text)
{
	size_t i;

	for (i = 0; i < text->len; i++)
		MUST((unsigned char)text->data[i] >= ' ' ||
		    text->data[i] == '\n');
}

static void
draw(const struct table *table, bool by_node, unsigned width)
{
	struct table_view view = {
	    .now_ms = 0, .by_node = by_node, .width = width};
	struct buf text = BUF_INIT;

	table_text(table, &view, &text);
	MUST(text.len > 0);
	check(&text);
	buf_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data, *end = line + size, *newline;
	struct prometheus *metrics = prometheus_new();
	struct table *table = table_new();
	struct buf text = BUF_INIT;
	const char *why;
	json_t *event;

	for (; line < end; line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(end - line));
		if (newline == NULL)
			newline = end;
		event = event_parse(line, (size_t)(newline - line), &why);
		if (event == NULL)
			continue;
		table_add(table, event);
		prometheus_add(metrics, event);
		json_decref(event);
	}
	draw(table, false, 80);
	draw(table, true, 0);
	prometheus_text(metrics, 0, &text);
	MUST(memchr(text.data, '\0', text.len) == NULL);
	buf_release(&text);
	prometheus_free(metrics);
	table_free(table);
	return 0;
}

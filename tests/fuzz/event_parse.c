/* Event lines: what is read can be written, and then reads as the same. */
#include <jansson.h>

#include "event.h"
#include "harness.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf line = BUF_INIT;
	const char *why = NULL;
	json_t *event = event_parse((const char *)data, size, &why), *again;

	if (event == NULL) {
		MUST(why != NULL && *why != '\0');
		return 0;
	}
	MUST(why == NULL);
	event_rewrite(&line, event);
	MUST(line.data[line.len - 1] == '\n');
	MUST(memchr(line.data, '\n', line.len - 1) == NULL);
	/* The highest rev that is read is one below the highest written. */
	if (json_integer_value(json_object_get(event, "rev")) <= 1000000) {
		again = event_parse(line.data, line.len, &why);
		MUST(again != NULL);
		MUST(json_object_size(again) == json_object_size(event));
		json_decref(again);
	}
	json_decref(event);
	buf_release(&line);
	return 0;
}

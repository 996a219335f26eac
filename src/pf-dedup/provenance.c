/*
 * The file beside a crash input that says how it was found: pf-run writes it
 * (src/pf-run/provenance.c), and others may with the same members.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "dedup.h"
#include "emit.h"
#include "event.h"
#include "mem.h"

#define PROVENANCE_MAX ((size_t)16 * 1024 * 1024)

json_t *
provenance_beside(const char *path)
{
	char *name = mem_printf("%s.json", path);
	struct buf text = BUF_INIT;
	json_t *tree = NULL;

	if (buf_read_file(&text, AT_FDCWD, name, PROVENANCE_MAX) == 0)
		tree = json_loadb(text.data, text.len, 0, NULL);
	if (tree != NULL && !json_is_object(tree)) {
		json_decref(tree);
		tree = NULL;
	}
	buf_release(&text);
	free(name);
	return tree;
}

void
provenance_trace(const json_t *provenance, struct buf *text)
{
	const json_t *trace = json_object_get(provenance, "trace");

	if (trace == NULL)
		trace = json_object_get(
		    json_object_get(provenance, "data"), "trace");
	if (trace == NULL)
		trace = json_object_get(provenance, "log");
	if (json_is_string(trace))
		emit_decode(
		    text, json_string_value(trace), json_string_length(trace));
}

static void
copy(json_t *to, const json_t *from, const char *key, json_type type)
{
	json_t *value = json_object_get(from, key);

	if (value != NULL && json_typeof(value) == type)
		json_object_set(to, key, value);
}

void
crash_set_id(json_t *event, const char *fact)
{
	struct buf text[2] = {BUF_INIT, BUF_INIT};
	static const char *const keys[] = {"node", "job"};
	struct event_head head = {.type = "crash"};
	char id[HASH_TEXT];

	for (size_t i = 0; i < 2; i++) {
		const char *value = event_text(event, keys[i]);

		if (value != NULL)
			emit_decode(&text[i], value, strlen(value));
	}
	if (event_text(event, "node") != NULL)
		head.node = text[0].data;
	if (event_text(event, "job") != NULL)
		head.job = text[1].data;
	clock_parse(event_text(event, "time"), &head.time_ms);
	event_id(&head, fact, strlen(fact), id);
	json_object_set_new(event, "id", json_string(id));
	buf_release(&text[0]);
	buf_release(&text[1]);
}

void
provenance_apply(const json_t *provenance, json_t *event)
{
	static const char *const head[] = {"node", "job", "target", "fuzzer"};
	json_t *data = json_object_get(event, "data");
	const char *time = event_text(provenance, "time");
	int64_t ms;

	if (provenance == NULL)
		return;
	for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
		copy(event, provenance, head[i], JSON_STRING);
	if (time != NULL && clock_parse(time, &ms))
		copy(event, provenance, "time", JSON_STRING);
	copy(json_object_get(data, "input"),
	    json_object_get(provenance, "input"), "name", JSON_STRING);
	copy(data, provenance, "kind", JSON_STRING);
	copy(data, provenance, "signal", JSON_INTEGER);
	copy(data, provenance, "command", JSON_ARRAY);
	copy(data, provenance, "env", JSON_OBJECT);
	copy(data, provenance, "build_id", JSON_STRING);
	/* The same fact has the same id as in the event that pf-run has told.
	 */
	crash_set_id(event, input_text(event, "xxh128"));
}

#include "provenance.h"

#include <fcntl.h>
#include <unistd.h>

#include "clock.h"
#include "emit.h"
#include "event.h"
#include "mem.h"

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static json_t *
read_file(const char *path)
{
	char *name = mem_printf("%s.json", path);
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct buf text = BUF_INIT;
	json_t *tree = NULL;

	free(name);
	if (fd < 0)
		return NULL;
	if (buf_read_fd(&text, fd, EVENT_LINE_MAX) == 0)
		tree = json_loadb(
		    text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
	close(fd);
	buf_release(&text);
	return tree;
}

static void
copy(struct emit *e, const char *to, const json_t *tree, const char *from)
{
	const json_t *value = json_object_get(tree, from);

	if (value != NULL)
		emit_tree(e, to, value);
}

/* The input lies where it was found now. */
static void
emit_input(struct emit *e, const json_t *input, const char *path)
{
	static const char *const kept[] = {
	    "bytes", "xxh128", "rescued", "damaged", "lost"};
	char *whole = realpath(path, NULL);

	emit_object(e, "input");
	copy(e, "name", input, "name");
	emit_bytes_str(e, "path", whole != NULL ? whole : path);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		copy(e, kept[i], input, kept[i]);
	emit_end(e);
	free(whole);
}

static void
make_data(struct buf *data, const json_t *tree, const char *path)
{
	static const char *const kept[] = {
	    "kind", "signal", "command", "env", "build_id"};
	struct emit e;

	emit_begin(&e, data);
	emit_object(&e, NULL);
	emit_input(&e, json_object_get(tree, "input"), path);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		copy(&e, kept[i], tree, kept[i]);
	copy(&e, "trace", tree, "log");
	emit_end(&e);
}

/* What pf-run writes, and not what somebody else has there. */
static bool
is_provenance(const json_t *tree, int64_t *time_ms)
{
	const char *time = text_of(tree, "time");

	return time != NULL && clock_parse(time, time_ms) &&
	    text_of(tree, "pf_version") != NULL &&
	    json_is_array(json_object_get(tree, "command")) &&
	    text_of(json_object_get(tree, "input"), "xxh128") != NULL;
}

json_t *
provenance_event(const char *path)
{
	json_t *tree = read_file(path), *event = NULL;
	struct event_head head = {.type = "crash",
	    .node = text_of(tree, "node"),
	    .job = text_of(tree, "job"),
	    .target = text_of(tree, "target"),
	    .fuzzer = text_of(tree, "fuzzer")};
	struct buf data = BUF_INIT, line = BUF_INIT;
	const char *why;

	if (is_provenance(tree, &head.time_ms)) {
		make_data(&data, tree, path);
		event_write(&line, &head,
		    text_of(json_object_get(tree, "input"), "xxh128"), &data);
		event = event_parse(line.data, line.len, &why);
	}
	buf_release(&data);
	buf_release(&line);
	json_decref(tree);
	return event;
}

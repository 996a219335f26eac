#include "crashevent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "emit.h"
#include "event.h"
#include "hash.h"

void
crash_event_input(struct emit *e, const char *path, const char *whole,
    const char *hex, uint64_t size)
{
	const char *slash = strrchr(path, '/');

	emit_object(e, "input");
	emit_bytes_str(e, "name", slash != NULL ? slash + 1 : path);
	emit_bytes_str(e, "path", whole != NULL ? whole : path);
	emit_u64(e, "bytes", size);
	emit_string(e, "xxh128", hex);
	emit_end(e);
}

json_t *
crash_event_new(const char *path, const char *target)
{
	struct event_head head = {.type = "crash", .target = target};
	struct buf data = BUF_INIT, line = BUF_INIT;
	char hex[HASH_TEXT];
	struct emit e;
	struct stat st;
	const char *why;
	char *whole;
	uint64_t size;
	json_t *event;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0 || hash_fd(fd, hex, &size) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return NULL;
	}
	close(fd);
	head.node = event_node();
	head.time_ms = clock_from_timespec(st.st_mtim);
	emit_begin(&e, &data);
	emit_object(&e, NULL);
	whole = realpath(path, NULL);
	crash_event_input(&e, path, whole, hex, size);
	free(whole);
	emit_end(&e);
	event_write(&line, &head, hex, &data);
	event = event_parse(line.data, line.len, &why);
	buf_release(&data);
	buf_release(&line);
	return event;
}

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

void
crash_event_print(struct buf *line, const json_t *event)
{
	const json_t *tree = json_object_get(event, "data");
	struct event_head head = {
	    .type = text_of(event, "type"),
	    .node = text_of(event, "node"),
	    .target = text_of(event, "target"),
	};
	struct buf data = BUF_INIT;
	struct emit e;

	clock_parse(text_of(event, "time"), &head.time_ms);
	emit_begin(&e, &data);
	emit_tree(&e, NULL, tree);
	event_write(line, &head,
	    text_of(json_object_get(tree, "input"), "xxh128"), &data);
	buf_release(&data);
}

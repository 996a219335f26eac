/* Event lines as they are written. */
#include "event.h"

#include "clock.h"
#include "emit.h"
#include "mem.h"

static void
put_hex(char *at, int width, uint64_t value)
{
	for (; width-- > 0; value >>= 4)
		at[width] = "0123456789abcdef"[value & 15];
}

void
event_id(const struct event_head *head, const char *fact, size_t fact_len,
    char id[HASH_TEXT])
{
	const char *parts[] = {head->type, head->node, head->job};
	struct buf key = BUF_INIT;
	char hash[HASH_TEXT];
	size_t i;

	for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (parts[i] != NULL)
			buf_add_str(&key, parts[i]);
		buf_add_char(&key, '\0');
	}
	buf_add(&key, fact, fact_len);
	buf_add_char(&key, '\0');
	hash_bytes(key.data, key.len, hash);
	put_hex(id, 12, (uint64_t)clock_clip(head->time_ms));
	memcpy(id + 12, hash, 20);
	id[32] = '\0';
	buf_release(&key);
}

static void
emit_optional(struct emit *e, const char *key, const char *text)
{
	if (text != NULL)
		emit_bytes_str(e, key, text);
}

void
event_write(struct buf *line, const struct event_head *head, const char *fact,
    const struct buf *data)
{
	char id[HASH_TEXT], time[CLOCK_TEXT];
	struct emit e;

	if (fact != NULL)
		event_id(head, fact, strlen(fact), id);
	else
		event_id(head, data->data, data->len, id);
	clock_format(head->time_ms, time);
	emit_begin(&e, line);
	emit_object(&e, NULL);
	emit_u64(&e, "v", EVENT_VERSION);
	emit_string(&e, "id", id);
	if (head->rev > 0)
		emit_u64(&e, "rev", head->rev);
	emit_string(&e, "time", time);
	emit_string(&e, "type", head->type);
	emit_optional(&e, "node", head->node);
	emit_optional(&e, "job", head->job);
	emit_optional(&e, "target", head->target);
	emit_optional(&e, "fuzzer", head->fuzzer);
	emit_raw(&e, "data", data->data, data->len);
	emit_end(&e);
	buf_add_char(line, '\n');
}

const char *
event_node(void)
{
	static char host[256];
	const char *name = getenv("PF_NODE");

	if (name != NULL && *name != '\0')
		return name;
	if (host[0] == '\0') {
		if (gethostname(host, sizeof host - 1) < 0 || host[0] == '\0')
			memcpy(host, "localhost", sizeof "localhost");
		host[strcspn(host, ".")] = '\0';
	}
	return host;
}

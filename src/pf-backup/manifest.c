/* Manifests as JSON. */
#include "manifest.h"

#include <jansson.h>
#include <stdlib.h>

#include "clock.h"
#include "emit.h"
#include "mem.h"

static const char *const type_names[] = {"file", "directory", "link"};

/* The last member, which has a fixed length. */
#define SEAL_BEGIN ",\"xxh128\":\""
#define SEAL_END "\"}\n"
#define SEAL_BEGIN_LEN (sizeof SEAL_BEGIN - 1)
#define SEAL_LEN (SEAL_BEGIN_LEN + HASH_TEXT - 1 + sizeof SEAL_END - 1)

void
manifest_release(struct manifest *m)
{
	size_t i;

	for (i = 0; i < m->count; i++) {
		free(m->entries[i].path);
		free(m->entries[i].target);
	}
	free(m->entries);
	free(m->name);
	free(m->node);
	free(m->source);
	*m = (struct manifest){0};
}

struct manifest_entry *
manifest_add(struct manifest *m)
{
	MEM_GROW(m->entries, m->count, m->cap);
	m->entries[m->count] = (struct manifest_entry){0};
	return &m->entries[m->count++];
}

uint64_t
manifest_files(const struct manifest *m, uint64_t *bytes)
{
	uint64_t files = 0;
	size_t i;

	*bytes = 0;
	for (i = 0; i < m->count; i++)
		if (m->entries[i].type == MANIFEST_FILE) {
			files++;
			*bytes += m->entries[i].bytes;
		}
	return files;
}

static void
write_entry(struct emit *e, const struct manifest_entry *entry)
{
	char time[CLOCK_TEXT], mode[16];

	clock_format(entry->mtime_ms, time);
	snprintf(mode, sizeof mode, "%04o", entry->mode);
	emit_object(e, NULL);
	emit_bytes_str(e, "path", entry->path);
	emit_string(e, "type", type_names[entry->type]);
	if (entry->type == MANIFEST_FILE) {
		emit_u64(e, "bytes", entry->bytes);
		emit_string(e, "xxh128", entry->xxh128);
	}
	if (entry->type == MANIFEST_LINK)
		emit_bytes_str(e, "target", entry->target);
	emit_string(e, "mode", mode);
	emit_string(e, "mtime", time);
	if (entry->changed)
		emit_bool(e, "changed", true);
	emit_end(e);
	buf_add_char(e->out, '\n');
}

void
manifest_write(struct buf *out, const struct manifest *m)
{
	char time[CLOCK_TEXT], hex[HASH_TEXT];
	struct emit e;
	size_t i, start = out->len;

	clock_format(m->time_ms, time);
	emit_begin(&e, out);
	emit_object(&e, NULL);
	emit_u64(&e, "version", 1);
	emit_string(&e, "name", m->name);
	emit_string(&e, "time", time);
	emit_bytes_str(&e, "node", m->node);
	emit_bytes_str(&e, "source", m->source);
	emit_u64(&e, "archive_bytes", m->archive_bytes);
	emit_string(&e, "archive_xxh128", m->archive_xxh128);
	emit_u64(&e, "failed_count", m->failed);
	emit_array(&e, "entries");
	for (i = 0; i < m->count; i++)
		write_entry(&e, &m->entries[i]);
	emit_end(&e);
	hash_bytes(out->data + start, out->len - start, hex);
	buf_addf(out, SEAL_BEGIN "%s" SEAL_END, hex);
}

/* The bytes that emit_bytes_str wrote; NULL if they hold a NUL. */
static char *
decode(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	struct buf text = BUF_INIT;

	if (!json_is_string(value))
		return NULL;
	emit_decode(&text, json_string_value(value), json_string_length(value));
	if (memchr(text.data, '\0', text.len) != NULL) {
		buf_release(&text);
		return NULL;
	}
	return buf_take(&text);
}

static bool
read_count(const json_t *object, const char *key, uint64_t *value)
{
	const json_t *number = json_object_get(object, key);

	if (!json_is_integer(number) || json_integer_value(number) < 0)
		return false;
	*value = (uint64_t)json_integer_value(number);
	return true;
}

static bool
read_hash(const json_t *object, const char *key, char hex[HASH_TEXT])
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL || !hash_valid(text))
		return false;
	memcpy(hex, text, HASH_TEXT);
	return true;
}

static bool
read_time(const json_t *object, const char *key, int64_t *ms)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL && clock_parse(text, ms);
}

static bool
read_mode(const json_t *object, unsigned *mode)
{
	const char *text = json_string_value(json_object_get(object, "mode"));
	char *end;

	if (text == NULL || strspn(text, "01234567") != 4)
		return false;
	*mode = (unsigned)strtoul(text, &end, 8);
	return *end == '\0';
}

static bool
read_entry(struct manifest *m, const json_t *object)
{
	const char *type = json_string_value(json_object_get(object, "type"));
	struct manifest_entry *entry = manifest_add(m);
	size_t i;

	for (i = 0; i < 3; i++)
		if (type != NULL && strcmp(type, type_names[i]) == 0)
			break;
	if (i == 3)
		return false;
	entry->type = (enum manifest_type)i;
	entry->path = decode(object, "path");
	entry->target = decode(object, "target");
	entry->changed = json_is_true(json_object_get(object, "changed"));
	return entry->path != NULL && read_mode(object, &entry->mode) &&
	    read_time(object, "mtime", &entry->mtime_ms) &&
	    (entry->type != MANIFEST_LINK || entry->target != NULL) &&
	    (entry->type != MANIFEST_FILE ||
		(read_count(object, "bytes", &entry->bytes) &&
		    read_hash(object, "xxh128", entry->xxh128)));
}

static const char *
read_tree(struct manifest *m, const json_t *root)
{
	const json_t *entries = json_object_get(root, "entries");
	uint64_t version;
	size_t i;

	m->name = decode(root, "name");
	m->node = decode(root, "node");
	m->source = decode(root, "source");
	if (!read_count(root, "version", &version) || version != 1)
		return "its version is not 1";
	if (m->name == NULL || m->node == NULL || m->source == NULL ||
	    !read_time(root, "time", &m->time_ms) ||
	    !read_count(root, "archive_bytes", &m->archive_bytes) ||
	    !read_hash(root, "archive_xxh128", m->archive_xxh128) ||
	    !read_count(root, "failed_count", &m->failed) ||
	    !json_is_array(entries))
		return "a member is missing";
	for (i = 0; i < json_array_size(entries); i++)
		if (!read_entry(m, json_array_get(entries, i)))
			return "an entry is not as it should be";
	return NULL;
}

static bool
seal_holds(const char *text, size_t len)
{
	char seal[SEAL_LEN + 1], hex[HASH_TEXT];

	if (len < SEAL_LEN)
		return false;
	hash_bytes(text, len - SEAL_LEN, hex);
	snprintf(seal, sizeof seal, SEAL_BEGIN "%s" SEAL_END, hex);
	return memcmp(seal, text + len - SEAL_LEN, SEAL_LEN) == 0;
}

const char *
manifest_read(struct manifest *m, const char *text, size_t len)
{
	json_t *root;
	const char *why;

	*m = (struct manifest){0};
	if (!seal_holds(text, len))
		return "it is not what was written";
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	why = root == NULL ? "it is not JSON" : read_tree(m, root);
	json_decref(root);
	return why;
}

const char *
manifest_differs(
    const struct manifest_entry *entry, const struct manifest_entry *found)
{
	if (strcmp(entry->path, found->path) != 0)
		return "another path";
	if (entry->type != found->type)
		return "another type";
	if (entry->type == MANIFEST_FILE && entry->bytes != found->bytes)
		return "another size";
	if (entry->type == MANIFEST_FILE &&
	    strcmp(entry->xxh128, found->xxh128) != 0)
		return "other contents";
	if (entry->type == MANIFEST_LINK &&
	    strcmp(entry->target, found->target) != 0)
		return "another target";
	if (entry->mode != found->mode)
		return "another mode";
	if (entry->mtime_ms != found->mtime_ms)
		return "another time";
	return NULL;
}

/* Event lines into records: what the tables in record_types.c say, done. */
#include "record.h"

#include <assert.h>

#include "mem.h"

void
record_reader_release(struct record_reader *reader)
{
	scan_release(&reader->scan);
	arena_release(&reader->arena);
	free(reader->taken);
}

static const struct record_type *
type_of(const struct scan *scan, uint32_t place)
{
	const struct record_type *type;

	for (type = record_types; type->name != NULL; type++)
		if (scan_text_is(scan, place, type->name))
			return type;
	return NULL;
}

/* The text at a place, which may be 0. */
static const char *
text_at(struct record_reader *reader, uint32_t place)
{
	const struct scan_value *v = &reader->scan.value[place];
	struct buf decoded = BUF_INIT;
	const char *text;

	if (place == 0)
		return NULL;
	if (!v->escaped)
		return arena_text(
		    &reader->arena, reader->scan.text + v->start, v->len);
	scan_add_text(&decoded, &reader->scan, place);
	text = arena_text(&reader->arena, decoded.data, decoded.len);
	buf_release(&decoded);
	return text;
}

static void
take_head(struct record_reader *reader, const struct event_places *places,
    struct record *r)
{
	memcpy(r->id, places->id, sizeof r->id);
	r->rev = places->rev;
	r->time = places->time_ms;
	r->type = type_of(&reader->scan, places->type);
	r->type_name =
	    r->type != NULL ? r->type->name : text_at(reader, places->type);
	r->node = text_at(reader, places->node);
	r->job = text_at(reader, places->job);
	r->target = text_at(reader, places->target);
	r->fuzzer = text_at(reader, places->fuzzer);
}

/* Names stand in indexes, which do not take any length. */
static const char *
check_head(const struct record *r)
{
	static const char *const why[] = {"node has more than 512 bytes",
	    "job has more than 512 bytes", "target has more than 512 bytes",
	    "fuzzer has more than 512 bytes"};
	const char *const names[] = {r->node, r->job, r->target, r->fuzzer};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i] != NULL && strlen(names[i]) > FIELD_LABEL_MAX)
			return why[i];
	return NULL;
}

/* Marks the list as taken when nothing of it remains. */
static const char *
take_list(const struct field_source *from, uint32_t data, struct record *r)
{
	const struct record_list *list = r->type->list;
	const struct scan_value *all = from->scan->value;
	uint32_t at = scan_member(from->scan, data, list->name), i, whole = 0;
	size_t width = field_count(list->fields);
	struct field_value *row;
	const char *why;

	if (at == 0)
		return NULL;
	if (all[at].type != SCAN_ARRAY)
		return "a list in data is not an array";
	r->list_rows = all[at].count;
	row = r->list_values =
	    arena_zero(from->arena, r->list_rows * width, sizeof *row);
	for (i = at + 1; i < all[at].next; i = all[i].next, row += width) {
		if (all[i].type != SCAN_OBJECT)
			return "a list in data holds what is not an object";
		if (!field_take_all(from, i, list->fields, row, &why))
			return why;
		whole += from->taken[i];
	}
	from->taken[at] = whole == all[at].count;
	return NULL;
}

static void
add_member(struct buf *out, const struct scan *scan, uint32_t at, bool first)
{
	const struct scan_value *v = &scan->value[at];

	buf_add_str(out, first ? "\"" : ",\"");
	buf_add(out, scan->text + v->name, v->name_len);
	buf_add_str(out, "\":");
}

/* What is left of an object. */
static void
add_left(struct buf *out, const struct field_source *from, uint32_t object)
{
	const struct scan_value *all = from->scan->value;
	bool first = true;
	uint32_t i;

	buf_add_char(out, '{');
	for (i = object + 1; i < all[object].next; i = all[i].next) {
		if (from->taken[i])
			continue;
		add_member(out, from->scan, i, first);
		scan_add_source(out, from->scan, i);
		first = false;
	}
	buf_add_char(out, '}');
}

/* The same of the objects in an array; each keeps its place. */
static void
add_left_of_list(
    struct buf *out, const struct field_source *from, uint32_t array)
{
	const struct scan_value *all = from->scan->value;
	uint32_t i;

	buf_add_char(out, '[');
	for (i = array + 1; i < all[array].next; i = all[i].next) {
		if (i > array + 1)
			buf_add_char(out, ',');
		if (all[i].type == SCAN_OBJECT)
			add_left(out, from, i);
		else
			scan_add_source(out, from->scan, i);
	}
	buf_add_char(out, ']');
}

static void
add_data(struct buf *out, const struct field_source *from, uint32_t data)
{
	const struct scan_value *all = from->scan->value;
	bool first = true;
	uint32_t i;

	buf_add_char(out, '{');
	for (i = data + 1; i < all[data].next; i = all[i].next) {
		if (from->taken[i])
			continue;
		add_member(out, from->scan, i, first);
		first = false;
		if (all[i].type == SCAN_OBJECT)
			add_left(out, from, i);
		else if (all[i].type == SCAN_ARRAY)
			add_left_of_list(out, from, i);
		else
			scan_add_source(out, from->scan, i);
	}
	buf_add_char(out, '}');
}

/* What has no column, as one object; NULL when nothing remains. */
static const char *
remains(const struct field_source *from, uint32_t data)
{
	const struct scan_value *all = from->scan->value;
	struct buf text = BUF_INIT;
	const char *extra = NULL;
	uint32_t i;

	buf_add_char(&text, '{');
	for (i = 1; i < all[0].next; i = all[i].next) {
		if (event_is_head(from->scan, i))
			continue;
		add_member(&text, from->scan, i, text.len == 1);
		scan_add_source(&text, from->scan, i);
	}
	if (!from->taken[data]) {
		add_member(&text, from->scan, data, text.len == 1);
		add_data(&text, from, data);
	}
	buf_add_char(&text, '}');
	if (text.len > 2)
		extra = arena_text(from->arena, text.data, text.len);
	buf_release(&text);
	return extra;
}

static const char *
take_data(struct record_reader *reader, uint32_t data, struct record *r)
{
	struct field_source from = {
	    &reader->scan, &reader->arena, reader->taken};
	const struct scan_value *all = reader->scan.value;
	const char *why;
	uint32_t i, taken = 0;

	memset(reader->taken, 0, reader->scan.count);
	r->values = arena_zero(&reader->arena, field_count(r->type->fields) + 1,
	    sizeof *r->values);
	if (!field_take_all(&from, data, r->type->fields, r->values, &why))
		return why;
	if (r->type->list != NULL && (why = take_list(&from, data, r)) != NULL)
		return why;
	for (i = data + 1; i < all[data].next; i = all[i].next)
		taken += reader->taken[i];
	reader->taken[data] = taken == all[data].count;
	r->extra = remains(&from, data);
	return r->type->check != NULL ? r->type->check(r) : NULL;
}

/* Only a line with an embedded input may be longer than EVENT_LINE_MAX. */
static bool
is_too_long(const struct scan *scan, uint32_t data, size_t len)
{
	uint32_t input;

	if (len <= EVENT_LINE_MAX)
		return false;
	input = scan_member(scan, data, "input");
	return input == 0 || scan_member(scan, input, "content") == 0;
}

static void
make_room(struct record_reader *reader)
{
	if (reader->taken_cap >= reader->scan.count)
		return;
	reader->taken_cap = reader->scan.count * 2;
	reader->taken = mem_realloc(reader->taken, reader->taken_cap);
}

static struct record *
make_record(struct record_reader *reader, const char *line, size_t len,
    const char **why)
{
	struct event_places places;
	struct record *r;

	if (!event_scan(&reader->scan, line, len, &places, why))
		return NULL;
	if (is_too_long(&reader->scan, places.data, len)) {
		*why = "too long for a line without an embedded input";
		return NULL;
	}
	make_room(reader);
	r = arena_zero(&reader->arena, 1, sizeof *r);
	r->line = line;
	r->len = len;
	take_head(reader, &places, r);
	*why = check_head(r);
	if (*why == NULL && r->type != NULL)
		*why = take_data(reader, places.data, r);
	return *why == NULL ? r : NULL;
}

/* The record has all that it needs of the scan; `why` may lie in it. */
struct record *
record_from_line(struct record_reader *reader, const char *line, size_t len,
    const char **why)
{
	struct record *r = make_record(reader, line, len, why);

	scan_trim(&reader->scan);
	return r;
}

/* Whether `name` is the field's, with its object and a dot before it. */
static bool
is_called(const struct field *f, const char *name)
{
	size_t n = f->object == NULL ? 0 : strlen(f->object);

	if (n == 0)
		return strcmp(f->name, name) == 0;
	return strncmp(name, f->object, n) == 0 && name[n] == '.' &&
	    strcmp(name + n + 1, f->name) == 0;
}

const struct field_value *
record_value(const struct record *r, const char *name)
{
	size_t i;

	for (i = 0; r->type->fields[i].name != NULL; i++)
		if (is_called(&r->type->fields[i], name))
			return &r->values[i];
	assert(!"a field of the type");
	return NULL;
}

const char *
record_text(const struct record *r, const char *name)
{
	const struct field_value *v = record_value(r, name);

	return v->type == VALUE_TEXT ? v->is.text : NULL;
}

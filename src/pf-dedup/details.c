#include "details.h"

#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "libcrash/severity.h"
#include "mem.h"

const char *
event_text(const json_t *event, const char *key)
{
	return json_string_value(json_object_get(event, key));
}

const char *
data_text(const json_t *event, const char *key)
{
	return event_text(json_object_get(event, "data"), key);
}

const char *
input_text(const json_t *event, const char *key)
{
	const json_t *data = json_object_get(event, "data");

	return event_text(json_object_get(data, "input"), key);
}

const char *
example_input(const json_t *event)
{
	const char *path = input_text(event, "path");

	if (path == NULL)
		path = input_text(event, "name");
	return path != NULL ? path : "INPUT";
}

static void
copy_text(struct emit *e, const char *key, const char *text)
{
	if (text != NULL)
		emit_string(e, key, text);
}

static void
emit_input(struct emit *e, const json_t *event)
{
	static const char *const texts[] = {"name", "path", "xxh128"};
	const json_t *input =
	    json_object_get(json_object_get(event, "data"), "input");
	const json_t *bytes = json_object_get(input, "bytes");

	emit_object(e, "input");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		copy_text(e, texts[i], event_text(input, texts[i]));
	if (json_is_integer(bytes))
		emit_i64(e, "bytes", json_integer_value(bytes));
	emit_end(e);
}

static void
add_member(struct detail *detail, const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	struct buf text = BUF_INIT;
	struct emit e;

	emit_begin(&e, &text);
	emit_object(&e, NULL);
	copy_text(&e, "id", event_text(event, "id"));
	copy_text(&e, "time", event_text(event, "time"));
	copy_text(&e, "node", event_text(event, "node"));
	copy_text(&e, "severity", event_text(data, "severity"));
	copy_text(&e, "stack", event_text(data, "stack"));
	copy_text(&e, "verdict",
	    event_text(json_object_get(data, "replay"), "verdict"));
	emit_input(&e, event);
	emit_end(&e);
	strvec_add(&detail->members, text.data);
	buf_release(&text);
}

static int
rating_of(const json_t *event)
{
	const char *word = data_text(event, "severity");
	enum rating rating = RATING_LOW;

	if (word != NULL)
		severity_parse(word, &rating);
	return (int)rating;
}

static bool
has_command(const json_t *event)
{
	return json_array_size(json_object_get(
		   json_object_get(event, "data"), "command")) > 0;
}

static json_int_t
bytes_of(const json_t *event)
{
	const json_t *input =
	    json_object_get(json_object_get(event, "data"), "input");
	const json_t *bytes = json_object_get(input, "bytes");

	return json_is_integer(bytes) ? json_integer_value(bytes) : INT64_MAX;
}

static bool
is_better(const json_t *a, const json_t *b)
{
	int order;

	if (rating_of(a) != rating_of(b))
		return rating_of(a) > rating_of(b);
	if (has_command(a) != has_command(b))
		return has_command(a);
	if (bytes_of(a) != bytes_of(b))
		return bytes_of(a) < bytes_of(b);
	order = strcmp(example_input(a), example_input(b));
	if (order == 0)
		order = strcmp(event_text(a, "id"), event_text(b, "id"));
	return order < 0;
}

void
details_add(struct details *details, size_t index, json_t *event)
{
	struct detail *detail;

	while (index >= details->cap) {
		size_t old = details->cap;

		MEM_GROW(details->of, old, details->cap);
		memset(details->of + old, 0,
		    (details->cap - old) * sizeof *details->of);
	}
	detail = &details->of[index];
	add_member(detail, event);
	if (detail->example != NULL && !is_better(event, detail->example))
		return;
	json_decref(detail->example);
	detail->example = json_incref(event);
}

struct detail *
details_of(struct details *details, size_t index)
{
	struct strvec *members = &details->of[index].members;
	size_t kept = 0;

	strvec_sort(members);
	for (size_t i = 0; i < members->count; i++)
		if (kept > 0 &&
		    strcmp(members->item[kept - 1], members->item[i]) == 0)
			free(members->item[i]);
		else
			members->item[kept++] = members->item[i];
	members->count = kept;
	members->item[kept] = NULL;
	return &details->of[index];
}

void
details_release(struct details *details)
{
	for (size_t i = 0; i < details->cap; i++) {
		strvec_release(&details->of[i].members);
		json_decref(details->of[i].example);
	}
	free(details->of);
	strvec_release(&details->unresolved);
}

void
frame_text(struct buf *out, size_t number, const json_t *frame)
{
	const char *function = event_text(frame, "function");
	const char *file = event_text(frame, "file");
	const char *module = event_text(frame, "module");
	const json_t *line = json_object_get(frame, "line");
	const json_t *column = json_object_get(frame, "column");
	const json_t *offset = json_object_get(frame, "offset");

	buf_addf(out, "#%zu %s", number, function != NULL ? function : "??");
	if (file != NULL) {
		buf_addf(out, " %s", file);
		if (json_is_integer(line))
			buf_addf(out, ":%lld", json_integer_value(line));
		if (json_is_integer(line) && json_is_integer(column))
			buf_addf(out, ":%lld", json_integer_value(column));
	} else if (module != NULL) {
		buf_addf(out, " (%s", module);
		if (json_is_integer(offset))
			buf_addf(out, "+0x%llx", json_integer_value(offset));
		buf_add_char(out, ')');
	}
}

/* "chunks.c:57" or "sheet.c", and not "std::string". */
static bool
is_file(const char *word, size_t len)
{
	size_t digits = 0;

	while (digits < len && word[len - digits - 1] >= '0' &&
	    word[len - digits - 1] <= '9')
		digits++;
	return (digits > 0 && digits < len && word[len - digits - 1] == ':') ||
	    memchr(word, '.', len) != NULL;
}

/* "read file.c:3 < …", "read file.c < …", "file.c:57", "prog+0x12". */
void
site_function(struct buf *out, const char *site)
{
	const char *end = site, *space;

	while (*end != '\0' && strncmp(end, " < ", 3) != 0 &&
	    strncmp(end, " | ", 3) != 0)
		end++;
	space = memrchr(site, ' ', (size_t)(end - site));
	if (space != NULL && is_file(space + 1, (size_t)(end - space - 1)))
		end = space;
	buf_add(out, site, (size_t)(end - site));
}

/* Is the site's first place that of this frame? */
static bool
is_site(const json_t *frame, const char *site)
{
	const char *function = event_text(frame, "function");
	const char *file = event_text(frame, "file"), *slash;
	const json_t *line = json_object_get(frame, "line");
	struct buf place = BUF_INIT;
	bool is;

	if (file != NULL && (slash = strrchr(file, '/')) != NULL)
		file = slash + 1;
	if (function != NULL)
		buf_add_str(&place, function);
	if (file != NULL && json_is_integer(line))
		buf_addf(&place, "%s%s:%lld", function != NULL ? " " : "", file,
		    json_integer_value(line));
	is = place.len > 0 && strncmp(site, place.data, place.len) == 0 &&
	    (site[place.len] == '\0' || site[place.len] == ' ');
	buf_release(&place);
	return is;
}

const json_t *
site_frame(const json_t *event, const char *site)
{
	const json_t *data = json_object_get(event, "data");
	const json_t *frames = json_object_get(data, "frames");

	for (size_t i = 0; i < json_array_size(frames); i++)
		if (is_site(json_array_get(frames, i), site))
			return json_array_get(frames, i);
	return json_array_get(frames, 0);
}

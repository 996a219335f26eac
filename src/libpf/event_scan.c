/* Event lines as they are read where there are many of them. */
#include "clock.h"
#include "event.h"
#include "scan.h"

static const struct scan_value *
member(const struct scan *scan, const char *name)
{
	uint32_t at = scan_member(scan, 0, name);

	return at == 0 ? NULL : &scan->value[at];
}

/* A text without escapes that fits, with its NUL, into `room`. */
static bool
copy_plain(const struct scan *scan, const struct scan_value *v, char *room,
    size_t size)
{
	if (v == NULL || v->type != SCAN_TEXT || v->escaped || v->len >= size)
		return false;
	memcpy(room, scan->text + v->start, v->len);
	room[v->len] = '\0';
	return true;
}

static bool
is_integer(const struct scan_value *v, int64_t least, int64_t most)
{
	return v->type == SCAN_INTEGER && v->number.integer >= least &&
	    v->number.integer <= most;
}

/* An optional name: absent, or a text that is not empty. */
static bool
take_name(const struct scan *scan, const char *key, uint32_t *place)
{
	*place = scan_member(scan, 0, key);
	return *place == 0 ||
	    (scan->value[*place].type == SCAN_TEXT &&
		scan->value[*place].len > 0);
}

static const char *
take_names(const struct scan *scan, struct event_places *p)
{
	if (!take_name(scan, "node", &p->node))
		return "node is not a name";
	if (!take_name(scan, "job", &p->job))
		return "job is not a name";
	if (!take_name(scan, "target", &p->target))
		return "target is not a name";
	if (!take_name(scan, "fuzzer", &p->fuzzer))
		return "fuzzer is not a name";
	return NULL;
}

static const char *
take_head(const struct scan *scan, struct event_places *p)
{
	const struct scan_value *v = member(scan, "v"),
				*rev = member(scan, "rev");
	char time[48];

	if (scan->value[0].type != SCAN_OBJECT)
		return "not an object";
	if (v == NULL || !is_integer(v, EVENT_VERSION, EVENT_VERSION))
		return "v is not 1";
	if (!copy_plain(scan, member(scan, "id"), p->id, sizeof p->id) ||
	    !hash_valid(p->id))
		return "id is not 32 hex digits";
	if (!copy_plain(scan, member(scan, "time"), time, sizeof time) ||
	    !clock_parse(time, &p->time_ms))
		return "time is not an RFC 3339 time in UTC";
	p->type = scan_member(scan, 0, "type");
	if (p->type == 0 || scan->value[p->type].type != SCAN_TEXT ||
	    scan->value[p->type].len == 0)
		return "type is missing";
	if (rev != NULL && !is_integer(rev, 0, EVENT_REV_MAX))
		return "rev is not a count";
	p->rev = rev == NULL ? 0 : rev->number.integer;
	p->data = scan_member(scan, 0, "data");
	if (p->data == 0 || scan->value[p->data].type != SCAN_OBJECT)
		return "data is not an object";
	return NULL;
}

bool
event_scan(struct scan *scan, const char *line, size_t len,
    struct event_places *places, const char **why)
{
	scan->count_max =
	    len > EVENT_LINE_MAX ? EVENT_VALUES_MAX_EMBEDDED : EVENT_VALUES_MAX;
	if (!scan_read(scan, line, len, EVENT_DEPTH_MAX, why))
		return false;
	*why = take_head(scan, places);
	if (*why == NULL)
		*why = take_names(scan, places);
	return *why == NULL;
}

bool
event_is_head(const struct scan *scan, uint32_t place)
{
	static const char *const head[] = {"v", "id", "rev", "time", "type",
	    "node", "job", "target", "fuzzer", "data", NULL};
	size_t i = 0;

	while (head[i] != NULL && !scan_name_is(scan, place, head[i]))
		i++;
	return head[i] != NULL;
}

/* Bodies. */
#include "body.h"

#define DEPTH_MAX 8
#define VALUES_MAX 10000

static bool
check_names(struct body *b, const char *const *names)
{
	const struct scan_value *all = b->scan.value;
	struct buf name = BUF_INIT;
	const char *const *known;
	uint32_t i;

	for (i = 1; i < all[0].next; i = all[i].next) {
		for (known = names; *known != NULL; known++)
			if (scan_name_is(&b->scan, i, *known))
				break;
		if (*known != NULL)
			continue;
		scan_add_name(&name, &b->scan, i);
		answer_error(b->a, 400, "there is no member '%s'", name.data);
		buf_release(&name);
		return false;
	}
	return true;
}

bool
body_read(struct body *b, const struct request *r, struct answer *a,
    const char *const *names)
{
	const char *text = r->body.len == 0 ? "{}" : r->body.data, *why;
	size_t len = r->body.len == 0 ? 2 : r->body.len;

	*b = (struct body){.scan = SCAN_INIT, .arena = ARENA_INIT, .a = a};
	b->scan.count_max = VALUES_MAX;
	if (!scan_read(&b->scan, text, len, DEPTH_MAX, &why)) {
		answer_error(a, 400, "the body is %s", why);
		return false;
	}
	if (b->scan.value[0].type != SCAN_OBJECT) {
		answer_error(a, 400, "the body is no object");
		return false;
	}
	return check_names(b, names);
}

void
body_release(struct body *b)
{
	scan_release(&b->scan);
	arena_release(&b->arena);
}

static const char *
take_text(struct body *b, uint32_t at)
{
	struct buf text = BUF_INIT;
	const char *taken;

	scan_add_text(&text, &b->scan, at);
	taken = arena_text(&b->arena, text.data, text.len);
	buf_release(&text);
	return taken;
}

bool
body_text(struct body *b, const char *name, size_t most, const char **value)
{
	uint32_t at = scan_member(&b->scan, 0, name);

	if (at == 0)
		return true;
	if (b->scan.value[at].type == SCAN_TEXT) {
		*value = take_text(b, at);
		if (**value != '\0' && strlen(*value) <= most)
			return true;
	}
	answer_error(
	    b->a, 400, "%s is not a text of 1 to %zu bytes", name, most);
	return false;
}

bool
body_count(struct body *b, const char *name, int64_t least, int64_t most,
    int64_t *value)
{
	uint32_t at = scan_member(&b->scan, 0, name);
	const struct scan_value *v = &b->scan.value[at];

	if (at == 0)
		return true;
	*value = v->number.integer;
	if (v->type == SCAN_INTEGER && *value >= least && *value <= most)
		return true;
	answer_error(b->a, 400, "%s is not a count from %lld to %lld", name,
	    (long long)least, (long long)most);
	return false;
}

static bool
is_list_of_names(const struct scan *scan, uint32_t at)
{
	const struct scan_value *all = scan->value;
	uint32_t i;

	if (all[at].type != SCAN_ARRAY)
		return false;
	for (i = at + 1; i < all[at].next; i = all[i].next)
		if (all[i].type != SCAN_TEXT || all[i].len == 0)
			return false;
	return true;
}

bool
body_names(struct body *b, const char *name, const char **value)
{
	uint32_t at = scan_member(&b->scan, 0, name);
	struct buf list = BUF_INIT;

	if (at == 0)
		return true;
	if (!is_list_of_names(&b->scan, at)) {
		answer_error(b->a, 400, "%s is not a list of names", name);
		return false;
	}
	scan_add_source(&list, &b->scan, at);
	*value = arena_text(&b->arena, list.data, list.len);
	buf_release(&list);
	return true;
}

bool
body_needs(struct body *b, const char *name)
{
	if (scan_member(&b->scan, 0, name) != 0)
		return true;
	answer_error(b->a, 400, "%s is missing", name);
	return false;
}

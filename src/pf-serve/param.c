/* Parameters. */
#include "param.h"

#include <string.h>

#include "clock.h"
#include "opt.h"

static bool
is_one_of(const char *text, const char *const *list)
{
	while (*list != NULL && strcmp(*list, text) != 0)
		list++;
	return *list != NULL;
}

bool
param_known(const struct request *r, struct answer *a, const char *const *names)
{
	size_t i;

	for (i = 0; i < r->query_count; i++) {
		if (is_one_of(r->query[i].name, names))
			continue;
		answer_error(
		    a, 400, "there is no parameter '%s'", r->query[i].name);
		return false;
	}
	return true;
}

bool
param_count(const struct request *r, struct answer *a, const char *name,
    int64_t least, int64_t most, int64_t *value)
{
	const char *text = request_query(r, name);
	uint64_t count;

	if (text == NULL)
		return true;
	if (opt_count(text, &count) && count >= (uint64_t)least &&
	    count <= (uint64_t)most) {
		*value = (int64_t)count;
		return true;
	}
	answer_error(a, 400, "%s is not a count from %lld to %lld: '%s'", name,
	    (long long)least, (long long)most, text);
	return false;
}

bool
param_time(
    const struct request *r, struct answer *a, const char *name, int64_t *value)
{
	const char *text = request_query(r, name);

	if (text == NULL || clock_parse(text, value))
		return true;
	answer_error(a, 400, "%s is not a time like 2026-11-21T02:00:00Z: '%s'",
	    name, text);
	return false;
}

bool
param_choice(const struct request *r, struct answer *a, const char *name,
    const char *const *choices, const char **value)
{
	*value = request_query(r, name);
	if (*value == NULL || is_one_of(*value, choices))
		return true;
	answer_error(a, 400, "there is no %s '%s'", name, *value);
	return false;
}

bool
param_page(const struct request *r, struct answer *a, int64_t *limit,
    struct cursor *after)
{
	const char *text = request_query(r, "after");

	*limit = PARAM_LIMIT;
	if (!param_count(r, a, "limit", 1, PARAM_LIMIT_MAX, limit))
		return false;
	if (text == NULL || cursor_read(after, text))
		return true;
	answer_error(
	    a, 400, "after is not what this list gave as next: '%s'", text);
	return false;
}

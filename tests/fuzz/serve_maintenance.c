/* What maintenance is asked for: a body is taken just when it says so. */
#include <jansson.h>

#include "harness.h"
#include "pf-serve/maintenance.h"
#include "pf-serve/route.h"

static bool
is_chore(const json_t *name)
{
	static const char *const names[] = {
	    "purge", "vacuum", "check", "backup"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (json_is_string(name) &&
		    json_string_length(name) == strlen(names[i]) &&
		    strcmp(json_string_value(name), names[i]) == 0)
			return true;
	return false;
}

/* By another reader of JSON. */
static bool
asks(const uint8_t *data, size_t size)
{
	json_t *tree = json_loadb((const char *)data, size,
		   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL),
	       *list = json_object_get(tree, "do"), *one;
	bool good = json_object_size(tree) == 1 && json_array_size(list) > 0;
	size_t i;

	json_array_foreach(list, i, one) good = good && is_chore(one);
	json_decref(tree);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request r = {.body = BUF_INIT};
	struct answer a;
	json_t *tree;

	/* No store: what would be done is refused with 503. */
	maintenance_set(
	    &(struct maintenance_options){.db = "/nowhere/at/all/pf.db"});
	buf_add(&r.body, data, size);
	answer_init(&a);
	route_maintenance(NULL, &r, &a);
	MUST(a.status == (asks(data, size) ? 503 : 400));
	tree = json_loads(a.body.data, 0, NULL);
	MUST(json_string_length(json_object_get(tree, "error")) > 0);
	json_decref(tree);
	answer_release(&a);
	request_release(&r);
	return 0;
}

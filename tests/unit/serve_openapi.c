/* The document has what the table of routes has, and nothing else. */
#include "unit.h"

#include <jansson.h>
#include <string.h>

#include "mem.h"
#include "pf-serve/route.h"

static const char *const methods[] = {
    [METHOD_GET] = "get", [METHOD_POST] = "post", [METHOD_PATCH] = "patch"};

static json_t *
read_document(void)
{
	struct request r = {.path = NULL};
	struct answer a;
	json_t *tree;

	answer_init(&a);
	route_openapi(NULL, &r, &a);
	assert_int_equal(a.status, 200);
	tree = json_loads(a.body.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(tree);
	answer_release(&a);
	return tree;
}

/* A path of the document as the table would have it: {} for {job}. */
static char *
pattern_of(const char *path)
{
	char *pattern = mem_dup(path), *to = pattern;
	const char *from;

	for (from = path; *from != '\0'; from++) {
		*to++ = *from;
		if (*from == '{')
			from = strchr(from, '}') - 1;
	}
	*to = '\0';
	return pattern;
}

/* The operation for a row; NULL when there is none. */
static json_t *
operation_of(json_t *document, const struct route *route)
{
	json_t *item, *found = NULL;
	const char *path;

	json_object_foreach(json_object_get(document, "paths"), path, item)
	{
		char *pattern = pattern_of(path);

		if (strcmp(pattern, route->pattern) == 0)
			found = json_object_get(item, methods[route->method]);
		free(pattern);
	}
	return found;
}

static void
every_route_is_documented(void **state)
{
	json_t *document = read_document(), *operation;
	const struct route *route;

	(void)state;
	for (route = routes; route->pattern != NULL; route++) {
		operation = operation_of(document, route);
		if (operation == NULL)
			fail_msg(
			    "%s %s", methods[route->method], route->pattern);
		/* Who needs no token, and who does. */
		if ((json_object_get(operation, "security") != NULL) !=
		    (route->roles == 0))
			fail_msg("%s: security", route->pattern);
	}
	json_decref(document);
}

static bool
is_route(const char *path, const char *method)
{
	char *pattern = pattern_of(path);
	const struct route *route = routes;

	while (route->pattern != NULL &&
	    (strcmp(route->pattern, pattern) != 0 ||
		strcmp(methods[route->method], method) != 0))
		route++;
	free(pattern);
	return route->pattern != NULL;
}

static void
all_that_is_documented_is_a_route(void **state)
{
	json_t *document = read_document(), *item, *operation;
	const char *path, *method;
	size_t count = 0;

	(void)state;
	json_object_foreach(json_object_get(document, "paths"), path, item)
	{
		json_object_foreach(item, method, operation)
		{
			if (strcmp(method, "parameters") == 0)
				continue;
			if (!is_route(path, method))
				fail_msg("%s %s", method, path);
			count++;
		}
	}
	assert_true(count > 25);
	json_decref(document);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_route_is_documented),
	    cmocka_unit_test(all_that_is_documented_is_a_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

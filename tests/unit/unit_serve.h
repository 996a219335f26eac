/* A store of event lines, and requests to it without a server. */
#ifndef PF_UNIT_SERVE_H
#define PF_UNIT_SERVE_H

#include "unit_store.h"

#include <jansson.h>

#include "mem.h"
#include "pf-serve/route.h"

#define NOON INT64_C(1763726400000) /* 2025-11-21T12:00:00Z */

/*
 * An event of the number `n`, whose id and time, NOON and as many seconds, are
 * of it. `head` is further members, with a comma behind each.
 */
static inline void
unit_event(struct ingest *in, unsigned n, const char *type, const char *head,
    const char *data)
{
	char *line = mem_printf("{\"v\":1,\"id\":\"%012llx%020x\",\"time\":"
				"\"2025-11-21T%02u:%02u:%02u.000Z\","
				"\"type\":\"%s\",%s\"data\":%s}",
	    (long long)NOON + n * 1000LL, n, 12 + n / 3600, n / 60 % 60, n % 60,
	    type, head, data);

	ingest_line(in, "test", n + 1, line, strlen(line));
	free(line);
}

static inline void
unit_commit(struct db *db, struct ingest *in)
{
	if (ingest_commit(in) < 0)
		fail_msg("%s", db_error(db)->text);
}

/* A request: what is not said is not there. */
struct unit_ask {
	route_answer *route;
	const char *word;
	const char *query; /* a=b&c=d, each as it is meant */
	const char *body;
	const char *tag;
	const char *node; /* of the caller */
	int64_t now;
	bool write;
};

static inline void
unit_split(struct request *r, const char *query)
{
	char *text = mem_dup(query), *at = text, *pair, *value;

	while ((pair = strsep(&at, "&")) != NULL) {
		value = strchr(pair, '=');
		*value++ = '\0';
		r->query = mem_realloc_array(
		    r->query, r->query_count + 1, sizeof *r->query);
		r->query[r->query_count++] =
		    (struct request_pair){mem_dup(pair), mem_dup(value)};
	}
	free(text);
}

/* The answer, which the caller releases. */
static inline struct answer
unit_answer(struct db *db, const struct unit_ask *ask)
{
	struct request r = {.path = mem_dup("/"), .body = BUF_INIT};
	struct answer a;

	r.now = ask->now == 0 ? NOON : ask->now;
	if (ask->word != NULL)
		r.word[0] = mem_dup(ask->word);
	if (ask->query != NULL)
		unit_split(&r, ask->query);
	if (ask->body != NULL)
		buf_add_str(&r.body, ask->body);
	if (ask->tag != NULL)
		r.if_none_match = mem_dup(ask->tag);
	if (ask->node != NULL)
		snprintf(r.caller.node, sizeof r.caller.node, "%s", ask->node);
	answer_init(&a);
	if (!ask->write && db_begin_read(db) < 0)
		fail_msg("%s", db_error(db)->text);
	ask->route(db, &r, &a);
	if (!ask->write)
		db_rollback(db);
	request_release(&r);
	return a;
}

/* Its status must be that; the body, NULL for none, which the caller
 * releases. */
static inline json_t *
unit_json(struct db *db, int status, const struct unit_ask *ask)
{
	struct answer a = unit_answer(db, ask);
	json_error_t why;
	json_t *tree = NULL;

	if (a.status != status)
		fail_msg("%d, not %d: %s", a.status, status, a.body.data);
	if (a.body.len > 0) {
		tree = json_loads(a.body.data, JSON_REJECT_DUPLICATES, &why);
		if (tree == NULL)
			fail_msg("%s: %s", why.text, a.body.data);
	}
	answer_release(&a);
	return tree;
}

/* What an error says. */
static inline void
unit_refuses(
    struct db *db, int status, const struct unit_ask *ask, const char *sentence)
{
	json_t *tree = unit_json(db, status, ask);

	assert_string_equal(
	    json_string_value(json_object_get(tree, "error")), sentence);
	json_decref(tree);
}

static inline json_int_t
unit_integer(json_t *tree, const char *name)
{
	json_t *value = json_object_get(tree, name);

	if (!json_is_integer(value))
		fail_msg("no integer %s", name);
	return json_integer_value(value);
}

static inline const char *
unit_text(json_t *tree, const char *name)
{
	const char *text = json_string_value(json_object_get(tree, name));

	if (text == NULL)
		fail_msg("no text %s", name);
	return text;
}

/*
 * Walks a list from page to page with that many on one: how many there were.
 * No `key` may come twice, and each comes behind the last by `order`.
 */
static inline size_t
unit_walk(struct db *db, struct unit_ask *ask, const char *list,
    const char *key, int limit, int order)
{
	const char *query = ask->query;
	char *next = NULL, *last = NULL;
	size_t count = 0, i;
	json_t *tree, *one;

	do {
		char *full = mem_printf("limit=%d%s%s%s%s", limit,
		    query == NULL ? "" : "&", query == NULL ? "" : query,
		    next == NULL ? "" : "&after=", next == NULL ? "" : next);

		ask->query = full;
		tree = unit_json(db, 200, ask);
		json_array_foreach(json_object_get(tree, list), i, one)
		{
			const char *name = unit_text(one, key);

			if (last != NULL && strcmp(name, last) * order <= 0)
				fail_msg("%s after %s", name, last);
			free(last);
			last = mem_dup(name);
			count++;
		}
		free(next);
		next = json_object_get(tree, "next") == NULL
		    ? NULL
		    : mem_dup(unit_text(tree, "next"));
		json_decref(tree);
		free(full);
	} while (next != NULL);
	free(last);
	ask->query = query;
	return count;
}

#endif

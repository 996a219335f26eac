/*
 * A request as a route's function sees it, and the answer that it gives.
 * Everything in a request is borrowed for as long as the answer is made.
 */
#ifndef PF_SERVE_REQUEST_H
#define PF_SERVE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "role.h"

/* The last is none that a route has. */
enum method { METHOD_GET, METHOD_POST, METHOD_PATCH, METHOD_OTHER };

/* How many {} a route has at most. */
#define REQUEST_WORDS 2

struct request_pair {
	char *name, *value; /* decoded, in the form that event lines have */
};

struct request {
	enum method method;
	char *path; /* as it was sent: well encoded, visible bytes */
	/* What stands in the path where the route has {}; never empty. */
	char *word[REQUEST_WORDS];
	/* ?name=value&…, each name once. */
	struct request_pair *query;
	size_t query_count;
	/* Of headers; NULL where there is none. */
	char *if_none_match, *last_event_id, *idempotency_key;
	struct buf body; /* unpacked */
	struct caller caller;
	int64_t now; /* clock_now() when it came */
};

void request_release(struct request *r);
/* The value of a name of the query; NULL where it is not there. */
const char *request_query(const struct request *r, const char *name);

struct answer {
	int status;
	const char *type; /* static; "application/json" */
	struct buf body;
	char etag[40];       /* in its quotes; empty: none */
	int64_t retry_after; /* seconds; 0: not said */
};

/* 200, JSON, no body yet. */
void answer_init(struct answer *a);
void answer_release(struct answer *a);
/* Forgets what was there and says {"error":…} with that status. */
void answer_error(struct answer *a, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* 503, and when to come again. */
void answer_busy(struct answer *a, const char *why);
/* A strong tag of the body; an answer that the asker has already becomes 304
 * without one. Call it when the body is whole. */
void answer_tag(struct answer *a, const struct request *r);

#endif

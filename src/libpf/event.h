/*
 * Event lines, the one thing on every pipe: pf-events(5).
 *
 *	{"v":1,"id":…,"time":…,"type":…,"node":…,…,"data":{…}}
 *
 * Writing needs no tree; reading gives a jansson tree.
 */
#ifndef PF_EVENT_H
#define PF_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "hash.h"

#define EVENT_VERSION 1
/* The longest line, and the longest where an input is embedded. */
#define EVENT_LINE_MAX (1024 * 1024)
#define EVENT_LINE_MAX_EMBEDDED (16 * 1024 * 1024)
/* Objects and arrays inside each other; deeper lines are refused. */
#define EVENT_DEPTH_MAX 24
/* Values in one line, all told; a bound on what reading it takes. An embedded
 * input makes a line long, and its values no more. */
#define EVENT_VALUES_MAX 100000
#define EVENT_VALUES_MAX_EMBEDDED 10000
/* The largest rev; nothing passes through so many hands. */
#define EVENT_REV_MAX 1000000

struct event_head {
	const char *type;
	/* NULL where it does not apply. */
	const char *node, *job, *target, *fuzzer;
	int64_t time_ms;
	/* How often the event was enriched; 0 is not written. */
	unsigned rev;
};

/*
 * Appends one event line with its newline. `data` is a whole JSON object.
 * `fact` is what makes the fact itself, for the id: the input's xxh128 of a
 * crash; NULL means the data.
 */
void event_write(struct buf *line, const struct event_head *head,
    const char *fact, const struct buf *data);

/*
 * The id of a fact: 12 hex digits of the time in milliseconds (clipped, as it
 * is told: clock.h), then the first 20 of the XXH3-128 over type, node, job and
 * fact, each followed by a NUL; what is absent counts as empty.
 */
void event_id(const struct event_head *head, const char *fact, size_t fact_len,
    char id[HASH_TEXT]);

/* The name of this node: PF_NODE, else the host name up to its first dot. */
const char *event_node(void);

struct scan;
/* The places of an event line's members in a scan; 0 where there is none. */
struct event_places {
	uint32_t type, node, job, target, fuzzer, data;
	char id[HASH_TEXT];
	int64_t rev, time_ms;
};
/*
 * Reads one line (with or without its newline) into `scan`. False with *why
 * set to a sentence's rest when it is not an event line: see event_parse, of
 * which this is the fast form.
 */
bool event_scan(struct scan *scan, const char *line, size_t len,
    struct event_places *places, const char **why);
/* Whether the member at `place` is one of the line's head, not of its own. */
bool event_is_head(const struct scan *scan, uint32_t place);

struct json_t;
/*
 * Reads one line (with or without its newline). NULL with *why set to a
 * sentence's rest when it is not an event line: not JSON, too deep, unknown
 * version, id, time, type or data missing or of another type. The caller owns
 * the tree.
 */
struct json_t *event_parse(const char *line, size_t len, const char **why);
/* Counts rev up and appends the line that the tree is. */
void event_rewrite(struct buf *line, struct json_t *event);

#endif

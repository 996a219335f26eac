/* Who an event is about and what it says, read from its jansson tree. */
#ifndef PF_SUBJECT_H
#define PF_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct json_t;

/* A member that is a text; NULL where it is none, absent or empty. */
const char *subject_text(const struct json_t *object, const char *key);
/* A member that is a number; false where it is none, absent or negative. */
bool
subject_number(const struct json_t *object, const char *key, double *value);
/* A member that is a time, in milliseconds. */
bool subject_time(const struct json_t *object, const char *key, int64_t *ms);
/* The data of an event. */
const struct json_t *subject_data(const struct json_t *event);
/*
 * Of a stats event: its `state`, or where that is absent "running" or "stopped"
 * by `alive`, or else "unknown".
 */
const char *subject_state(const struct json_t *event);
bool subject_is(const struct json_t *event, const char *type);
/*
 * The disks of a resource event by their mount, of one mount the last. A new
 * object for the caller to release.
 */
struct json_t *subject_disks(const struct json_t *event);
/*
 * Of stats events, as values of an object, a tally for each node: `node`,
 * `running`, `failed` (dead or stale) and `names` of some that failed. A new
 * object for the caller to release.
 */
struct json_t *subject_fleets(const struct json_t *events);

/*
 * Appends `text` (NULL: nothing) so that no two lists of texts give the same
 * key.
 */
void subject_key_add(struct buf *key, const char *text);
/* Appends what makes a fuzzer: node, job, instance. */
void subject_key_fuzzer(struct buf *key, const struct json_t *event);
/*
 * Copies `event` into the object `kept` under `key`, unless what is there is
 * of a later time. Returns the copy, owned by `kept`, or NULL.
 */
struct json_t *
subject_keep(struct json_t *kept, const char *key, const struct json_t *event);

/* Appends "png/main", as far as it is known, for sentences. */
void subject_name(struct buf *out, const struct json_t *event);

#endif

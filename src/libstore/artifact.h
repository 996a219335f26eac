/*
 * Testcases in a directory, each a file whose name is the hash of what it
 * holds.
 */
#ifndef PF_ARTIFACT_H
#define PF_ARTIFACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"

/* What base64 text stands for: false when it is none. */
bool artifact_measure(
    const char *base64, size_t len, char hex[HASH_TEXT], uint64_t *bytes);

/* How many bytes a base64 text that was measured stands for. */
uint64_t artifact_bytes(const char *base64, size_t len);

struct artifacts;

/* `path` is borrowed; it is opened, or made, when the first one comes. */
struct artifacts *artifacts_new(const char *path);
/* What was not kept leaves no trace. NULL is allowed. */
void artifacts_free(struct artifacts *a);
/*
 * Writes one that is not there yet, from base64 text that was measured. It
 * appears with the next artifacts_keep. -1 with errno.
 */
int artifacts_add(
    struct artifacts *a, const char *hex, const char *base64, size_t len);
/* Returns 0 when all that were added are on the disk; -1 with errno, and some
 * may be. */
int artifacts_keep(struct artifacts *a);
/* Forgets what was added since the last artifacts_keep. */
void artifacts_drop(struct artifacts *a);

#endif

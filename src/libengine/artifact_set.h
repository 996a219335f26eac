/*
 * How many different artifacts libFuzzer's logs name, by kind. An artifact's
 * name ends in the SHA-1 of its content, so the same input again is the same
 * name.
 */
#ifndef PF_ARTIFACT_SET_H
#define PF_ARTIFACT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Above so many, each further name counts as another input. */
#define ARTIFACT_SET_MAX 65536

enum artifact_kind {
	ARTIFACT_CRASH,
	ARTIFACT_HANG,
	ARTIFACT_OOM,
	ARTIFACT_KINDS
};

struct artifact_set {
	uint64_t *slot; /* owned; 0 is a free one */
	size_t used, room;
	int64_t count[ARTIFACT_KINDS];
};

void artifact_set_release(struct artifact_set *set);
/*
 * Takes the base name of an artifact: "crash-<40 hex>", "leak-", "timeout-" or
 * "oom-". Passes over anything else, slow units too.
 */
void artifact_set_add(struct artifact_set *set, const char *name, size_t len);
int64_t artifact_set_total(const struct artifact_set *set);

#endif

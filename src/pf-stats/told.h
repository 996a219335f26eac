/*
 * Ids of the event lines of this round and of the last one: a follower tells a
 * fact once, not once a round.
 */
#ifndef PF_TOLD_H
#define PF_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct told_ids {
	uint64_t *slot; /* owned; 0 is a free one */
	size_t used, room;
};

struct told {
	struct told_ids now, last;
};

/*
 * Notes an event line as event_write makes it; whether the last round had it,
 * too.
 */
bool told_before(struct told *t, const char *line, size_t len);
/* Another round begins. */
void told_next_round(struct told *t);
void told_release(struct told *t);

#endif

/* What the files of alert.h share. */
#ifndef PF_ALERT_PARTS_H
#define PF_ALERT_PARTS_H

#include "alert.h"
#include "alert_rules.h"

struct alerts {
	struct alert_rule *rule;
	size_t count, cap;
	/* Events added since the last call of alerts_judge, by subject. */
	struct json_t *fuzzers, *nodes;
	/* Of what fires the events as they were told, by name and subject. */
	struct json_t *firing;
	struct json_t *memory; /* alert_memory.h, by fuzzer */
	bool changed;          /* firing or memory, since they were saved */
	/* Of the state file; NULL and -1 without one. */
	char *path, *name;
	int dir_fd, lock_fd;
};

/* One change, as it is told. */
struct alert_change {
	const struct alert_rule *rule;
	const struct alert_facts *facts;
	bool firing;
	bool ended; /* resolved since the fuzzer has stopped: no value */
	double value;
	const char *severity;
};

/* Appends the event line of a change. */
void alert_event(
    const struct alert_change *change, int64_t now_ms, struct buf *line);

/*
 * What fires and what is remembered, out of the text of a state file; only
 * what is known is taken. False, and nothing is changed, when it is damaged.
 */
bool alert_state_parse(struct alerts *a, const char *text, size_t len);
/* Appends that text. */
void alert_state_text(const struct alerts *a, int64_t now_ms, struct buf *out);

#endif

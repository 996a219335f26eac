/* What can be watched, and the thresholds that people give for it. */
#ifndef PF_ALERT_RULES_H
#define PF_ALERT_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct json_t;

enum alert_unit {
	ALERT_SHARE,
	ALERT_SIZE,
	ALERT_TIME, /* seconds */
	ALERT_COUNT,
	ALERT_NUMBER
};

enum alert_subject {
	ALERT_NODE,   /* by its resource event */
	ALERT_DISK,   /* each disk of that */
	ALERT_FUZZER, /* by its stats event */
	ALERT_FLEET   /* all fuzzers of a node together */
};

/* What is known of one subject when it is judged; all of it borrowed. */
struct alert_facts {
	/* Whose; for ALERT_FLEET an object of its own making with a node. */
	const struct json_t *event;
	/* Where the fields are: the event's data, a disk, the fleet's tally. */
	const struct json_t *values;
	const struct json_t *memory; /* of the fuzzer (alert_memory.h) */
	const char *mount;
};

struct alert_kind {
	const char *word; /* that people use */
	const char *name; /* of what is measured: the alert's name */
	enum alert_unit unit;
	enum alert_subject of;
	bool below;   /* fires below the threshold, else above */
	bool running; /* asked of a fuzzer that runs only */
	const char *field;
	/* False where the value is not known: nothing is judged then. */
	bool (*value)(
	    const struct alert_facts *facts, const char *field, double *value);
	/* The sentence around the value. */
	const char *before, *after;
	/* More of the sentence, and whether nothing runs; NULL: nothing. */
	void (*detail)(const struct alert_facts *facts, struct buf *out);
	bool (*critical)(const struct alert_facts *facts, double value);
};

/* Ends with a word of NULL. A word in two rows is told apart by its unit. */
extern const struct alert_kind alert_kinds[];

struct alert_rule {
	const struct alert_kind *kind;
	double threshold;
	double clear; /* where it is over, not worse than the threshold */
};

/*
 * Reads "disk=80%" or "disk=80%:70%". False with *why set to the rest of a
 * sentence, valid until the next call.
 */
bool alert_rule_parse(struct alert_rule *r, const char *word, const char **why);
/* Whether it fires with that value, when it did or did not before. */
bool alert_rule_fires(const struct alert_rule *r, bool firing, double value);
/* A value as people read it: "80.5%", "1.5G", "6h 30m", "12". */
void alert_value_text(struct buf *out, enum alert_unit unit, double value);

#endif

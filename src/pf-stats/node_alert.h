/*
 * Alerts of a node that whoever asked it has to tell in its place.
 */
#ifndef PF_NODE_ALERT_H
#define PF_NODE_ALERT_H

#include <stdbool.h>

/* What one of them is called in events. */
#define ALERT_UNANSWERED "unanswered" /* the node could not be asked */
#define ALERT_INCOMPLETE "incomplete" /* it could not tell all of it */

struct node_alert {
	const char *name;  /* NULL: none is to be told */
	const char *words; /* "NODE=WHY", as node_alert_valid has it */
};

/* Whether there is a "=WHY" in it; NODE may be empty: this one. */
bool node_alert_valid(const char *words);
/* Writes the event line to standard output. */
void node_alert_tell(const struct node_alert *alert);

#endif

/*
 * Thresholds on what events say. Each crossing is one `alert` event, firing,
 * and one more, resolved, when the value is well on the good side again.
 */
#ifndef PF_ALERT_H
#define PF_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct json_t;
struct alerts;

struct alerts *alerts_new(void);
void alerts_free(struct alerts *a);
/*
 * Adds a rule, "disk=80%". False with *why set to the rest of a sentence when
 * that is none.
 */
bool alerts_rule(struct alerts *a, const char *word, const char **why);
/* The word of a rule that only a machine's numbers can answer, or NULL. */
const char *alerts_of_machine(const struct alerts *a);
/*
 * What fires already, and what values were usual, from a file that need not be
 * there yet; FILE.lock stays locked until alerts_free. Returns an exit status
 * after one sentence: 1 when the file was damaged, has been put aside and all
 * is judged as if for the first time; more when nothing can be judged: 75 while
 * another holds the lock.
 */
int alerts_load(struct alerts *a, const char *path);
/* Takes a stats or resource event; `event` is borrowed. */
void alerts_add(struct alerts *a, const struct json_t *event);
/*
 * Holds what was added since the last call against the rules, and hands the
 * event line of each change to `tell`. What was not added this time stays as it
 * was. Returns how many alerts are firing now.
 */
size_t alerts_judge(struct alerts *a, int64_t now_ms,
    void (*tell)(const struct buf *line, void *context), void *context);
/*
 * Hands the event of each alert that fires now, as it was told when it began,
 * to `each` (NULL: to nobody) and returns how many there are. Alerts in the
 * file of which no rule was given are not among them.
 */
size_t alerts_each_firing(const struct alerts *a,
    void (*each)(const struct json_t *event, void *context), void *context);
/* Writes the file of alerts_load; returns an exit status after one sentence. */
int alerts_save(struct alerts *a);

#endif

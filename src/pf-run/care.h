/* What the supervisor does when the disk, a corpus or a fuzzer process is not
 * well. */
#ifndef PF_CARE_H
#define PF_CARE_H

#include "supervisor.h"

/* Holds all processes while room is lacking, with an alert. */
void care_for_space(struct supervisor *s, int64_t now_ms);
/*
 * Minimizes a corpus that is over its bounds while its fuzzer is held; ends
 * that when the job is to stop.
 */
void care_for_corpora(struct supervisor *s, int64_t now_ms);
/* Restarts a running process that takes too much memory or hangs. */
void care_for_health(struct supervisor *s, struct fuzzer *f, int64_t now_ms);

#endif

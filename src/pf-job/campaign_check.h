/* What in a campaign cannot be, though each value of it can. */
#ifndef PF_JOB_CAMPAIGN_CHECK_H
#define PF_JOB_CAMPAIGN_CHECK_H

#include <stdbool.h>

#include "campaign.h"

/*
 * Adds to the faults: names that cannot be a job's, tiers and targets that are
 * not there, settings that do not go together, jobs that would be too many or
 * have one name. `complete`: the file was understood to its end.
 */
void
campaign_check(const struct campaign *c, bool complete, struct faults *faults);

#endif

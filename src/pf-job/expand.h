/* pf-job expand: a campaign's jobs as lines. */
#ifndef PF_JOB_EXPAND_H
#define PF_JOB_EXPAND_H

#include <stdint.h>

#include "buf.h"
#include "campaign.h"

/*
 * Writes a JSON line for each job of the campaign in the file `path`, or in
 * standard input where that is NULL or "-". Returns the exit status: with any
 * other than 0 no line was written.
 */
int expand(const char *path);

/* Appends the line of one job of a plan; they are numbered from 1. */
void
expand_job(const struct campaign_plan *plan, uint64_t number, struct buf *line);

#endif

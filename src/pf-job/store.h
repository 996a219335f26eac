/* What the verbs on the queue share. */
#ifndef PF_JOB_STORE_H
#define PF_JOB_STORE_H

#include "libstore/queue.h"
#include "options.h"

/*
 * The store of the options, whose schema is ours; NULL with *status after one
 * sentence. `mode` DB_CREATE gives a store without tables its tables.
 */
struct db *store_open(const struct options *o, enum db_mode mode, int *status);
/* Tells of the store's failure; its exit status. */
int store_fail(struct db *db);

int job_submit(const struct options *o);
int job_claim(const struct options *o);
int job_renew(const struct options *o);
int job_finish(const struct options *o);
int job_fail(const struct options *o);
int job_cancel(const struct options *o);
int job_sweep(const struct options *o);
int job_list(const struct options *o);
int job_show(const struct options *o);

#endif

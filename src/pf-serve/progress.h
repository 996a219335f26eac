/*
 * What happens to a job, as it is committed (Server-Sent Events, WHATWG HTML
 * 9.2). An event has a name, state, stats or crash, and JSON; its id resumes
 * where a connection was cut. Who comes without an id, or with one that is too
 * old, gets what is the case now first.
 */
#ifndef PF_SERVE_PROGRESS_H
#define PF_SERVE_PROGRESS_H

#include <microhttpd.h>

#include "exchange.h"

struct progress_options {
	const char *db;
	int64_t wait_ms;
	size_t subscribers_max;
};

/* One for the program. */
void progress_start(const struct progress_options *options);
/* Something was committed. */
void progress_wake(void);
/* Ends the streams that there are. */
void progress_end(void);
/* Ends all streams, and takes no more. */
void progress_stop(void);

/* Sends the answer without an end for an exchange whose job there is. */
enum MHD_Result
progress_send(struct MHD_Connection *connection, struct exchange *x);

/* 200 when there is such a job, else 404. */
route_answer route_progress;

#endif

/* The command line, and the file behind it: pf-serve(1). */
#ifndef PF_SERVE_OPTIONS_H
#define PF_SERVE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "strvec.h"

struct options {
	char *artifacts, *backups, *cert, *config, *db, *key, *on_new, *revoke,
	    *token, *tokens;
	struct strvec listen;
	bool check_config, insecure;
	int64_t answer_timeout_ms, body_timeout_ms, days_after_ms,
	    header_timeout_ms, hours_after_ms, idle_timeout_ms, on_new_ms,
	    report_age_ms, stop_ms, wait_ms;
	uint64_t body_max, connections, connections_per_address, header_max,
	    held_max, lines_max, readers, streams, threads, unpacked_max,
	    waiting_max;
	double min_free;
};

/*
 * Flags over environment over the file over defaults. What is wrong with the
 * flags ends the program; 0, or an exit status after sentences with file and
 * line. It can be called `again`, when flags are known to be good.
 */
int options_read(struct options *o, int argc, char *argv[], bool again);
void options_release(struct options *o);

#endif

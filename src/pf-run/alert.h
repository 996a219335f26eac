/* Alert events: something that a person should know of begins or ends. */
#ifndef PF_ALERT_H
#define PF_ALERT_H

#include "journal.h"

struct alert {
	const char *name;        /* ends in the unit of the two numbers */
	const char *severity;    /* "warning", or "critical": nothing runs, or
				  * something is lost */
	bool firing;             /* false: it is over */
	const char *instance;    /* NULL when it is of the job */
	double value, threshold; /* NaN is left out */
	const char *message;
};

void alert_tell(struct journal *journal, const struct alert *alert);

#endif

/* pf-job - the queue of fuzzing jobs, and the campaigns that they come of. */
#include "expand.h"
#include "msg.h"
#include "out.h"
#include "store.h"

static int
job_expand(const struct options *o)
{
	return expand(o->operands[0]);
}

static const struct verb verbs[] = {
    {"expand", job_expand, 0, 0, 1},
    {"submit", job_submit, TAKES_DB | TAKES_ATTEMPTS, 0, -1},
    {"claim", job_claim, TAKES_DB | TAKES_NODE | TAKES_FIT | TAKES_LEASE, 0, 0},
    {"renew", job_renew, TAKES_DB | TAKES_EPOCH | TAKES_LEASE, 1, 1},
    {"finish", job_finish, TAKES_DB | TAKES_EPOCH | TAKES_REASON | TAKES_STATE,
	1, 1},
    {"fail", job_fail, TAKES_DB | TAKES_EPOCH | TAKES_REASON, 1, 1},
    {"cancel", job_cancel, TAKES_DB | TAKES_REASON, 1, -1},
    {"list", job_list, TAKES_DB | TAKES_NODE | TAKES_STATE | TAKES_TARGET, 0,
	0},
    {"show", job_show, TAKES_DB, 1, -1},
    {"sweep", job_sweep, TAKES_DB, 0, 0},
    {NULL, NULL, 0, 0, 0},
};

int
main(int argc, char *argv[])
{
	struct options o;
	int status;

	msg_init("pf-job");
	options_parse(&o, argc, argv, verbs);
	status = o.verb->run(&o);
	options_release(&o);
	return out_close(status);
}

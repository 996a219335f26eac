/* pf-stats - turn the statistics of fuzzers and of the machine into events. */
#include "msg.h"
#include "options.h"
#include "out.h"
#include "round.h"

int
main(int argc, char *argv[])
{
	struct options o;
	int status = 0;

	msg_init("pf-stats");
	options_parse(&o, argc, argv);
	if (o.node_alert.name != NULL)
		node_alert_tell(&o.node_alert);
	else
		status = rounds_run(&o);
	options_release(&o);
	return out_close(status);
}

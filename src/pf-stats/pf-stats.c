/* pf-stats - turn the statistics of fuzzers and of the machine into events. */
#include "msg.h"
#include "options.h"
#include "out.h"
#include "round.h"

int
main(int argc, char *argv[])
{
	struct options o;
	int status;

	msg_init("pf-stats");
	options_parse(&o, argc, argv);
	status = rounds_run(&o);
	options_release(&o);
	return out_close(status);
}

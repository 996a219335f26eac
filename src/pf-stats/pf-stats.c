/* pf-stats - turn the statistics of fuzzers into event lines. */
#include "line.h"
#include "msg.h"
#include "opt.h"
#include "out.h"
#include "source.h"

static const char usage[] =
    "usage: pf-stats [-0hv] [PATH...]\n"
    "\n"
    "  -0, --null             paths on standard input end in NUL\n"
    "  -h, --help             this text\n"
    "      --log FORM         messages as text or json\n"
    "  -v, --verbose          say more\n"
    "      --version          the version\n";

static const struct option long_options[] = {
    OPT_COMMON, {"null", no_argument, NULL, '0'}, {NULL, 0, NULL, 0}};

static int
read_one(const char *path, void *context)
{
	(void)context;
	return source_read(path);
}

int
main(int argc, char *argv[])
{
	bool nul = false;
	int option, status;

	msg_init("pf-stats");
	while ((option = getopt_long(argc, argv, "0hv", long_options, NULL)) !=
	    -1) {
		if (option == '0')
			nul = true;
		else
			opt_common(option, usage);
	}
	status = line_each_operand_or_stdin(argv + optind, nul, read_one, NULL);
	return out_close(status);
}

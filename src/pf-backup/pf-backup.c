/* pf-backup - snapshots of directories that are known to be whole. */
#include <stdlib.h>
#include <sysexits.h>

#include "check.h"
#include "create.h"
#include "list.h"
#include "msg.h"
#include "opt.h"
#include "out.h"

static const char usage[] =
    "usage: pf-backup [-hv] create [-l LEVEL] [-o DIR] NAME SOURCE | "
    "list [DIR] | restore ARCHIVE DIR | verify ARCHIVE...\n"
    "\n"
    "Stores directories, reads the snapshots back, restores them.\n"
    "\n"
    "  -h, --help           print this text\n"
    "  -l, --level LEVEL    compression, 1 to 19 (3)\n"
    "      --log text|json  form of messages\n"
    "  -o, --output DIR     where the snapshot goes (.)\n"
    "  -v, --verbose        more messages\n"
    "      --version        print the version\n";

static const struct option long_options[] = {
    {"level", required_argument, NULL, 'l'},
    {"output", required_argument, NULL, 'o'}, OPT_COMMON, {NULL, 0, NULL, 0}};

struct options {
	const char *output; /* NULL: not given */
	uint64_t level;     /* 0: not given */
};

static void
options_parse(struct options *o, int argc, char *argv[])
{
	int c;

	while (
	    (c = getopt_long(argc, argv, "hl:o:v", long_options, NULL)) != -1)
		switch (c) {
		case 'l':
			o->level = opt_need_count("--level", optarg);
			if (o->level < 1 || o->level > 19)
				opt_usage(usage, "--level is from 1 to 19");
			break;
		case 'o':
			o->output = optarg;
			break;
		default:
			opt_common(c, usage);
		}
}

/* It becomes part of a file name, and of messages. */
static bool
is_name(const char *text)
{
	return *text != '.' && *text != '-' && *text != '\0' &&
	    strlen(text) <= 128 &&
	    strspn(text,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-") == strlen(text);
}

static int
run_create(const struct options *o, int count, char *operands[])
{
	if (count != 2)
		opt_usage(usage, "create takes a name and a directory");
	if (!is_name(operands[0]))
		opt_usage(usage, "not a name of letters, digits, . _ and -: %s",
		    msg_quote(operands[0]));
	return create(operands[0], operands[1],
	    o->output != NULL ? o->output : ".",
	    o->level != 0 ? (int)o->level : 3);
}

static int
run_list(const struct options *o, int count, char *operands[])
{
	(void)o;
	if (count > 1)
		opt_usage(usage, "list takes one directory");
	return list(count == 1 ? operands[0] : ".");
}

static int
run_restore(const struct options *o, int count, char *operands[])
{
	(void)o;
	if (count != 2)
		opt_usage(usage, "restore takes an archive and a directory");
	return check_restore(operands[0], operands[1]);
}

static int
run_verify(const struct options *o, int count, char *operands[])
{
	int status = 0, i;

	(void)o;
	if (count < 1)
		opt_usage(usage, "verify takes archives");
	for (i = 0; i < count; i++)
		status = exit_worse(status, check_verify(operands[i]));
	return status;
}

static const struct command {
	const char *name;
	bool creates; /* -l and -o have a meaning */
	int (*run)(const struct options *o, int count, char *operands[]);
} commands[] = {{"create", true, run_create}, {"list", false, run_list},
    {"restore", false, run_restore}, {"verify", false, run_verify}};

int
main(int argc, char *argv[])
{
	struct options o = {NULL, 0};
	const char *verb;
	size_t i;

	msg_init("pf-backup");
	options_parse(&o, argc, argv);
	verb = argv[optind];
	if (verb == NULL)
		opt_usage(usage, "what to do: create, list, restore or verify");
	for (i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const struct command *c = &commands[i];

		if (strcmp(verb, c->name) != 0)
			continue;
		if (!c->creates && (o.output != NULL || o.level != 0))
			opt_usage(usage, "-l and -o are for create");
		return out_close(
		    c->run(&o, argc - optind - 1, argv + optind + 1));
	}
	opt_usage(usage, "no such command: %s", msg_quote(verb));
}

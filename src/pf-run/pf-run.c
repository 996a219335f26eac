/* pf-run - run and supervise one fuzzing job; say what happens as events. */
#include <errno.h>
#include <sysexits.h>

#include "job.h"
#include "journal.h"
#include "mem.h"
#include "msg.h"
#include "opt.h"
#include "out.h"
#include "preflight.h"
#include "supervise.h"

static const char usage[] =
    "usage: pf-run [-chv] [-d DURATION] [-f FUZZER] [-g GRACE] [-i SEEDS] "
    "[-j JOB] [-m MEMORY] [-n INSTANCES] [-o DIR] [-t TIMEOUT] [-x DICT] "
    "-- TARGET [ARG...]\n"
    "\n"
    "  -c, --check            only look whether the job could run\n"
    "  -d, --duration TIME    how long to fuzz (without: until stopped)\n"
    "      --exit-crashes     exit 1 when crashes were found\n"
    "  -f, --fuzzer NAME      afl++ or libfuzzer (recognized in the target)\n"
    "  -g, --grace TIME       to save its state before it is killed (10s)\n"
    "  -h, --help             this text\n"
    "  -i, --seeds DIR        first inputs; AFL++ needs some\n"
    "      --interval TIME    between statistics (1m)\n"
    "  -j, --job NAME         in the events (base name of the directory)\n"
    "      --log FORM         messages as text or json\n"
    "  -m, --memory SIZE      of one execution (4G)\n"
    "  -n, --instances COUNT  of the fuzzer (1)\n"
    "  -o, --output DIR       the job's directory (jobs/TARGET)\n"
    "      --target NAME      in the events (base name of TARGET)\n"
    "  -t, --timeout TIME     of one execution (5s)\n"
    "  -v, --verbose          say more\n"
    "      --version          the version\n"
    "  -x, --dictionary FILE  words of the input's language\n";

enum { OPT_EXIT_CRASHES = OPT_OWN, OPT_INTERVAL, OPT_TARGET };

struct options {
	struct job job;
	bool check, exit_crashes;
};

static const struct option long_options[] = {OPT_COMMON,
    {"check", no_argument, NULL, 'c'},
    {"dictionary", required_argument, NULL, 'x'},
    {"duration", required_argument, NULL, 'd'},
    {"exit-crashes", no_argument, NULL, OPT_EXIT_CRASHES},
    {"fuzzer", required_argument, NULL, 'f'},
    {"grace", required_argument, NULL, 'g'},
    {"instances", required_argument, NULL, 'n'},
    {"interval", required_argument, NULL, OPT_INTERVAL},
    {"job", required_argument, NULL, 'j'},
    {"memory", required_argument, NULL, 'm'},
    {"output", required_argument, NULL, 'o'},
    {"seeds", required_argument, NULL, 'i'},
    {"target", required_argument, NULL, OPT_TARGET},
    {"timeout", required_argument, NULL, 't'}, {NULL, 0, NULL, 0}};

static void
replace(char **text, const char *by)
{
	free(*text);
	*text = mem_dup(by);
}

static void
set_fuzzer(struct job *job, const char *name)
{
	job->engine = engine_named(name);
	if (job->engine == NULL)
		opt_usage(usage, "--fuzzer is afl++ or libfuzzer, not %s",
		    msg_quote(name));
}

static void
set_instances(struct job *job, const char *text)
{
	uint64_t count = opt_need_count("--instances", text);

	if (count < 1 || count > 1024)
		opt_usage(usage, "--instances is from 1 to 1024, not %s",
		    msg_quote(text));
	job->run.instances = (unsigned)count;
}

static int64_t
positive(const char *option, const char *text)
{
	int64_t ms = opt_need_duration(option, text);

	if (ms <= 0)
		opt_usage(usage, "%s must be above zero", option);
	return ms;
}

static void
set_option(struct options *o, int option)
{
	struct job *job = &o->job;

	switch (option) {
	case 'c':
		o->check = true;
		break;
	case 'd':
		job->duration_ms = positive("--duration", optarg);
		break;
	case 'f':
		set_fuzzer(job, optarg);
		break;
	case 'g':
		job->grace_ms = opt_need_duration("--grace", optarg);
		break;
	case 'i':
		replace(&job->seeds, optarg);
		break;
	case 'j':
		replace(&job->name, optarg);
		break;
	case 'm':
		job->run.memory_bytes = opt_need_size("--memory", optarg);
		break;
	case 'n':
		set_instances(job, optarg);
		break;
	case 'o':
		replace(&job->directory, optarg);
		break;
	case 't':
		job->run.timeout_ms = positive("--timeout", optarg);
		break;
	case 'x':
		replace(&job->dictionary, optarg);
		break;
	case OPT_EXIT_CRASHES:
		o->exit_crashes = true;
		break;
	case OPT_INTERVAL:
		job->interval_ms = positive("--interval", optarg);
		break;
	case OPT_TARGET:
		replace(&job->target, optarg);
		break;
	default:
		opt_common(option, usage);
	}
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

static void
options_parse(struct options *o, int argc, char *argv[])
{
	int option;

	job_init(&o->job);
	while ((option = getopt_long(argc, argv,
		    "+cd:f:g:hi:j:m:n:o:t:vx:", long_options, NULL)) != -1)
		set_option(o, option);
	if (optind == argc)
		opt_usage(usage, "no target");
	strvec_add_all(&o->job.command, argv + optind);
	if (o->job.target == NULL)
		replace(&o->job.target, base_name(argv[optind]));
	if (o->job.directory == NULL)
		o->job.directory = mem_printf("jobs/%s", o->job.target);
	if (o->job.name == NULL)
		replace(&o->job.name, base_name(o->job.directory));
}

static int
run(struct options *o)
{
	struct journal journal;
	struct supervised result;
	int status = job_open(&o->job);

	if (status != 0)
		return status;
	if (journal_open(&journal, o->job.fd, o->job.name, o->job.target,
		o->job.engine->name) < 0) {
		status = msg_exit_code(errno);
		msg_warn(
		    "open events.jsonl in %s", msg_quote(o->job.directory));
		return status;
	}
	result = supervise(&o->job, &journal);
	journal_close(&journal);
	status = exit_worse(result.status, journal_status(&journal));
	if (o->exit_crashes && result.crashes > 0)
		status = exit_worse(status, 1);
	buf_release(&journal.waiting);
	return status;
}

int
main(int argc, char *argv[])
{
	struct options o = {0};
	int status;

	msg_init("pf-run");
	options_parse(&o, argc, argv);
	status = preflight(&o.job);
	if (status == 0 && !o.check)
		status = run(&o);
	job_release(&o.job);
	return status;
}

/* Options of pf-run and what they may be. */
#include "options.h"

#include "mem.h"
#include "msg.h"
#include "opt.h"

static const char usage[] =
    "usage: pf-run [-chv] [-d DURATION] [-F DIR] [-f FUZZER] [-g GRACE] "
    "[-i SEEDS] [-j JOB] [-m MEMORY] [-n INSTANCES] [-o DIR] [-t TIMEOUT] "
    "[-u USER] [-x DICT] -- TARGET [ARG...]\n"
    "       pf-run --list | --status | --stop [DIR...]\n"
    "\n"
    "  -c, --check            only look whether the job could run\n"
    "      --cmplog FILE      AFL++: a build that logs comparisons\n"
    "                         (TARGET.cmplog)\n"
    "      --containment MEANS  cgroup, namespace or keeper (the best)\n"
    "      --corpus-max-bytes SIZE  minimize a larger corpus (no bound)\n"
    "      --corpus-max-count COUNT  of testcases, likewise (5000)\n"
    "      --cpus LIST        processors to run on, as 0-3,6 (all)\n"
    "      --crash-dir DIR    other: where crash inputs appear\n"
    "      --crash-pattern GLOB  other: their names (*)\n"
    "  -d, --duration TIME    how long to fuzz (until stopped)\n"
    "      --disk SIZE        of the job's directory (no bound)\n"
    "      --exit-crashes     exit 1 when crashes were found\n"
    "  -F, --foreign DIR      testcases that arrive from elsewhere\n"
    "  -f, --fuzzer NAME      afl++, libfuzzer, honggfuzz or other\n"
    "                         (recognized in the target)\n"
    "      --file-size SIZE   of a file that it writes (1G)\n"
    "  -g, --grace TIME       to save its state before it is killed (10s)\n"
    "  -h, --help             this text\n"
    "  -i, --seeds DIR        first inputs; AFL++ needs some\n"
    "      --interval TIME    between statistics (1m)\n"
    "  -j, --job NAME         in the events (base name of the directory)\n"
    "      --list             the jobs below the directories (jobs)\n"
    "      --log FORM         messages as text or json\n"
    "      --log-size SIZE    of logs and events.jsonl, each (16M)\n"
    "  -m, --memory SIZE      of one fuzzer process (4G)\n"
    "      --min-free SIZE    of the disk; with less nothing runs (512M)\n"
    "      --mode MODE        libFuzzer: fork or single (fork)\n"
    "  -n, --instances COUNT  of the fuzzer (1)\n"
    "      --network          with --sandbox: it keeps the network\n"
    "  -o, --output DIR       the job's directory (jobs/TARGET)\n"
    "      --open-files COUNT  that a process may have (as it is)\n"
    "      --pause-max TIME   the longest before a restart (5m)\n"
    "      --restarts COUNT   quick failures in a row that end it (10)\n"
    "      --sandbox          nothing but the job's directory is writable\n"
    "      --stall TIME       without a sign of life it is restarted (30m)\n"
    "      --status           how the jobs in the directories stand\n"
    "      --stop             the jobs in the directories\n"
    "  -t, --timeout TIME     of one execution (5s)\n"
    "      --target NAME      in the events (base name of TARGET)\n"
    "      --trial            run each seed once and name the bad ones\n"
    "  -u, --user NAME        that the fuzzer becomes, started as root\n"
    "  -v, --verbose          say more\n"
    "      --variant FILE     AFL++: another build, for an instance of its\n"
    "                         own (TARGET.asan, TARGET.ubsan, ...)\n"
    "      --version          the version\n"
    "  -x, --dictionary FILE  words of the input's language (TARGET.dict)\n";

enum {
	OPT_CMPLOG = OPT_OWN,
	OPT_CONTAINMENT,
	OPT_CORPUS_MAX_BYTES,
	OPT_CORPUS_MAX_COUNT,
	OPT_CPUS,
	OPT_CRASH_DIR,
	OPT_CRASH_PATTERN,
	OPT_DISK,
	OPT_EXIT_CRASHES,
	OPT_FILE_SIZE,
	OPT_INTERVAL,
	OPT_LIST,
	OPT_LOG_SIZE,
	OPT_MIN_FREE,
	OPT_MODE,
	OPT_NETWORK,
	OPT_OPEN_FILES,
	OPT_PAUSE_MAX,
	OPT_RESTARTS,
	OPT_SANDBOX,
	OPT_STALL,
	OPT_STATUS,
	OPT_STOP,
	OPT_TARGET,
	OPT_TRIAL,
	OPT_VARIANT
};

static const struct option long_options[] = {OPT_COMMON,
    {"check", no_argument, NULL, 'c'},
    {"cmplog", required_argument, NULL, OPT_CMPLOG},
    {"containment", required_argument, NULL, OPT_CONTAINMENT},
    {"corpus-max-bytes", required_argument, NULL, OPT_CORPUS_MAX_BYTES},
    {"corpus-max-count", required_argument, NULL, OPT_CORPUS_MAX_COUNT},
    {"cpus", required_argument, NULL, OPT_CPUS},
    {"crash-dir", required_argument, NULL, OPT_CRASH_DIR},
    {"crash-pattern", required_argument, NULL, OPT_CRASH_PATTERN},
    {"dictionary", required_argument, NULL, 'x'},
    {"disk", required_argument, NULL, OPT_DISK},
    {"duration", required_argument, NULL, 'd'},
    {"exit-crashes", no_argument, NULL, OPT_EXIT_CRASHES},
    {"file-size", required_argument, NULL, OPT_FILE_SIZE},
    {"foreign", required_argument, NULL, 'F'},
    {"fuzzer", required_argument, NULL, 'f'},
    {"grace", required_argument, NULL, 'g'},
    {"instances", required_argument, NULL, 'n'},
    {"interval", required_argument, NULL, OPT_INTERVAL},
    {"job", required_argument, NULL, 'j'},
    {"list", no_argument, NULL, OPT_LIST},
    {"log-size", required_argument, NULL, OPT_LOG_SIZE},
    {"memory", required_argument, NULL, 'm'},
    {"min-free", required_argument, NULL, OPT_MIN_FREE},
    {"mode", required_argument, NULL, OPT_MODE},
    {"network", no_argument, NULL, OPT_NETWORK},
    {"open-files", required_argument, NULL, OPT_OPEN_FILES},
    {"output", required_argument, NULL, 'o'},
    {"pause-max", required_argument, NULL, OPT_PAUSE_MAX},
    {"restarts", required_argument, NULL, OPT_RESTARTS},
    {"sandbox", no_argument, NULL, OPT_SANDBOX},
    {"seeds", required_argument, NULL, 'i'},
    {"stall", required_argument, NULL, OPT_STALL},
    {"status", no_argument, NULL, OPT_STATUS},
    {"stop", no_argument, NULL, OPT_STOP},
    {"target", required_argument, NULL, OPT_TARGET},
    {"timeout", required_argument, NULL, 't'},
    {"trial", no_argument, NULL, OPT_TRIAL},
    {"user", required_argument, NULL, 'u'},
    {"variant", required_argument, NULL, OPT_VARIANT}, {NULL, 0, NULL, 0}};

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
		opt_usage(usage,
		    "--fuzzer is afl++, libfuzzer, honggfuzz or other, not %s",
		    msg_quote(name));
}

static unsigned
count_from_1(const char *option, const char *text, uint64_t most)
{
	uint64_t count = opt_need_count(option, text);

	if (count < 1 || count > most)
		opt_usage(usage, "%s is from 1 to %llu, not %s", option,
		    (unsigned long long)most, msg_quote(text));
	return (unsigned)count;
}

static int64_t
positive(const char *option, const char *text)
{
	int64_t ms = opt_need_duration(option, text);

	if (ms <= 0)
		opt_usage(usage, "%s must be above zero", option);
	return ms;
}

/* "0-3,6": false when it is anything else. */
static bool
parse_cpus(const char *text, cpu_set_t *cpus)
{
	unsigned long first, last;
	char *end;

	CPU_ZERO(cpus);
	for (;; text = end + 1) {
		if (*text < '0' || *text > '9')
			return false;
		first = last = strtoul(text, &end, 10);
		if (end[0] == '-' && end[1] >= '0' && end[1] <= '9')
			last = strtoul(end + 1, &end, 10);
		if (last < first || last >= CPU_SETSIZE)
			return false;
		for (; first <= last; first++)
			CPU_SET(first, cpus);
		if (*end != ',')
			return *end == '\0';
	}
}

static void
set_cpus(struct job *job, const char *text)
{
	cpu_set_t have;
	int cpu;

	if (!parse_cpus(text, &job->cpus))
		opt_usage(usage, "--cpus is a list as 0-3,6, not %s",
		    msg_quote(text));
	if (sched_getaffinity(0, sizeof have, &have) == 0)
		for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, &job->cpus) &&
			    !CPU_ISSET(cpu, &have))
				opt_usage(usage,
				    "--cpus %s: processor %d is not ours",
				    msg_quote(text), cpu);
	job->cpus_set = true;
}

static void
set_containment(struct job *job, const char *name)
{
	if (!child_containment_named(name, &job->containment))
		opt_usage(usage,
		    "--containment is cgroup, namespace or keeper, not %s",
		    msg_quote(name));
}

static void
set_mode(struct job *job, const char *name)
{
	if (strcmp(name, "fork") == 0)
		job->run.mode = ENGINE_MODE_FORK;
	else if (strcmp(name, "single") == 0)
		job->run.mode = ENGINE_MODE_SINGLE;
	else
		opt_usage(
		    usage, "--mode is fork or single, not %s", msg_quote(name));
	job->mode_given = true;
}

static void
set_user(struct job *job, const char *name)
{
	opt_need_user("--user", name, &job->uid, &job->gid);
	replace(&job->user, name);
}

/* What the job is and where. */
static bool
set_spec(struct job *job, int option)
{
	switch (option) {
	case 'F':
		strvec_add(&job->foreign, optarg);
		break;
	case 'f':
		set_fuzzer(job, optarg);
		break;
	case 'i':
		replace(&job->seeds, optarg);
		break;
	case 'j':
		replace(&job->name, optarg);
		break;
	case 'n':
		job->run.instances = count_from_1("--instances", optarg, 1024);
		break;
	case 'o':
		replace(&job->directory, optarg);
		break;
	case 'x':
		replace(&job->dictionary, optarg);
		break;
	case OPT_CMPLOG:
		replace(&job->cmplog, optarg);
		break;
	case OPT_CRASH_DIR:
		replace(&job->crash_dir, optarg);
		break;
	case OPT_CRASH_PATTERN:
		strvec_add(&job->crash_patterns, optarg);
		break;
	case OPT_MODE:
		set_mode(job, optarg);
		break;
	case OPT_TARGET:
		replace(&job->target, optarg);
		break;
	case OPT_VARIANT:
		strvec_add(&job->variants, optarg);
		break;
	default:
		return false;
	}
	return true;
}

/* How much of anything it may take. */
static bool
set_bound(struct job *job, int option)
{
	switch (option) {
	case 'd':
		job->duration_ms = positive("--duration", optarg);
		break;
	case 'g':
		job->grace_ms = opt_need_duration("--grace", optarg);
		break;
	case 'm':
		job->run.memory_bytes = opt_need_size("--memory", optarg);
		break;
	case 't':
		job->run.timeout_ms = positive("--timeout", optarg);
		break;
	case OPT_CORPUS_MAX_BYTES:
		job->corpus_max_bytes =
		    opt_need_size("--corpus-max-bytes", optarg);
		break;
	case OPT_CORPUS_MAX_COUNT:
		job->corpus_max_count =
		    opt_need_count("--corpus-max-count", optarg);
		break;
	case OPT_DISK:
		job->disk_max_bytes = opt_need_size("--disk", optarg);
		break;
	case OPT_FILE_SIZE:
		job->file_size_max = opt_need_size("--file-size", optarg);
		break;
	case OPT_INTERVAL:
		job->interval_ms = positive("--interval", optarg);
		break;
	case OPT_LOG_SIZE:
		job->log_max_bytes = opt_need_size("--log-size", optarg);
		if (job->log_max_bytes == 0)
			opt_usage(usage, "--log-size must be above zero");
		break;
	case OPT_MIN_FREE:
		job->min_free_bytes = opt_need_size("--min-free", optarg);
		break;
	case OPT_OPEN_FILES:
		job->open_files_max =
		    count_from_1("--open-files", optarg, 1 << 30);
		break;
	case OPT_PAUSE_MAX:
		job->backoff_max_ms = positive("--pause-max", optarg);
		break;
	case OPT_RESTARTS:
		job->restarts_max = count_from_1("--restarts", optarg, 1 << 30);
		break;
	case OPT_STALL:
		job->stall_ms = opt_need_duration("--stall", optarg);
		break;
	default:
		return false;
	}
	return true;
}

/* What holds it. */
static bool
set_confinement(struct job *job, int option)
{
	switch (option) {
	case 'u':
		set_user(job, optarg);
		break;
	case OPT_CONTAINMENT:
		set_containment(job, optarg);
		break;
	case OPT_CPUS:
		set_cpus(job, optarg);
		break;
	case OPT_NETWORK:
		job->network = true;
		break;
	case OPT_SANDBOX:
		job->sandbox = true;
		break;
	default:
		return false;
	}
	return true;
}

static void
set_verb(struct options *o, enum verb verb)
{
	if (o->verb != VERB_RUN && o->verb != verb)
		opt_usage(usage,
		    "only one of --check, --list, --status, --stop and --trial "
		    "at a time");
	o->verb = verb;
}

static void
set_option(struct options *o, int option)
{
	if (set_spec(&o->job, option) || set_bound(&o->job, option) ||
	    set_confinement(&o->job, option))
		return;
	switch (option) {
	case 'c':
		set_verb(o, VERB_CHECK);
		break;
	case OPT_EXIT_CRASHES:
		o->exit_crashes = true;
		break;
	case OPT_LIST:
		set_verb(o, VERB_LIST);
		break;
	case OPT_STATUS:
		set_verb(o, VERB_STATUS);
		break;
	case OPT_STOP:
		set_verb(o, VERB_STOP);
		break;
	case OPT_TRIAL:
		set_verb(o, VERB_TRIAL);
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
take_target(struct job *job, char *const argv[])
{
	if (argv[0] == NULL)
		opt_usage(usage, "no target");
	strvec_add_all(&job->command, argv);
	if (job->target == NULL)
		replace(&job->target, base_name(argv[0]));
	if (job->directory == NULL)
		job->directory = mem_printf("jobs/%s", job->target);
	if (job->name == NULL)
		replace(&job->name, base_name(job->directory));
}

void
options_parse(struct options *o, int argc, char *argv[])
{
	static char jobs_name[] = "jobs";
	static char *const jobs[] = {jobs_name, NULL};
	int option;

	*o = (struct options){0};
	job_init(&o->job);
	while ((option = getopt_long(argc, argv,
		    "+cd:F:f:g:hi:j:m:n:o:t:u:vx:", long_options, NULL)) != -1)
		set_option(o, option);
	if (o->job.network && !o->job.sandbox)
		opt_usage(usage, "--network goes with --sandbox");
	o->directory = argv + optind;
	if (o->verb <= VERB_TRIAL) {
		take_target(&o->job, argv + optind);
	} else if (optind == argc) {
		if (o->verb != VERB_LIST)
			opt_usage(usage, "no job's directory");
		o->directory = jobs;
	}
}

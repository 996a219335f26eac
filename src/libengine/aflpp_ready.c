/* What afl-fuzz needs of the machine, and of those that run beside it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sysexits.h>

#include "aflpp.h"
#include "buf.h"
#include "mem.h"
#include "msg.h"

#define TIMEOUT_MIN_MS 5 /* in afl-fuzz.c */
#define FOREIGN_MAX 32   /* FOREIGN_SYNCS_MAX in config.h */
#define CPUFREQ "/sys/devices/system/cpu/cpu0/cpufreq/"

/* Its first line; empty when it cannot be read. */
static void
read_first_line(struct buf *line, const char *path)
{
	char *end;

	buf_clear(line);
	(void)buf_read_file(line, AT_FDCWD, path, 4096);
	end = memchr(line->data, '\n', line->len);
	if (end != NULL)
		buf_truncate(line, (size_t)(end - line->data));
}

/* check_crash_handling in afl-fuzz-init.c. */
static bool
crashes_are_piped(void)
{
	struct buf pattern = BUF_INIT;
	bool piped;

	read_first_line(&pattern, "/proc/sys/kernel/core_pattern");
	piped = pattern.data[0] == '|';
	buf_release(&pattern);
	return piped;
}

/*
 * check_cpu_governor there: another governor matters only where there is more
 * than one speed.
 */
static char *
slow_governor(void)
{
	struct buf governor = BUF_INIT, least = BUF_INIT, most = BUF_INIT;
	char *name = NULL;

	read_first_line(&governor, CPUFREQ "scaling_governor");
	read_first_line(&least, CPUFREQ "scaling_min_freq");
	read_first_line(&most, CPUFREQ "scaling_max_freq");
	if (governor.len > 0 && strncmp(governor.data, "perf", 4) != 0 &&
	    (least.len == 0 || strcmp(least.data, most.data) != 0))
		name = buf_take(&governor);
	buf_release(&governor);
	buf_release(&least);
	buf_release(&most);
	return name;
}

/* afl-fuzz holds a flock on its directory (maybe_delete_out_dir). */
static bool
is_held(const struct engine_job *job, unsigned number)
{
	char *name = aflpp_instance(job, number);
	char *path = mem_printf("%s/out/%s", job->directory, name);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool held = false;

	if (fd >= 0) {
		held = flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
		close(fd);
	}
	free(path);
	free(name);
	return held;
}

static char *
held_by_another(const struct engine_job *job)
{
	unsigned i;

	for (i = 0; i < job->instances; i++)
		if (is_held(job, i))
			return aflpp_instance(job, i);
	return NULL;
}

/* What the installed version cannot do although it is asked to. */
static const char *
unknown_option(const struct engine_job *job)
{
	unsigned words = aflpp_installed_words();

	if (job->foreign != NULL && !aflpp_knows(words, AFLPP_FOREIGN))
		return "-F, for corpora of others";
	if (job->cmplog != NULL && !aflpp_knows(words, AFLPP_CMPLOG))
		return "-c, for --cmplog";
	return NULL;
}

static unsigned
length(char *const *list)
{
	unsigned n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	return n;
}

/* What afl-fuzz would refuse whatever the machine; NULL when nothing. */
static char *
wrong_numbers(const struct engine_job *job)
{
	unsigned needed =
	    aflpp_instances_needed(job->cmplog != NULL, length(job->variants));

	if (job->instances < needed)
		return mem_printf(
		    "each build needs an instance of its own: -n %u", needed);
	if (job->timeout_ms < TIMEOUT_MIN_MS)
		return mem_printf("AFL++ needs a --timeout of at least %d ms",
		    TIMEOUT_MIN_MS);
	if (length(job->foreign) > FOREIGN_MAX)
		return mem_printf(
		    "AFL++ takes %d directories by --foreign, not %u",
		    FOREIGN_MAX, length(job->foreign));
	return NULL;
}

int
aflpp_unready(const struct engine_job *job, char **why)
{
	const char *option = unknown_option(job);
	char *name;

	if ((*why = wrong_numbers(job)) != NULL)
		return EX_USAGE;
	if (option != NULL) {
		*why = mem_printf(
		    "the installed afl-fuzz is too old for %s", option);
		return EX_UNAVAILABLE;
	}
	if (getenv("AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES") == NULL &&
	    crashes_are_piped()) {
		*why = mem_dup(
		    "the kernel hands each crash to a program, which takes "
		    "so long that AFL++ loses crashes as timeouts; as root: "
		    "echo core >/proc/sys/kernel/core_pattern");
		return EX_CONFIG;
	}
	if ((name = held_by_another(job)) != NULL) {
		*why = mem_printf("%s/out/%s is in use by another afl-fuzz",
		    job->directory, name);
		free(name);
		return EX_TEMPFAIL;
	}
	if (getenv("AFL_SKIP_CPUFREQ") == NULL &&
	    (name = slow_governor()) != NULL) {
		*why = mem_printf("the processors run under the governor %s, "
				  "which costs speed; as root: "
				  "afl-system-config, or echo performance into "
				  "each cpufreq/scaling_governor",
		    msg_quote(name));
		free(name);
		return 1;
	}
	return 0;
}

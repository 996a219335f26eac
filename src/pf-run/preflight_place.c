/* Where the job is to run: its directory, its disk, its user. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "lock.h"
#include "mem.h"
#include "msg.h"
#include "opt.h"
#include "preflight_parts.h"
#include "program.h"

/* The corpus must not feed on itself. */
static int
check_overlap(const struct job *job)
{
	struct strvec own = STRVEC_INIT;
	int status = 0;
	size_t i;

	if (job->seeds == NULL)
		return 0;
	if (strcmp(job->seeds, job->directory) == 0) {
		msg_warnx("seeds and job directory are the same: %s",
		    msg_quote(job->seeds));
		return EX_USAGE;
	}
	if (preflight_is_below(job->directory, job->seeds)) {
		msg_warnx("the job's directory %s is inside the seeds %s",
		    msg_quote(job->directory), msg_quote(job->seeds));
		return EX_USAGE;
	}
	job_writable(job, &own);
	strvec_addf(&own, "%s/crashes", job->directory);
	strvec_addf(&own, "%s/log", job->directory);
	for (i = 0; i < own.count && status == 0; i++)
		if (strcmp(job->seeds, own.item[i]) == 0 ||
		    preflight_is_below(job->seeds, own.item[i])) {
			msg_warnx("the seeds %s are what the job itself "
				  "writes; it goes on with that anyway",
			    msg_quote(job->seeds));
			status = EX_USAGE;
		}
	strvec_release(&own);
	return status;
}

static int
check_not_running(const struct job *job)
{
	char *path = mem_printf("%s/lock", job->directory);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct lock_holder holder = {.held = false};

	free(path);
	if (fd >= 0) {
		(void)lock_look(fd, &holder);
		close(fd);
	}
	if (!holder.held || lock_is_ending(&holder))
		return 0;
	msg_warnx("the job in %s is running", msg_quote(job->directory));
	return EX_TEMPFAIL;
}

static int
check_directory(const struct job *job)
{
	char *there = preflight_existing(job->directory);
	struct stat st;
	int status = 0;

	if (stat(there, &st) == 0 && !S_ISDIR(st.st_mode)) {
		msg_warnx("job's directory %s: %s is not a directory",
		    msg_quote(job->directory), msg_quote(there));
		status = EX_CANTCREAT;
	} else if (access(there, W_OK | X_OK) < 0) {
		status = msg_exit_code(errno);
		msg_warn("create %s in %s", msg_quote(job->directory),
		    msg_quote(there));
	}
	free(there);
	return status;
}

/* A fuzzer that cannot write there goes on, and what it finds is lost. */
static int
check_writable(const struct job *job)
{
	struct strvec below = STRVEC_INIT;
	int status = 0;
	size_t i;

	job->engine->directories(&job->run, &below);
	for (i = 0; job->user == NULL && status == 0 && i < below.count; i++) {
		char *path = mem_printf("%s/%s", job->directory, below.item[i]);

		if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) < 0 &&
		    errno != ENOENT && errno != ENOTDIR) {
			status = msg_exit_code(errno);
			msg_warn("write to %s", msg_quote(path));
		}
		free(path);
	}
	strvec_release(&below);
	return status;
}

static int
check_disk(const struct job *job)
{
	char *there = preflight_existing(job->directory);
	char have[OPT_SIZE_TEXT], bound[OPT_SIZE_TEXT];
	struct statvfs disk;
	uint64_t room;
	int status = 0;

	if (statvfs(there, &disk) == 0) {
		room = (uint64_t)disk.f_bavail * disk.f_frsize;
		if (room < job->min_free_bytes) {
			opt_size_text(room, have);
			opt_size_text(job->min_free_bytes, bound);
			msg_warnx("%s of the disk of %s are free, less than "
				  "the %s of --min-free",
			    have, msg_quote(there), bound);
			status = EX_TEMPFAIL;
		}
	}
	free(there);
	return status;
}

int
preflight_place(const struct job *job)
{
	int status;

	if ((status = check_overlap(job)) != 0 ||
	    (status = check_not_running(job)) != 0 ||
	    (status = check_directory(job)) != 0 ||
	    (status = check_writable(job)) != 0)
		return status;
	return check_disk(job);
}

/* Whether the job's user may: 0, or an errno. Asked by becoming that user. */
static int
denied_to_user(const struct job *job, const char *path, int mode)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (pid == 0) {
		if (setgroups(0, NULL) < 0 ||
		    setresgid(job->gid, job->gid, job->gid) < 0 ||
		    setresuid(job->uid, job->uid, job->uid) < 0)
			_exit(errno);
		_exit(access(path, mode) == 0 ? 0 : errno);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static int
user_may(const struct job *job, const char *what, const char *path, int mode)
{
	int error;

	if (path == NULL || (error = denied_to_user(job, path, mode)) == 0)
		return 0;
	msg_warnx("user %s cannot %s %s: %s", msg_quote(job->user), what,
	    msg_quote(path), strerror(error));
	return EX_NOPERM;
}

static int
check_user(const struct job *job)
{
	char *there = preflight_existing(job->directory);
	int status;
	size_t i;

	if ((status = user_may(job, "execute", job->command.item[0], X_OK)) ==
		0 &&
	    (status = user_may(job, "execute", job->cmplog, X_OK)) == 0 &&
	    (status = user_may(job, "read", job->seeds, R_OK | X_OK)) == 0 &&
	    (status = user_may(job, "read", job->dictionary, R_OK)) == 0)
		status = user_may(job, "reach", there, X_OK);
	for (i = 0; i < job->variants.count && status == 0; i++)
		status = user_may(job, "execute", job->variants.item[i], X_OK);
	for (i = 0; i < job->foreign.count && status == 0; i++)
		status = user_may(job, "read", job->foreign.item[i], R_OK);
	free(there);
	return status;
}

int
preflight_confinement(const struct job *job)
{
	char *found;

	if (job->sandbox) {
		found = program_find("bwrap");
		if (found == NULL) {
			msg_warnx("bwrap: not found in PATH; --sandbox needs "
				  "it (Debian: bubblewrap)");
			return EX_UNAVAILABLE;
		}
		free(found);
	}
	return job->user == NULL ? 0 : check_user(job);
}

/*
 * A child process together with everything it ever starts.
 *
 * Between us and the child stands a keeper: a small process in a session of
 * its own that is the subreaper of all descendants, however they fork or
 * setsid away. When the child has ended, when we ask for it, or when we die
 * (its socket to us closes, also by kill -9), the keeper kills and reaps every
 * descendant until none is left. Should the keeper itself be killed, the child
 * dies by PDEATHSIG and the rest is adopted by us and ended by child_next.
 *
 * A cgroup or a pid namespace holds the tree together beside that. What
 * happens to it after a kill -9 of
 *
 *	                 cgroup          namespace      neither
 *	us               the keeper ends it, within milliseconds
 *	the keeper       we end it in child_next
 *	us and the       the child dies, the    it dies    the child dies, but
 *	keeper at the    rest by the next       with the   what does not end by
 *	same instant     child_end_orphans      keeper     itself is left
 *	our group        like "us": the keeper is in a session of its own
 *	the child's      the keeper ends what is left
 *
 * So does a process that forks faster than /proc can be read: cgroup and
 * namespace end it at once, by the sweep of /proc it may take seconds. What
 * moves itself to another cgroup is found by that sweep, as long as the keeper
 * or we live. In a sandbox all dies with bwrap and that with the keeper, as in
 * a namespace.
 *
 * SysV shared memory outlives the processes that made it: each afl-fuzz that
 * is killed leaves two segments, until no more can be made. In a cgroup or a
 * namespace the child has an ipc namespace of its own where we may make one
 * (CAP_SYS_ADMIN), and in a sandbox always: they go with its processes.
 *
 * In a namespace or a sandbox processes have other pids than here: fuzzers
 * write those to their files and logs. child.pid is always ours.
 *
 * The child starts in a session and process group of its own, with default
 * signal dispositions, an empty mask, no core files or core_pattern programs,
 * no new privileges and no descriptors but its three.
 */
#ifndef PF_CHILD_H
#define PF_CHILD_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"

/* What holds the tree together, beside the keeper; the best means first. */
enum child_containment {
	CHILD_CGROUP,    /* a cgroup v2 of its own, ended by cgroup.kill */
	CHILD_NAMESPACE, /* a pid namespace, ended with its first process */
	CHILD_KEEPER     /* the keeper alone */
};

/*
 * A read-only file system but for some directories, by bubblewrap. /dev, /proc
 * and /tmp, empty and writable, are its own, and so are processes and SysV
 * memory.
 */
struct child_sandbox {
	char *const *writable; /* directories; ends with NULL */
	/* Files and directories below /tmp that stay to be read; or NULL. */
	char *const *readable;
	bool network; /* stays reachable */
};

struct child_spec {
	char *const *argv; /* argv[0] is looked up in PATH if without slash */
	char *const *env;  /* the whole environment */
	const char *dir;   /* working directory; NULL keeps ours */
	int in, out, err;  /* borrowed; -1 is /dev/null */
	/* Lower limits that hold already stay; 0 leaves them alone. */
	int hold; /* kept open until all of it is gone, whatever happens to us:
		   * a lock; borrowed; 0: none */
	uint64_t file_size_max;  /* RLIMIT_FSIZE in bytes */
	uint64_t open_files_max; /* RLIMIT_NOFILE */
	const cpu_set_t *cpus;   /* NULL leaves them alone */
	bool other_user;         /* become uid and gid, without other groups */
	uid_t uid;
	gid_t gid;
	const struct child_sandbox *sandbox; /* NULL: none */
	/* The best that is wanted; less is taken where it cannot be had. */
	enum child_containment containment;
};

struct child {
	pid_t keeper;
	enum child_containment containment; /* what it came to */
	struct cgroup cgroup;
	pid_t init;  /* the namespace's first process; 0 without one */
	pid_t pid;   /* the child, for the record: it may be gone already */
	int fd;      /* poll it for POLLIN, then call child_next */
	bool exited; /* its end was told already */
};

struct child_end {
	/*
	 * Of the child, as from waitpid. In a sandbox an exit with 128 + N is
	 * taken for the death by signal N that it mostly is.
	 */
	int wait_status;
	/* CPU of the whole tree and resident peak of its largest process. */
	int64_t cpu_ms;
	int64_t peak_rss_bytes;
	/* Processes that had to be killed afterwards; in a sandbox 0. */
	unsigned swept;
	unsigned left; /* processes that could not be killed; 0 but for bugs
			* of the kernel and foreign setuid programs */
};

enum child_event {
	CHILD_NOTHING,
	CHILD_EXITED, /* the child has ended: wait_status is set */
	CHILD_GONE,   /* nothing of it is left: all of *end is set */
};

/*
 * 0 once the child runs. -1 with errno when it could not be forked or
 * executed, in which case nothing is left to clean up: ENOENT also when bwrap
 * is missing for a sandbox, ENOTSUP when bwrap could not make it (its own
 * words are on spec->err), EPERM when we may not become the other user.
 */
int child_start(struct child *c, const struct child_spec *spec);
/*
 * Ends what is left of children in cgroups whose supervisor and keeper were
 * both killed: the number of processes that were killed. Only cgroups below
 * the one that we are in are looked at: those of a service, a cron or a login
 * session other than ours are not. child_start does it where it makes a
 * cgroup; call it first where old processes would be in the way before that.
 */
unsigned child_end_orphans(void);
/* Sends a signal to the child or to its whole process group. */
void child_signal(struct child *c, int signal, bool group);
/*
 * The resident memory of the whole tree. `exact` counts pages that processes
 * share once (Pss), which costs much more than the sum that counts them in
 * each; a process that does not let us read its Pss counts with the latter.
 * False when it cannot be known.
 */
bool child_memory(const struct child *c, bool exact, uint64_t *bytes);
/*
 * CPU time of the tree up to now: of all that ever ran in the cgroup, else of
 * the processes that live and those that were waited for.
 */
bool child_cpu(const struct child *c, int64_t *ms);
/* "cgroup", "namespace", "keeper". */
const char *child_containment_name(enum child_containment containment);
/* False when there is none of that name. */
bool
child_containment_named(const char *name, enum child_containment *containment);
/* Has the keeper kill the whole tree now. */
void child_kill(struct child *c);
/* Kills a keeper that does not do so; child_next does its work then. */
void child_kill_keeper(struct child *c);
/* What has happened; waits up to `timeout_ms` (-1: without end) for it. */
enum child_event
child_next(struct child *c, struct child_end *end, int timeout_ms);
/* Kills what is left, waits until nothing is, and frees. */
void child_release(struct child *c);

#endif

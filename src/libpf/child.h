/*
 * A child process together with everything it ever starts.
 *
 * Between us and the child stands a keeper: a small process in a session of
 * its own that is the subreaper of all descendants, however they fork or
 * setsid away. When the child has ended, when we ask for it, or when we die
 * (its socket to us closes, also by kill -9), the keeper kills and reaps every
 * descendant until none is left. Should the keeper itself be killed, the child
 * dies by PDEATHSIG and the rest is adopted by us and swept by child_next.
 *
 * The child starts in a session and process group of its own, with default
 * signal dispositions, an empty mask, no core files, no new privileges and no
 * descriptors but its three.
 */
#ifndef PF_CHILD_H
#define PF_CHILD_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What holds the tree together, beside the keeper; the best means first. */
enum child_containment {
	CHILD_CGROUP,    /* a cgroup v2 of its own, ended by cgroup.kill */
	CHILD_NAMESPACE, /* a pid namespace, ended with its first process */
	CHILD_KEEPER     /* the keeper alone */
};

/* A read-only file system but for some directories (bubblewrap). */
struct child_sandbox {
	char *const *writable; /* absolute, ends with NULL */
	bool network;          /* stays reachable */
};

struct child_spec {
	char *const *argv; /* argv[0] is looked up in PATH if without slash */
	char *const *env;  /* the whole environment */
	const char *dir;   /* working directory; NULL keeps ours */
	int in, out, err;  /* borrowed; -1 is /dev/null */
	uint64_t file_size_max;  /* RLIMIT_FSIZE in bytes; 0 leaves it alone */
	uint64_t open_files_max; /* RLIMIT_NOFILE; 0 leaves it alone */
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
	pid_t pid;   /* the child, for the record: it may be gone already */
	int fd;      /* poll it for POLLIN, then call child_next */
	bool exited; /* its end was told already */
};

struct child_end {
	int wait_status; /* of the child, as from waitpid */
	/* CPU of the whole tree and resident peak of its largest process. */
	int64_t cpu_ms;
	int64_t peak_rss_bytes;
	unsigned swept; /* processes that had to be killed afterwards */
	unsigned left;  /* processes that could not be killed; 0 but for bugs
			 * of the kernel and foreign setuid programs */
};

enum child_event {
	CHILD_NOTHING,
	CHILD_EXITED, /* the child has ended: wait_status is set */
	CHILD_GONE,   /* nothing of it is left: all of *end is set */
};

/*
 * 0 once the child runs. -1 with errno when it could not be forked or
 * executed, in which case nothing is left to clean up.
 */
int child_start(struct child *c, const struct child_spec *spec);
/* Sends a signal to the child or to its whole process group. */
void child_signal(struct child *c, int signal, bool group);
/*
 * The resident memory of the whole tree. `exact` counts pages that processes
 * share once (Pss), which costs much more than the sum that counts them in
 * each. False when it cannot be known.
 */
bool child_memory(const struct child *c, bool exact, uint64_t *bytes);
/* CPU time that the processes of the tree that live have used. */
bool child_cpu(const struct child *c, int64_t *ms);
/* "cgroup", "namespace", "keeper". */
const char *child_containment_name(enum child_containment containment);
/* Has the keeper kill the whole tree now. */
void child_kill(struct child *c);
/* What has happened; waits up to `timeout_ms` (-1: without end) for it. */
enum child_event
child_next(struct child *c, struct child_end *end, int timeout_ms);
/* Kills what is left, waits until nothing is, and frees. */
void child_release(struct child *c);

#endif

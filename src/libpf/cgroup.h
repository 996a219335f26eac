/*
 * A cgroup v2 of a child's own, below the one that we are in. It needs no
 * controller: only that all its processes can be listed and killed at once,
 * which no fork, setsid or change of user gets a process out of.
 *
 * Its name is pf-NAMESPACE-PID-START-COUNT: the pid namespace and pid of the
 * process that made it and that one's start time, so that after both it and
 * the keeper were killed somebody else can tell that nobody owns it any more.
 */
#ifndef PF_CGROUP_H
#define PF_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

struct process_list;

#define CGROUP_NAME_MAX 96

struct cgroup {
	int fd; /* its directory; -1: there is none */
	char name[CGROUP_NAME_MAX];
};

/*
 * Makes one. -1 where there is no cgroup v2 that we are in, where it has no
 * cgroup.kill (Linux before 5.14), or where we may not: g->fd is -1 then.
 */
int cgroup_create(struct cgroup *g);
/* Puts the calling process into it. 0, or -1 with errno. */
int cgroup_enter(const struct cgroup *g);
/*
 * Kills what is in it and waits until nothing is, for up to 20 s. The number
 * of processes that were killed. Nothing happens when g->fd is -1.
 */
unsigned cgroup_kill(const struct cgroup *g);
/* Removes the empty cgroup and those that were made below it. */
void cgroup_remove(const struct cgroup *g);
/* Closes our descriptor of it. */
void cgroup_close(struct cgroup *g);
/* Appends its processes; those of cgroups below it are not seen. */
bool cgroup_list(const struct cgroup *g, struct process_list *l);
/* CPU time that all its processes ever used. */
bool cgroup_cpu(const struct cgroup *g, int64_t *ms);
/*
 * Kills and removes those cgroups below our own that were made by a process of
 * our pid namespace that is gone. The number of processes that were killed.
 */
unsigned cgroup_end_orphans(void);

/*
 * Where the cgroup v2 that we are in lies in the file system: from the texts
 * of /proc/self/mountinfo and /proc/self/cgroup. An absolute path that the
 * caller frees; NULL when no mount shows it.
 */
char *cgroup_path(const char *mountinfo, const char *cgroup);
/* The same of version 1's hierarchy with the controller; NULL is version 2. */
char *cgroup_path_of(
    const char *mountinfo, const char *cgroup, const char *controller);

#endif

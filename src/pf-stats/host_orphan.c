/* Whether a process is what a supervisor has left behind. */
#include <fcntl.h>

#include "buf.h"
#include "host_processes.h"

/* The kernel has a bound of its own, a quarter of the stack's. */
#define ENVIRON_MAX (8 << 20)

bool
environ_names_job(const char *words, size_t n)
{
	static const char name[] = "PF_JOB=";
	const char *at = words, *end = words + n, *next;

	for (; at < end; at = next + 1) {
		if ((size_t)(end - at) >= sizeof name - 1 &&
		    memcmp(at, name, sizeof name - 1) == 0)
			return true;
		next = memchr(at, '\0', (size_t)(end - at));
		if (next == NULL)
			break;
	}
	return false;
}

/* Each read anew: since the table was read it may have been adopted. */
static bool
has_supervisor(pid_t pid)
{
	struct process p;

	while (pid != 0) {
		/* One that has ended between is taken for one. */
		if (!process_read(pid, &p) || strcmp(p.comm, "pf-run") == 0 ||
		    strcmp(p.comm, "pf-keeper") == 0)
			return true;
		pid = p.parent;
	}
	return false;
}

bool
process_is_orphan(pid_t pid)
{
	struct buf words = BUF_INIT;
	char path[40];
	bool is;

	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	is = buf_read_file(&words, AT_FDCWD, path, ENVIRON_MAX) == 0 &&
	    environ_names_job(words.data, words.len) && !has_supervisor(pid);
	buf_release(&words);
	return is;
}

/* The descendant set from /proc, killed until it is empty. */
#include "sweep.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "clock.h"
#include "process.h"

#define GIVE_UP_MS 20000

/* `killed` has each only once, though it is killed in every round. */
static void
kill_once(struct process_list *killed, pid_t pid)
{
	if (kill(pid, SIGKILL) == 0 && !process_list_has(killed, pid))
		process_list_add(killed, pid);
}

/* Kills and reaps one round; the number of living ones it found. */
static unsigned
round_of_kills(struct process_table *t, const pid_t *skip, unsigned skip_count,
    struct process_list *killed)
{
	unsigned living = 0;
	size_t i;

	process_table_read(t);
	process_table_mark(t, getpid(), skip, skip_count);
	for (i = 0; i < t->count; i++)
		if (t->row[i].marked && !t->row[i].zombie) {
			living++;
			kill_once(killed, t->row[i].pid);
		}
	for (i = 0; i < t->count; i++) {
		if (!t->row[i].marked ||
		    waitpid(t->row[i].pid, NULL, WNOHANG) != 0 ||
		    !t->row[i].zombie)
			continue;
		/* A zombie that cannot be reaped has other threads. */
		living++;
		kill_once(killed, t->row[i].pid);
	}
	return living;
}

/* Without anyone to spare, having no child at all needs no look at /proc. */
static bool
childless(unsigned skip_count)
{
	if (skip_count > 0)
		return false;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

void
sweep_descendants(
    const pid_t *skip, unsigned skip_count, unsigned *swept, unsigned *left)
{
	int64_t deadline = clock_monotonic() + GIVE_UP_MS;
	struct timespec pause = {.tv_nsec = 500000};
	struct process_list killed = {0};
	struct process_table t = {0};

	*left = 0;
	while (!childless(skip_count)) {
		*left = round_of_kills(&t, skip, skip_count, &killed);
		if (*left == 0 && skip_count > 0)
			break;
		if (clock_monotonic() > deadline) {
			/* Without /proc it is there, but not to be seen. */
			*left = *left > 0 ? *left : 1;
			goto out;
		}
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 50000000)
			pause.tv_nsec *= 2;
	}
	*left = 0;
out:
	*swept = (unsigned)killed.count;
	process_list_release(&killed);
	process_table_release(&t);
}

/* mmap(2), and SIGBUS for what is behind the end of the file: mapped.h. */
#include "mapped.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory is given back in steps of so much. */
#define STEP ((size_t)4 * 1024 * 1024)

/* What the handler of SIGBUS may mend. */
static struct {
	char *volatile data;
	volatile size_t len;
	volatile sig_atomic_t is_cut;
	struct sigaction before;
} current;

/* From the page of the fault on nothing of the file is left. */
static void
on_bus_error(int number, siginfo_t *info, void *context)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), at;
	uintptr_t fault = (uintptr_t)info->si_addr;
	int saved = errno;

	(void)context;
	at = (size_t)(fault - (uintptr_t)current.data);
	if (current.data == NULL || info->si_code != BUS_ADRERR ||
	    fault < (uintptr_t)current.data || at >= current.len) {
		sigaction(number, &current.before, NULL);
		return;
	}
	at -= at % page;
	if (mmap(current.data + at, current.len - at, PROT_READ,
		MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		sigaction(number, &current.before, NULL);
	current.is_cut = 1;
	errno = saved;
}

int
mapped_open(struct mapped *m, int fd, size_t len)
{
	struct sigaction action = {
	    .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
	char *data = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);

	if (data == MAP_FAILED)
		return -1;
	sigemptyset(&action.sa_mask);
	current.data = data;
	current.len = len;
	current.is_cut = 0;
	sigaction(SIGBUS, &action, &current.before);
	*m = (struct mapped){.data = data, .len = len};
	return 0;
}

void
mapped_pass(struct mapped *m, const char *at)
{
	size_t passed;

	if (m->data == NULL)
		return;
	passed = (size_t)(at - m->data) / STEP * STEP;
	/* What stands for lost bytes stays: the file may have grown again. */
	if (passed <= m->done || current.is_cut)
		return;
	madvise(current.data + m->done, passed - m->done, MADV_DONTNEED);
	m->done = passed;
}

void
mapped_again(struct mapped *m)
{
	m->done = 0;
}

bool
mapped_close(struct mapped *m)
{
	bool is_cut = current.is_cut;

	if (m->data == NULL)
		return true;
	munmap(current.data, current.len);
	sigaction(SIGBUS, &current.before, NULL);
	current.data = NULL;
	current.len = 0;
	*m = (struct mapped){0};
	return !is_cut;
}

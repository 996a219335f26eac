#include "refusal.h"

#include <stdbool.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mem.h"

#define LINE_MAX_BYTES 300

static const struct {
	int exit_code; /* -1: any but 0, or a signal */
	const char *mark;
} refusals[] = {
    /* ld.so, glibc 2.36 */
    {127, "error while loading shared libraries: "},
    {1, "symbol lookup error: "},
    {127, "symbol lookup error: "},
    /* compiler-rt 14 and libsanitizer 12 */
    {-1, "ASan runtime does not come first in initial library list"},
    {-1, "Your application is linked against incompatible ASan runtimes"},
    {-1, "Shadow memory range interleaves with an existing memory mapping"},
    {-1, "ReserveShadowMemoryRange failed"},
    {-1, "FATAL: ThreadSanitizer: unexpected memory mapping"},
    {-1, "FATAL: MemorySanitizer can not mmap the shadow memory"},
    {-1, "LeakSanitizer has encountered a fatal error"},
};

static bool
ended_so(int wait_status, int exit_code)
{
	if (exit_code < 0)
		return wait_status != 0;
	return WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == exit_code;
}

/* The whole line around it. */
static char *
line_at(const struct buf *output, const char *at)
{
	const char *start = at, *end = output->data + output->len, *stop;

	while (start > output->data && start[-1] != '\n')
		start--;
	stop = memchr(at, '\n', (size_t)(end - at));
	if (stop == NULL)
		stop = end;
	return mem_dup_n(start,
	    (size_t)(stop - start < LINE_MAX_BYTES ? stop - start
						   : LINE_MAX_BYTES));
}

char *
refusal_of(int wait_status, const struct buf *output)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		const char *at;

		if (!ended_so(wait_status, refusals[i].exit_code))
			continue;
		at = memmem(output->data, output->len, refusals[i].mark,
		    strlen(refusals[i].mark));
		if (at != NULL)
			return line_at(output, at);
	}
	return NULL;
}

const char *
refusal_full_disk(void)
{
	const char *temporary = getenv("TMPDIR");
	const char *const places[] = {
	    ".", temporary != NULL ? temporary : "/tmp"};
	struct statvfs fs;

	/* What cannot be written anyway is not full. */
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (statvfs(places[i], &fs) == 0 &&
		    (fs.f_flag & ST_RDONLY) == 0 && fs.f_blocks > 0 &&
		    fs.f_bavail == 0 && (geteuid() != 0 || fs.f_bfree == 0))
			return places[i];
	return NULL;
}

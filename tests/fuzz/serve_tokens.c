/* The list of tokens: what is read of it counts to its last line. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "harness.h"
#include "mem.h"
#include "pf-serve/tokens.h"

/* SHA-256 of "secret". */
#define LAST                                             \
	"\nnode,admin x sha256:2bb80d537b1da3e38bd30361" \
	"aa855686bde0eacd7162fef6a25fe97bf527a25b"

static struct tokens *
read_list(const uint8_t *data, size_t size, const char *more, int *status)
{
	int fd = memfd_create("tokens", MFD_CLOEXEC);
	char *path = mem_printf("/proc/self/fd/%d", fd);
	struct tokens *t;

	MUST(fd >= 0 && fchmod(fd, 0600) == 0);
	MUST(write(fd, data, size) == (ssize_t)size);
	MUST(write(fd, more, strlen(more)) == (ssize_t)strlen(more));
	t = tokens_read(path, status);
	free(path);
	close(fd);
	return t;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct caller caller;
	struct tokens *t;
	int status, with_last;

	t = read_list(data, size, "", &status);
	MUST(t == NULL ? status == EX_CONFIG : status == 0);
	if (t != NULL) {
		tokens_find(t, "", &caller);
		MUST(!caller.known && caller.roles == 0);
		tokens_find(t, "pf_of nobody", &caller);
		MUST(!caller.known && caller.roles == 0);
		tokens_free(t);
	}
	t = read_list(data, size, LAST, &with_last);
	MUST(with_last == status);
	if (t != NULL) {
		tokens_find(t, "secret", &caller);
		MUST(caller.known && caller.roles != 0);
		tokens_free(t);
	}
	return 0;
}

/* Packed input: every byte that comes out is one that went in, or it ends. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "unpack.h"

/* What a small input may become; more is not waited for. */
#define MOST (8 << 20)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char out[65536];
	int fd = memfd_create("packed", 0);
	struct unpack *u;
	size_t total = 0;
	ssize_t n;

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	u = unpack_new(fd);
	while ((n = unpack_read(u, out, sizeof out)) > 0 && total < MOST) {
		MUST((size_t)n <= sizeof out);
		/* What is not packed comes through as it is. */
		if (size > 0 && data[0] != 0x1f && data[0] != 0x28)
			MUST(total + (size_t)n <= size &&
			    memcmp(out, data + total, (size_t)n) == 0);
		total += (size_t)n;
	}
	if (n < 0)
		MUST(errno == EBADMSG && unpack_why(u) != NULL);
	unpack_free(u);
	close(fd);
	return 0;
}

/* Standard output, checked. */
#include "out.h"

#include <errno.h>
#include <stdbool.h>
#include <sysexits.h>

#include "buf.h"
#include "msg.h"

#define FLUSH_AT 65536

static struct buf pending = BUF_INIT;
static bool wrote;

static _Noreturn void
fail(void)
{
	int status = msg_exit_code(errno);

	msg_warn("write standard output");
	/* Not exit(): nothing registered there could still help. */
	_exit(status);
}

void
out_flush(void)
{
	size_t done = 0;

	while (done < pending.len) {
		ssize_t n = write(
		    STDOUT_FILENO, pending.data + done, pending.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			fail();
		done += (size_t)n;
	}
	buf_clear(&pending);
}

void
out_add(const void *bytes, size_t n)
{
	wrote = wrote || n > 0;
	buf_add(&pending, bytes, n);
	if (pending.len >= FLUSH_AT)
		out_flush();
}

int
out_close(int status)
{
	out_flush();
	buf_release(&pending);
	/* A program that had nothing to say may do without an output. */
	if (close(STDOUT_FILENO) < 0 && wrote)
		fail();
	return status;
}

int
exit_worse(int a, int b)
{
	return a > b ? a : b;
}

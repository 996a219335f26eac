/* GET /api/v1/artifacts/{}: the bytes of an input. */
#include <errno.h>
#include <fcntl.h>

#include "hash.h"
#include "inputs.h"
#include "msg.h"
#include "route.h"

/* As base64 it came in one line. */
#define INPUT_MAX (16 * 1024 * 1024)

static const char *place;

void
inputs_set(const char *path)
{
	place = path;
}

static void
read_input(int dir, const char *name, struct answer *a)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		answer_error(a, 404, "no input of that name is kept here");
	else if (fd < 0 || buf_read_fd(&a->body, fd, INPUT_MAX) != 0) {
		msg_warn("read input %s", name);
		answer_error(a, 500, "the input cannot be read");
	}
	if (fd >= 0)
		close(fd);
}

void
route_artifact(struct db *db, const struct request *r, struct answer *a)
{
	int dir;

	(void)db;
	if (!hash_valid(r->word[0])) {
		answer_error(a, 400, "an input's name is 32 hex digits");
		return;
	}
	dir = place == NULL ? -1
			    : open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		answer_error(a, 404, "no inputs are kept here");
		return;
	}
	a->type = "application/octet-stream";
	read_input(dir, r->word[0], a);
	close(dir);
	if (a->status == 200)
		answer_tag(a, r);
}

/* Finding the two files of a snapshot. */
#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sysexits.h>

#include "mem.h"
#include "msg.h"

static bool
ends_in(const char *text, const char *end, size_t *len)
{
	size_t n = strlen(text), m = strlen(end);

	if (n <= m || strcmp(text + n - m, end) != 0)
		return false;
	*len = n - m;
	return true;
}

static int
read_manifest(struct snapshot *s)
{
	struct buf text = BUF_INIT;
	const char *why = NULL;
	int status = 0;

	switch (buf_read_file(
	    &text, s->dir, s->manifest_name, SNAPSHOT_MANIFEST_MAX)) {
	case 0:
		why = manifest_read(&s->manifest, text.data, text.len);
		break;
	case 1:
		why = "it is too large";
		break;
	default:
		status = msg_exit_code(errno);
		if (errno == ENOENT)
			msg_warnx("no manifest %s: not a whole snapshot",
			    msg_quote(s->manifest_name));
		else
			msg_warn("read %s", msg_quote(s->manifest_name));
	}
	if (why != NULL) {
		msg_warnx("manifest %s: %s", msg_quote(s->manifest_name), why);
		status = EX_DATAERR;
	}
	buf_release(&text);
	return status;
}

static int
find(struct snapshot *s, const char *name)
{
	size_t len;

	if (!ends_in(name, ".tar.zst", &len) && !ends_in(name, ".json", &len)) {
		msg_warnx("%s is not a .tar.zst or .json", msg_quote(name));
		return EX_USAGE;
	}
	s->archive = mem_printf("%.*s.tar.zst", (int)len, name);
	s->manifest_name = mem_printf("%.*s.json", (int)len, name);
	return read_manifest(s);
}

int
snapshot_open(struct snapshot *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? mem_dup(".")
				  : mem_dup_n(path, (size_t)(slash - path) + 1);

	*s = (struct snapshot){.dir = -1};
	s->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0) {
		int status = msg_exit_code(errno);

		msg_warn("open %s", msg_quote(dir));
		free(dir);
		return status;
	}
	free(dir);
	return find(s, slash == NULL ? path : slash + 1);
}

int
snapshot_read(struct snapshot *s, int dir, const char *manifest_name)
{
	*s = (struct snapshot){.dir = -1};
	s->dir = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0) {
		msg_warn("open the directory of %s", msg_quote(manifest_name));
		return msg_exit_code(errno);
	}
	return find(s, manifest_name);
}

void
snapshot_release(struct snapshot *s)
{
	manifest_release(&s->manifest);
	free(s->archive);
	free(s->manifest_name);
	if (s->dir >= 0)
		close(s->dir);
}

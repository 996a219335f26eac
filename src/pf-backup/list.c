/* Listing snapshots. */
#include "list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "clock.h"
#include "emit.h"
#include "mem.h"
#include "msg.h"
#include "out.h"
#include "snapshot.h"
#include "strvec.h"

static void
print(const struct snapshot *s)
{
	const struct manifest *m = &s->manifest;
	struct buf line = BUF_INIT;
	uint64_t files, bytes;
	char time[CLOCK_TEXT];
	struct emit e;

	files = manifest_files(m, &bytes);
	clock_format(m->time_ms, time);
	emit_begin(&e, &line);
	emit_object(&e, NULL);
	emit_bytes_str(&e, "archive", s->archive);
	emit_bytes_str(&e, "name", m->name);
	emit_string(&e, "time", time);
	emit_bytes_str(&e, "node", m->node);
	emit_bytes_str(&e, "source", m->source);
	emit_u64(&e, "count", files);
	emit_u64(&e, "bytes", bytes);
	emit_u64(&e, "archive_bytes", m->archive_bytes);
	emit_u64(&e, "failed_count", m->failed);
	emit_end(&e);
	buf_add_char(&line, '\n');
	out_add(line.data, line.len);
	buf_release(&line);
}

/* By its manifest; the archive must be there and have the right size. */
static int
list_snapshot(int dir, const char *name)
{
	struct snapshot s;
	struct stat st;
	int status = snapshot_read(&s, dir, name) == 0 ? 0 : 1;

	if (status == 0 && fstatat(dir, s.archive, &st, 0) < 0) {
		msg_warn("%s", msg_quote(s.archive));
		status = 1;
	} else if (status == 0 &&
	    (uint64_t)st.st_size != s.manifest.archive_bytes) {
		msg_warnx("%s: its size is another", msg_quote(s.archive));
		status = 1;
	} else if (status == 0)
		print(&s);
	snapshot_release(&s);
	return status;
}

static bool
has_end(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

/* An archive without a manifest was never finished. */
static int
list_archive(int dir, const char *name)
{
	size_t len = strlen(name) - strlen(".tar.zst");
	char *manifest = mem_printf("%.*s.json", (int)len, name);
	int status = 0;

	if (faccessat(dir, manifest, F_OK, 0) < 0) {
		msg_warnx("%s has no manifest: not a whole snapshot",
		    msg_quote(name));
		status = 1;
	}
	free(manifest);
	return status;
}

int
list(const char *path)
{
	struct strvec names = STRVEC_INIT;
	DIR *d = opendir(path);
	struct dirent *entry;
	int status = 0;
	size_t i;

	if (d == NULL) {
		msg_warn("open %s", msg_quote(path));
		return msg_exit_code(errno);
	}
	for (errno = 0; (entry = readdir(d)) != NULL; errno = 0)
		if (entry->d_name[0] != '.')
			strvec_add(&names, entry->d_name);
	if (errno != 0) {
		status = msg_exit_code(errno);
		msg_warn("read %s", msg_quote(path));
	}
	if (names.count > 0)
		strvec_sort(&names);
	for (i = 0; i < names.count; i++)
		if (has_end(names.item[i], ".json"))
			status = exit_worse(
			    status, list_snapshot(dirfd(d), names.item[i]));
		else if (has_end(names.item[i], ".tar.zst"))
			status = exit_worse(
			    status, list_archive(dirfd(d), names.item[i]));
	strvec_release(&names);
	closedir(d);
	return status;
}

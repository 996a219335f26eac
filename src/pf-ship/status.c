/* Counting the spool. */
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "clock.h"
#include "emit.h"
#include "msg.h"
#include "out.h"

struct part {
	uint64_t files, bytes;
	uint64_t lines; /* of the headers; of rejected/ by counting */
	int64_t oldest; /* ms since the epoch */
};

/* What the header says, or for rejected/ how many lines there are. */
static uint64_t
lines_of(int dir, const char *name, bool by_header)
{
	struct buf file = BUF_INIT;
	struct batch b = {.lines = 0};
	size_t max = by_header ? BATCH_HEADER : SPOOL_FILE_MAX;

	if (buf_read_file(&file, dir, name, max) < 0)
		msg_info("read %s: %s", msg_quote(name), strerror(errno));
	else if (!by_header)
		batch_describe(&b, file.data, file.len);
	else if (batch_read_header(&b, file.data, file.len) != NULL)
		b.lines = 0;
	buf_release(&file);
	return b.lines;
}

static int
count_part(struct part *p, int dir, bool by_header)
{
	DIR *d = spool_list(dir);
	const char *name;
	struct stat st;
	int error = 0;

	*p = (struct part){.oldest = INT64_MAX};
	while (d != NULL && (name = spool_next(d)) != NULL) {
		/* What was just delivered is not there any more. */
		if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		p->files++;
		p->bytes += (uint64_t)st.st_size;
		if (clock_from_timespec(st.st_mtim) < p->oldest)
			p->oldest = clock_from_timespec(st.st_mtim);
		if (S_ISREG(st.st_mode))
			p->lines += lines_of(dir, name, by_header);
	}
	if (errno != 0)
		error = errno;
	if (d != NULL)
		closedir(d);
	errno = error;
	return error == 0 ? 0 : -1;
}

int
status_print(const struct spool *s)
{
	struct part new, tmp, rejected, corrupt;
	struct buf line = BUF_INIT;
	struct emit e;

	if (count_part(&new, s->new, true) < 0 ||
	    count_part(&tmp, s->tmp, true) < 0 ||
	    count_part(&rejected, s->rejected, false) < 0 ||
	    count_part(&corrupt, s->corrupt, true) < 0) {
		msg_warn("count the spool");
		return msg_exit_code(errno);
	}
	emit_begin(&e, &line);
	emit_object(&e, NULL);
	emit_u64(&e, "batches", new.files);
	emit_u64(&e, "lines", new.lines);
	emit_u64(&e, "bytes", new.bytes);
	/* Under a clock that stepped back the age is not known. */
	if (new.files > 0 && clock_now() >= new.oldest)
		emit_real(&e, "oldest_age_seconds",
		    (double)(clock_now() - new.oldest) / 1000);
	emit_u64(&e, "unsealed_batches", tmp.files);
	emit_u64(&e, "rejected_lines", rejected.lines);
	emit_u64(&e, "corrupt_files", corrupt.files);
	emit_end(&e);
	buf_add_char(&line, '\n');
	out_add(line.data, line.len);
	buf_release(&line);
	return 0;
}

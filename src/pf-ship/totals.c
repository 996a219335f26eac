/* Counters across runs. */
#include "totals.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>

#include "msg.h"
#include "stage.h"

#define FORM                                                                 \
	"pf-totals 1\ndelivered_lines %" PRIu64 "\nretried_batches %" PRIu64 \
	"\nrejected_lines %" PRIu64 "\ndropped_lines %" PRIu64 "\n"
#define FILE_MAX 4096

void
totals_write(struct buf *out, const struct totals *t)
{
	buf_addf(out, FORM, t->delivered_lines, t->retried_batches,
	    t->rejected_lines, t->dropped_lines);
}

const char *
totals_read(struct totals *t, const char *text, size_t len)
{
	struct buf again = BUF_INIT;
	bool same;

	*t = (struct totals){0};
	if (sscanf(text,
		"pf-totals 1 delivered_lines %20" SCNu64
		" retried_batches %20" SCNu64 " rejected_lines %20" SCNu64
		" dropped_lines %20" SCNu64,
		&t->delivered_lines, &t->retried_batches, &t->rejected_lines,
		&t->dropped_lines) != 4) {
		*t = (struct totals){0};
		return "not what totals are";
	}
	/* There is one way to write them; anything else is damage. */
	totals_write(&again, t);
	same = again.len == len && memcmp(again.data, text, len) == 0;
	buf_release(&again);
	if (same)
		return NULL;
	*t = (struct totals){0};
	return "damaged";
}

void
totals_load(const struct spool *s, struct totals *t)
{
	struct buf text = BUF_INIT;
	const char *why = NULL;

	*t = (struct totals){0};
	if (buf_read_file(&text, s->dir, "totals", FILE_MAX) >= 0)
		why = totals_read(t, text.data, text.len);
	else if (errno != ENOENT)
		why = strerror(errno);
	if (why != NULL)
		msg_warnx("totals: %s: counted from 0 again", why);
	buf_release(&text);
}

static void
sum(struct totals *to, const struct totals *t)
{
	to->delivered_lines += t->delivered_lines;
	to->retried_batches += t->retried_batches;
	to->rejected_lines += t->rejected_lines;
	to->dropped_lines += t->dropped_lines;
}

void
totals_add(const struct spool *s, struct totals *t)
{
	struct buf text = BUF_INIT;
	struct totals all;
	int lock;

	if (t->delivered_lines + t->retried_batches + t->rejected_lines +
		t->dropped_lines ==
	    0)
		return;
	lock = openat(s->dir, "totals.lock",
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	/* Held for no longer than it takes to write the file. */
	if (lock >= 0 && flock(lock, LOCK_EX) == 0) {
		totals_load(s, &all);
		sum(&all, t);
		totals_write(&text, &all);
		if (stage_write(s->dir, "totals", text.data, text.len) < 0)
			msg_info("write totals: %s", strerror(errno));
	}
	if (lock >= 0)
		close(lock);
	*t = (struct totals){0};
	buf_release(&text);
}

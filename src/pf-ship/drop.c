/* Batches without their stats. */
#include "drop.h"

#include <fcntl.h>
#include <sys/file.h>

#include "event.h"
#include "parcel.h"
#include "scan.h"

uint64_t
drop_filter(struct buf *rest, const char *payload, size_t len)
{
	const char *end = payload + len, *newline, *why;
	struct scan scan = SCAN_INIT;
	struct event_places at;
	uint64_t dropped = 0;

	for (; payload < end; payload = newline + 1) {
		newline = memchr(payload, '\n', (size_t)(end - payload));
		if (event_scan(&scan, payload, (size_t)(newline - payload), &at,
			&why) &&
		    scan_text_is(&scan, at.type, "stats"))
			dropped++;
		else
			buf_add(rest, payload, (size_t)(newline - payload) + 1);
	}
	scan_release(&scan);
	return dropped;
}

/* One batch; what cannot be read or written stays for who delivers. */
static void
drop_of(struct drop *d, struct spool *s, const char *name, struct buf *file,
    struct buf *rest)
{
	char key[BATCH_KEY];
	struct batch b;
	uint64_t dropped;
	int error;

	if (spool_read(s, name, &b, file, &error) != NULL)
		return;
	buf_clear(rest);
	dropped = drop_filter(rest, file->data + BATCH_HEADER, b.bytes);
	if (dropped == 0)
		return;
	parcel_key(key, b.key, rest->data, rest->len, 0);
	if (rest->len > 0 && spool_store(s, key, rest->data, rest->len) < 0)
		return;
	if (unlinkat(s->new, name, 0) < 0)
		return;
	d->lines += dropped;
	d->batches++;
	d->bytes += b.bytes - rest->len + (rest->len > 0 ? 0 : BATCH_HEADER);
}

bool
drop_stats(struct drop *d, struct spool *s, uint64_t want)
{
	struct buf file = BUF_INIT, rest = BUF_INIT;
	struct spool_names names;
	uint64_t goal = d->bytes + want;
	bool more = true;
	/* Two that drop at once would both count what is dropped. */
	int lock = openat(s->dir, "drop.lock",
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	size_t i;

	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		more = false;
	while (more && d->bytes < goal) {
		if (spool_oldest(s, d->after, NULL, &names) < 0)
			break;
		more = names.count > 0;
		for (i = 0; i < names.count && d->bytes < goal; i++) {
			drop_of(d, s, names.name[i], &file, &rest);
			snprintf(
			    d->after, sizeof d->after, "%s", names.name[i]);
		}
		spool_names_release(&names);
	}
	/* The next look is from the start: others write here, too. */
	if (!more)
		d->after[0] = '\0';
	if (lock >= 0)
		close(lock);
	buf_release(&file);
	buf_release(&rest);
	return more;
}

/* Counting against the bounds. */
#include "room.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/statvfs.h>

#include "msg.h"

/* It is counted again when we have added this part of the bound. */
#define RECOUNT 16

int
room_count(struct room *r)
{
	r->added = 0;
	if (spool_measure(r->spool, &r->size) == 0)
		return 0;
	msg_warn("count the spool");
	return -1;
}

int
room_init(
    struct room *r, const struct spool *s, const struct room_limits *limits)
{
	*r = (struct room){.spool = s, .limits = limits};
	return room_count(r);
}

void
room_add(struct room *r, uint64_t bytes)
{
	r->size.files++;
	r->size.bytes += bytes;
	r->added += bytes;
}

/* Bytes that are missing on the disk; 0 also where it cannot be asked. */
static uint64_t
missing(const struct room *r)
{
	uint64_t want = r->limits->free_bytes, total, left;
	struct statvfs v;

	if ((want == 0 && r->limits->free_ratio <= 0) ||
	    fstatvfs(r->spool->dir, &v) < 0)
		return 0;
	total = (uint64_t)v.f_blocks * v.f_frsize;
	left = (uint64_t)v.f_bavail * v.f_frsize;
	if (r->limits->free_ratio > 0)
		want = (uint64_t)(r->limits->free_ratio * (double)total);
	return left < want ? want - left : 0;
}

static void
say(struct buf *why, uint64_t have, uint64_t most, const char *what)
{
	if (why != NULL)
		buf_addf(
		    why, "%" PRIu64 " of %" PRIu64 " %s", have, most, what);
}

uint64_t
room_excess(struct room *r, uint64_t pending, struct buf *why)
{
	const struct room_limits *l = r->limits;
	uint64_t lacks;

	if (r->added > l->bytes / RECOUNT)
		room_count(r);
	if (r->size.bytes + pending >= l->bytes) {
		say(why, r->size.bytes, l->bytes, "bytes");
		return r->size.bytes + pending - l->bytes + 1;
	}
	if (r->size.files >= l->files) {
		say(why, r->size.files, l->files, "files");
		return 1;
	}
	lacks = missing(r);
	if (lacks > 0 && why != NULL)
		buf_addf(why,
		    "%" PRIu64 " bytes of the disk must be free and are not",
		    lacks);
	return lacks;
}

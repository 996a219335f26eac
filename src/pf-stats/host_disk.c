/* statvfs(3), statx(2) and mountinfo (proc(5)). */
#include "host_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>

#include "emit.h"
#include "host_text.h"
#include "mem.h"
#include "mountinfo.h"
#include "msg.h"

static uint64_t
block_bytes(uint64_t blocks, uint64_t size)
{
	uint64_t bytes;

	return __builtin_mul_overflow(blocks, size, &bytes) ? HOST_UNKNOWN
							    : bytes;
}

static double
ratio(uint64_t part, uint64_t whole)
{
	return part > whole || whole == 0 ? NAN : (double)part / (double)whole;
}

void
disk_measure(struct disk *d, const struct statvfs *s)
{
	uint64_t used, size = s->f_frsize;

	*d = (struct disk){HOST_UNKNOWN, HOST_UNKNOWN, HOST_UNKNOWN, NAN, NAN};
	d->total = block_bytes(s->f_blocks, size);
	if (s->f_bfree <= s->f_blocks && s->f_bavail <= s->f_blocks) {
		used = s->f_blocks - s->f_bfree;
		d->used = block_bytes(used, size);
		d->free = block_bytes(s->f_bavail, size);
		d->used_ratio = ratio(used, used + s->f_bavail);
	}
	if (s->f_ffree <= s->f_files)
		d->inodes_used_ratio =
		    ratio(s->f_files - s->f_ffree, s->f_files);
}

bool
disk_mount_by_id(const char *mountinfo, uint64_t id, struct buf *point)
{
	struct mount m;
	bool found = false;

	mount_init(&m);
	while (!found && mount_next(&m, &mountinfo))
		if (m.id == id) {
			buf_add(point, m.point.data, m.point.len);
			found = true;
		}
	mount_release(&m);
	return found;
}

static bool
is_below(const char *path, const struct buf *dir)
{
	if (strcmp(dir->data, "/") == 0)
		return true;
	return strncmp(path, dir->data, dir->len) == 0 &&
	    (path[dir->len] == '/' || path[dir->len] == '\0');
}

bool
disk_mount_by_path(const char *mountinfo, const char *path, struct buf *point)
{
	struct mount m;
	bool found = false;

	mount_init(&m);
	/* Of two at one place the later one is on top. */
	while (mount_next(&m, &mountinfo))
		if (m.point.len > 0 && m.point.len >= point->len &&
		    is_below(path, &m.point)) {
			buf_clear(point);
			buf_add(point, m.point.data, m.point.len);
			found = true;
		}
	mount_release(&m);
	return found;
}

/* A file system, known again by either number. */
struct seen {
	uint64_t device, mount_id; /* 0: not known */
};

struct disks {
	struct emit *emit;
	const char *mountinfo;
	struct seen *seen;
	size_t count, cap;
};

static bool
is_told(struct disks *d, const struct seen *one)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (d->seen[i].device == one->device ||
		    (one->mount_id != 0 &&
			d->seen[i].mount_id == one->mount_id))
			return true;
	MEM_GROW(d->seen, d->count, d->cap);
	d->seen[d->count++] = *one;
	return false;
}

static bool
find_mount(const struct disks *d, const char *path, uint64_t mount_id,
    struct buf *point)
{
	char *real;
	bool found;

	if (mount_id != 0)
		return disk_mount_by_id(d->mountinfo, mount_id, point);
	real = realpath(path, NULL);
	found = real != NULL && disk_mount_by_path(d->mountinfo, real, point);
	free(real);
	return found;
}

static void
emit_number(struct emit *e, const char *key, uint64_t value)
{
	if (value != HOST_UNKNOWN)
		emit_u64(e, key, value);
}

static void
emit_disk(struct disks *all, const struct disk *d, const struct buf *point)
{
	struct emit *e = all->emit;

	if (all->count == 1)
		emit_array(e, "disks");
	emit_object(e, NULL);
	emit_bytes(e, "mount", point->data, point->len);
	emit_number(e, "total_bytes", d->total);
	emit_number(e, "used_bytes", d->used);
	emit_number(e, "free_bytes", d->free);
	emit_real(e, "used_ratio", d->used_ratio);
	emit_real(e, "inodes_used_ratio", d->inodes_used_ratio);
	emit_end(e);
}

/* The mount id is told since Linux 5.8. */
static int
look_at(const char *path, struct seen *one, struct statvfs *s)
{
	struct statx st;

	if (statx(AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_MNT_ID, &st) <
		0 ||
	    statvfs(path, s) < 0)
		return -1;
	one->device = (uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor;
	one->mount_id = st.stx_mask & STATX_MNT_ID ? st.stx_mnt_id : 0;
	return 0;
}

static int
tell_disk(struct disks *all, const char *path)
{
	struct buf point = BUF_INIT;
	struct seen one;
	struct statvfs s;
	struct disk d;
	int status = 0;

	if (look_at(path, &one, &s) < 0) {
		msg_warn("look at the disk of %s", msg_quote(path));
		return 1;
	}
	if (!find_mount(all, path, one.mount_id, &point)) {
		msg_warnx("'/proc/self/mountinfo' does not tell where the disk "
			  "of %s is mounted",
		    msg_quote(path));
		status = 1;
	} else if (!is_told(all, &one)) {
		disk_measure(&d, &s);
		emit_disk(all, &d, &point);
	}
	buf_release(&point);
	return status;
}

int
disks_emit(struct emit *e, const struct strvec *paths, const char *mountinfo)
{
	struct disks all = {.emit = e, .mountinfo = mountinfo};
	int status = 0;
	size_t i;

	for (i = 0; i < paths->count; i++)
		status |= tell_disk(&all, paths->item[i]);
	if (all.count > 0)
		emit_end(e);
	free(all.seen);
	return status;
}

/* /proc/meminfo, and the memory controllers of cgroup version 2 and 1. */
#include "host_memory.h"

#include <errno.h>

#include "cgroup.h"
#include "host_text.h"
#include "mem.h"
#include "msg.h"

#define KIB_MAX (HOST_UNKNOWN / 1024)

static uint64_t
kib_value(const char *text, const char *key)
{
	uint64_t kib = text_value(text, key);

	return kib >= KIB_MAX ? HOST_UNKNOWN : kib * 1024;
}

static uint64_t
minus(uint64_t a, uint64_t b)
{
	return a == HOST_UNKNOWN || b == HOST_UNKNOWN || b > a ? HOST_UNKNOWN
							       : a - b;
}

bool
memory_parse(const char *meminfo, struct memory *m)
{
	m->total = kib_value(meminfo, "MemTotal:");
	m->available = kib_value(meminfo, "MemAvailable:");
	m->used = minus(m->total, m->available);
	if (m->used == HOST_UNKNOWN)
		m->available = HOST_UNKNOWN;
	m->swap_used = minus(
	    kib_value(meminfo, "SwapTotal:"), kib_value(meminfo, "SwapFree:"));
	return m->total != HOST_UNKNOWN;
}

void
memory_restrict(struct memory *m, const struct memory_limit *l)
{
	uint64_t cache, used = HOST_UNKNOWN, left = HOST_UNKNOWN;

	if (l->limit == HOST_UNKNOWN || m->total == HOST_UNKNOWN)
		return;
	if (l->usage != HOST_UNKNOWN) {
		cache = l->inactive_file == HOST_UNKNOWN ? 0 : l->inactive_file;
		used = l->usage > cache ? l->usage - cache : 0;
		left = l->limit > used ? l->limit - used : 0;
	}
	if (l->limit < m->total) {
		m->total = l->limit;
		m->used = used;
		if (left == HOST_UNKNOWN)
			m->available = HOST_UNKNOWN;
	}
	if (m->available != HOST_UNKNOWN && left < m->available)
		m->available = left;
}

/* The files of a memory controller, below a cgroup's directory. */
static const struct controller {
	const char *name; /* NULL: version 2 */
	const char *limit, *usage, *inactive_key;
} controllers[] = {
    {NULL, "memory.max", "memory.current", "inactive_file"},
    {"memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
	"total_inactive_file"},
};

/* Its text in `text`; a file that is not there says nothing. */
static int
read_below(struct buf *text, const char *dir, const char *name)
{
	char *path = mem_printf("%s/%s", dir, name);
	int status = text_read(text, path) < 0 && errno != ENOENT ? 1 : 0;

	if (status != 0)
		msg_warn("read %s", msg_quote(path));
	free(path);
	return status;
}

static uint64_t
first_number(const char *text)
{
	uint64_t value;

	return text_number(&text, &value) ? value : HOST_UNKNOWN;
}

/* One level of the tree. `machine` is what there is without any limit. */
static int
restrict_by(struct memory *m, uint64_t machine, const struct controller *c,
    const char *dir)
{
	struct memory_limit l = {HOST_UNKNOWN, HOST_UNKNOWN, HOST_UNKNOWN};
	struct buf text = BUF_INIT;
	int status = read_below(&text, dir, c->limit);

	/* "max", or of version 1 a number that is above all memory. */
	l.limit = first_number(text.data);
	if (l.limit < machine) {
		status |= read_below(&text, dir, c->usage);
		l.usage = first_number(text.data);
		status |= read_below(&text, dir, "memory.stat");
		l.inactive_file = text_value(text.data, c->inactive_key);
		memory_restrict(m, &l);
	}
	buf_release(&text);
	return status;
}

static bool
is_cgroup(const char *dir)
{
	char *path = mem_printf("%s/cgroup.procs", dir);
	bool is = access(path, F_OK) == 0;

	free(path);
	return is;
}

/* Our cgroup and those above it, as far as they can be seen. */
static int
restrict_by_tree(
    struct memory *m, uint64_t machine, const struct controller *c, char *dir)
{
	int status = 0;
	char *slash;

	while (is_cgroup(dir)) {
		status |= restrict_by(m, machine, c, dir);
		slash = strrchr(dir, '/');
		if (slash == NULL || slash == dir)
			break;
		*slash = '\0';
	}
	return status;
}

static int
restrict_by_cgroups(struct memory *m, const char *mountinfo)
{
	const uint64_t machine = m->total;
	struct buf cgroup = BUF_INIT;
	int status = 0;
	size_t i;

	if (text_read(&cgroup, "/proc/self/cgroup") < 0 && errno != ENOENT) {
		msg_warn("read '/proc/self/cgroup'");
		status = 1;
	}
	for (i = 0; i < sizeof controllers / sizeof controllers[0]; i++) {
		const struct controller *c = &controllers[i];
		char *dir = cgroup_path_of(mountinfo, cgroup.data, c->name);

		if (dir != NULL)
			status |= restrict_by_tree(m, machine, c, dir);
		free(dir);
	}
	buf_release(&cgroup);
	return status;
}

int
memory_read(struct memory *m, const char *mountinfo)
{
	struct buf text = BUF_INIT;
	int status = 0;

	*m = (struct memory){
	    HOST_UNKNOWN, HOST_UNKNOWN, HOST_UNKNOWN, HOST_UNKNOWN};
	if (text_read(&text, "/proc/meminfo") < 0) {
		msg_warn("read '/proc/meminfo'");
		status = 1;
	} else if (!memory_parse(text.data, m)) {
		msg_warnx("'/proc/meminfo' does not tell the memory");
		status = 1;
	} else
		status = restrict_by_cgroups(m, mountinfo);
	buf_release(&text);
	return status;
}

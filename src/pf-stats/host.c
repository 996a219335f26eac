/* The parts of the machine, put together. */
#include "host.h"

#include <errno.h>
#include <poll.h>

#include "clock.h"
#include "emit.h"
#include "event.h"
#include "host_cpu.h"
#include "host_disk.h"
#include "host_memory.h"
#include "host_processes.h"
#include "host_text.h"
#include "mem.h"
#include "msg.h"
#include "process.h"

struct host {
	struct cpu_times last;
	bool sampled; /* `last` is known */
	int64_t last_ms;
	struct strvec disks;
	struct process_table table;
};

/* False with errno; 0 when the text is not what it should be. */
static bool
sample(struct cpu_times *t)
{
	struct buf text = BUF_INIT;
	bool taken = text_read(&text, "/proc/stat") == 0;

	if (taken && !cpu_parse(text.data, t)) {
		taken = false;
		errno = 0;
	}
	buf_release(&text);
	return taken;
}

struct host *
host_new(void)
{
	struct host *h = mem_calloc(1, sizeof *h);

	h->last_ms = clock_monotonic();
	h->sampled = sample(&h->last);
	return h;
}

void
host_free(struct host *h)
{
	if (h == NULL)
		return;
	strvec_release(&h->disks);
	process_table_release(&h->table);
	free(h);
}

void
host_add_disk(struct host *h, const char *path)
{
	strvec_add(&h->disks, path);
}

void
host_clear_disks(struct host *h)
{
	strvec_release(&h->disks);
}

static void
wait_until(int64_t ms)
{
	int64_t left;

	while ((left = ms - clock_monotonic()) > 0)
		poll(NULL, 0, left > INT32_MAX ? INT32_MAX : (int)left);
}

/* A file whose text is not what it should be has no errno. */
static int
cannot_read(const char *path)
{
	if (errno != 0)
		msg_warn("read %s", msg_quote(path));
	else
		msg_warnx("%s cannot be understood", msg_quote(path));
	return 1;
}

/* Without a first sample there is none between which and now it was busy. */
static int
emit_cpu(struct emit *e, struct host *h)
{
	struct cpu_times now;
	bool sampled;
	double ratio;
	int status = 0;

	h->last_ms = clock_monotonic();
	sampled = sample(&now);
	if (!sampled)
		status = cannot_read("/proc/stat");
	else if (h->sampled && cpu_ratio(&h->last, &now, &ratio))
		emit_real(e, "cpu_ratio", ratio);
	h->sampled = sampled;
	h->last = now;
	return status;
}

static int
emit_load(struct emit *e)
{
	struct buf text = BUF_INIT;
	double load1;
	int status = 0;

	if (text_read(&text, "/proc/loadavg") < 0) {
		status = cannot_read("/proc/loadavg");
	} else if (!load_parse(text.data, &load1)) {
		errno = 0;
		status = cannot_read("/proc/loadavg");
	} else
		emit_real(e, "load1", load1);
	buf_release(&text);
	return status;
}

static void
emit_number(struct emit *e, const char *key, uint64_t value)
{
	if (value != HOST_UNKNOWN)
		emit_u64(e, key, value);
}

static int
emit_memory(struct emit *e, const char *mountinfo)
{
	struct memory m;
	int status = memory_read(&m, mountinfo);

	emit_number(e, "memory_total_bytes", m.total);
	emit_number(e, "memory_used_bytes", m.used);
	emit_number(e, "memory_available_bytes", m.available);
	emit_number(e, "swap_used_bytes", m.swap_used);
	return status;
}

static int
emit_disks(struct emit *e, const struct host *h, const char *mountinfo)
{
	struct strvec root = STRVEC_INIT;
	int status;

	strvec_add(&root, "/");
	status =
	    disks_emit(e, h->disks.count > 0 ? &h->disks : &root, mountinfo);
	strvec_release(&root);
	return status;
}

/*
 * Every pid namespace has a process 1, for as long as it has any: where that
 * is not to be seen, others are not either (proc(5), hidepid).
 */
static int
emit_processes(struct emit *e, struct host *h)
{
	struct process_counts c;

	if (process_table_read(&h->table) < 0) {
		msg_warn("read the processes in '/proc'");
		return 1;
	}
	if (h->table.refused > 0) {
		msg_warnx("'/proc' shows nothing of %zu of %zu processes",
		    h->table.refused, h->table.refused + h->table.count);
		emit_u64(e, "processes", h->table.refused + h->table.count);
		return 1;
	}
	if (process_table_find(&h->table, 1) == NULL) {
		msg_warnx("'/proc' does not show all processes");
		return 1;
	}
	processes_count(&h->table, process_is_orphan, &c);
	emit_u64(e, "processes", c.processes);
	emit_u64(e, "fuzzers", c.fuzzers);
	emit_u64(e, "zombies", c.zombies);
	emit_u64(e, "orphans", c.orphans);
	return 0;
}

static int
emit_data(struct host *h, struct buf *data)
{
	struct buf mountinfo = BUF_INIT;
	struct emit e;
	int status = 0;

	if (text_read(&mountinfo, "/proc/self/mountinfo") < 0)
		status = cannot_read("/proc/self/mountinfo");
	emit_begin(&e, data);
	emit_object(&e, NULL);
	status |= emit_cpu(&e, h);
	status |= emit_load(&e);
	status |= emit_memory(&e, mountinfo.data);
	status |= emit_disks(&e, h, mountinfo.data);
	status |= emit_processes(&e, h);
	emit_end(&e);
	buf_release(&mountinfo);
	return status;
}

int
host_event(struct host *h, int64_t sample_ms, struct buf *line)
{
	struct event_head head = {.type = "resource", .node = event_node()};
	struct buf data = BUF_INIT;
	int status;

	wait_until(h->last_ms + sample_ms);
	status = emit_data(h, &data);
	head.time_ms = clock_now();
	event_write(line, &head, NULL, &data);
	buf_release(&data);
	return status;
}

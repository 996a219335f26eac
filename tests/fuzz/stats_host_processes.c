/* Any table of processes, circles of parents too: counting it ends. */
#include "harness.h"
#include "pf-stats/host_processes.h"

#define ROWS 64

static bool
is_odd(pid_t pid)
{
	return pid % 2 != 0;
}

/* Four bytes a row: name, parent, session, the rest. */
static struct process
row(const uint8_t *bytes, size_t i)
{
	static const char *const names[] = {"pf-run", "pf-keeper", "pf-init",
	    "bwrap", "afl-fuzz", "honggfuzz", "target", ""};
	struct process p = {.pid = (pid_t)i + 1,
	    .parent = bytes[1] % (ROWS + 2),
	    .session = bytes[2] % (ROWS + 2),
	    .zombie = bytes[3] % 4 == 0,
	    .start = bytes[3] / 4};

	snprintf(p.comm, sizeof p.comm, "%s", names[bytes[0] % 8]);
	return p;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct process rows[ROWS];
	struct process_table t = {.row = rows};
	struct process_counts c;

	for (; t.count < ROWS && size >= 4; data += 4, size -= 4) {
		rows[t.count] = row(data, t.count);
		t.count++;
	}
	processes_count(&t, is_odd, &c);
	MUST(c.processes == t.count);
	MUST(c.zombies + c.orphans <= c.processes);
	MUST(c.zombies + c.fuzzers <= c.processes);
	return 0;
}

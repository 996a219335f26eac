/* What /proc says of processes, and which of them descend from one. */
#ifndef PF_PROCESS_H
#define PF_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What the kernel shows of a name: 15 bytes and the NUL (TASK_COMM_LEN). */
#define PROCESS_COMM 16

struct process {
	pid_t pid, parent, group, session;
	bool zombie;             /* or dead altogether */
	char comm[PROCESS_COMM]; /* any bytes; what is longer is cut */
	/* In clock ticks: its own CPU, that of children it has waited for, and
	 * the moment of its start since boot. */
	uint64_t cpu, waited_cpu, start;
	uint64_t rss_pages;
	bool marked;
};

/*
 * The beginning of /proc/PID/NAME as a string. False when it is empty, cannot
 * be read, or there is no such process.
 */
bool process_file(pid_t pid, const char *name, char *text, size_t size);
/*
 * From the text of /proc/PID/stat; all but `marked` is set. False when it is no
 * such text.
 */
bool process_parse(const char *text, struct process *p);
/* False when there is no such process (any more). */
bool process_read(pid_t pid, struct process *p);
bool process_exists(pid_t pid);

/* All processes of this pid namespace, by pid. */
struct process_table {
	struct process *row;
	size_t count, cap;
	size_t refused; /* that are there and may not be read */
};

/*
 * Reads it anew. -1 with errno where /proc cannot be read, and ENOENT where it
 * shows no process: the table is empty then.
 */
int process_table_read(struct process_table *t);
/* NULL when it is not there. */
struct process *process_table_find(const struct process_table *t, pid_t pid);
/*
 * Marks everything that descends from `ancestor`, but for the `skip` pids and
 * what is below them; not the ancestor itself.
 */
void process_table_mark(struct process_table *t, pid_t ancestor,
    const pid_t *skip, unsigned skip_count);
void process_table_release(struct process_table *t);

struct process_list {
	pid_t *pid;
	size_t count, cap;
};

bool process_list_has(const struct process_list *l, pid_t pid);
void process_list_add(struct process_list *l, pid_t pid);
void process_list_release(struct process_list *l);
/*
 * Appends the living and dead descendants of `ancestor`, from the children
 * that /proc lists of each thread, or from the whole of /proc where the kernel
 * has no such lists. What is forked and orphaned meanwhile may be missing.
 */
void process_list_descendants(struct process_list *l, pid_t ancestor);

#endif

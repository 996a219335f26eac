/* How busy the processors are. */
#ifndef PF_HOST_CPU_H
#define PF_HOST_CPU_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The first fields of the line "cpu" of /proc/stat (proc(5)), in clock ticks.
 * Those after them, guest and guest_nice, are in user and nice already.
 */
enum cpu_field {
	CPU_USER,
	CPU_NICE,
	CPU_SYSTEM,
	CPU_IDLE,
	CPU_IOWAIT,
	CPU_IRQ,
	CPU_SOFTIRQ,
	CPU_STEAL,
	CPU_FIELDS
};

struct cpu_times {
	uint64_t ticks[CPU_FIELDS];
};

/* From the text of /proc/stat; what an old kernel has not is 0. */
bool cpu_parse(const char *stat, struct cpu_times *t);
/*
 * The share of the time between that was not idle and not waiting for a disk,
 * from 0 to 1. False when no time has passed. A field that went backwards, as
 * iowait and idle may, has not moved.
 */
bool cpu_ratio(const struct cpu_times *before, const struct cpu_times *after,
    double *ratio);
/* The first number of /proc/loadavg. */
bool load_parse(const char *loadavg, double *load1);

#endif

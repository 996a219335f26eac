/* One row for each thing that can be watched. */
#include <jansson.h>

#include "alert_memory.h"
#include "alert_rules.h"
#include "subject.h"

static bool
plain(const struct alert_facts *facts, const char *field, double *value)
{
	return subject_number(facts->values, field, value);
}

static bool
share_of_memory(
    const struct alert_facts *facts, const char *field, double *value)
{
	double total;

	if (!plain(facts, field, value) ||
	    !plain(facts, "memory_total_bytes", &total) || total == 0)
		return false;
	*value /= total;
	return true;
}

static bool
since_find(const struct alert_facts *facts, const char *field, double *value)
{
	(void)field;
	return alert_memory_unfound(facts->memory, facts->event, value);
}

static bool
speed(const struct alert_facts *facts, const char *field, double *value)
{
	return !alert_memory_first_minutes(facts->event) &&
	    plain(facts, field, value);
}

static bool
below_usual(const struct alert_facts *facts, const char *field, double *value)
{
	double usual;

	if (!speed(facts, field, value) ||
	    !alert_memory_usual(facts->memory, &usual))
		return false;
	*value = *value < usual ? 1 - *value / usual : 0;
	return true;
}

static void
tell_speeds(const struct alert_facts *facts, struct buf *out)
{
	double now, usual;

	if (!plain(facts, "execs_per_second", &now) ||
	    !alert_memory_usual(facts->memory, &usual))
		return;
	buf_add_str(out, " (");
	alert_value_text(out, ALERT_NUMBER, now);
	buf_add_str(out, " executions a second, usual ");
	alert_value_text(out, ALERT_NUMBER, usual);
	buf_add_char(out, ')');
}

static void
tell_names(const struct alert_facts *facts, struct buf *out)
{
	const char *names = subject_text(facts->values, "names");

	if (names != NULL)
		buf_addf(out, " (%s)", names);
}

static bool
none_runs(const struct alert_facts *facts, double value)
{
	double running;

	return value > 0 && plain(facts, "running", &running) && running == 0;
}

static bool
is_none(const struct alert_facts *facts, double value)
{
	(void)facts;
	return value == 0;
}

/* What a node's rows say: above (false) or below (true), field, sentence. */
#define NODE(word, name, unit, below, field, before, after)               \
	{                                                                 \
		word, name, unit, ALERT_NODE, below, false, field, plain, \
		    before, after, NULL, NULL                             \
	}
#define SHARE_OF_MEMORY(word, name, below, field, after)                  \
	{                                                                 \
		word, name, ALERT_SHARE, ALERT_NODE, below, false, field, \
		    share_of_memory, "memory ", after, NULL, NULL         \
	}
#define DISK(word, name, unit, below, field, before, after)               \
	{                                                                 \
		word, name, unit, ALERT_DISK, below, false, field, plain, \
		    before, after, NULL, NULL                             \
	}

/* clang-format off */
const struct alert_kind alert_kinds[] = {
	NODE("cpu", "cpu_ratio", ALERT_SHARE, false, "cpu_ratio",
	    "processors ", " busy"),
	SHARE_OF_MEMORY("memory", "memory_used_ratio", false,
	    "memory_used_bytes", " used"),
	NODE("memory", "memory_used_bytes", ALERT_SIZE, false,
	    "memory_used_bytes", "memory ", " used"),
	SHARE_OF_MEMORY("memory-available", "memory_available_ratio", true,
	    "memory_available_bytes", " available"),
	NODE("memory-available", "memory_available_bytes", ALERT_SIZE, true,
	    "memory_available_bytes", "memory ", " available"),
	NODE("swap", "swap_used_bytes", ALERT_SIZE, false, "swap_used_bytes",
	    "swap ", " used"),
	DISK("disk", "disk_used_ratio", ALERT_SHARE, false, "used_ratio", "",
	    " full"),
	DISK("disk", "disk_free_bytes", ALERT_SIZE, true, "free_bytes", "",
	    " free"),
	DISK("inodes", "disk_inodes_used_ratio", ALERT_SHARE, false,
	    "inodes_used_ratio", "inodes ", " used"),
	NODE("load", "load1", ALERT_NUMBER, false, "load1", "load ", ""),
	NODE("processes", "processes", ALERT_COUNT, false, "processes",
	    "processes: ", ""),
	{"fuzzers", "fuzzers", ALERT_COUNT, ALERT_NODE, true, false, "fuzzers",
	    plain, "fuzzer processes: ", "", NULL, is_none},
	NODE("zombies", "zombies", ALERT_COUNT, false, "zombies",
	    "zombie processes: ", ""),
	NODE("orphans", "orphans", ALERT_COUNT, false, "orphans",
	    "fuzzers that nobody supervises: ", ""),
	{"stalled", "no_find_seconds", ALERT_TIME, ALERT_FUZZER, false, true,
	    NULL, since_find, "has found nothing for ", "", NULL, NULL},
	{"execs-drop", "execs_drop_ratio", ALERT_SHARE, ALERT_FUZZER, false,
	    true, "execs_per_second", below_usual, "is slower than usual by ",
	    "", tell_speeds, NULL},
	{"execs-min", "execs_per_second", ALERT_NUMBER, ALERT_FUZZER, true,
	    true, "execs_per_second", speed, "executes its target ", " times a second",
	    NULL, NULL},
	{"dead", "dead_fuzzers", ALERT_COUNT, ALERT_FLEET, false, false,
	    "failed", plain, "fuzzers that are dead or stale: ", "",
	    tell_names, none_runs},
	{"stability", "stability_ratio", ALERT_SHARE, ALERT_FUZZER, true, true,
	    "stability_ratio", plain, "has a stability of ", "", NULL, NULL},
	{"crashes", "crashes_total", ALERT_COUNT, ALERT_FUZZER, false, false,
	    "crashes_total", plain, "has crash inputs: ", "", NULL, NULL},
	{NULL, NULL, ALERT_COUNT, ALERT_NODE, false, false, NULL, NULL, NULL,
	    NULL, NULL, NULL},
};
/* clang-format on */

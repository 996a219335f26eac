/*
 * What a table keeps of each event. A number that is not known is negative, a
 * text that is not told "".
 */
#ifndef PF_TABLE_ROWS_H
#define PF_TABLE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

enum fuzzer_state {
	STATE_RUNNING,
	STATE_STALE,
	STATE_STOPPED,
	STATE_DEAD,
	STATE_REMOTE,
	STATE_UNKNOWN,
	STATE_COUNT
};

extern const char *const fuzzer_state_words[STATE_COUNT];

/* What all of them begin with. */
struct row {
	int64_t time_ms; /* of the event */
};

struct fuzzer {
	struct row row;
	char *node, *job, *target, *instance, *fuzzer;
	char *id; /* the event's, where nothing names the fuzzer; else "" */
	enum fuzzer_state state;
	int64_t run_ms;
	int64_t execs, corpus, crashes, hangs;
	int64_t edges;
	double execs_per_second;
	double coverage; /* edges found of edges instrumented, or of the map */
	int64_t last_find_ms;
};

struct disk {
	char *mount;
	int64_t total;
	double used; /* share */
};

struct machine {
	struct row row;
	char *node;
	double cpu, load;
	int64_t memory_total, memory_used, swap_used, orphans;
	struct disk *disks; /* the fullest first */
	size_t disk_count;
};

struct alert {
	struct row row;
	char *node, *job, *instance, *mount, *name, *severity, *message;
	bool firing;
};

/*
 * Made of an event of the right type, which event_parse has let pass: `data`
 * may hold anything all the same. The caller frees them, by their own function.
 */
struct row *fuzzer_read(const struct json_t *event);
struct row *machine_read(const struct json_t *event);
struct row *alert_read(const struct json_t *event);
void fuzzer_free(void *fuzzer);
void machine_free(void *machine);
void alert_free(void *alert);

/* By what names them, numbers in names by their value; for tsearch(3). */
int fuzzer_compare(const void *a, const void *b);
int machine_compare(const void *a, const void *b);
int alert_compare(const void *a, const void *b);

/* The job, or the target where none is told. */
const char *fuzzer_name(const struct fuzzer *f);

#endif

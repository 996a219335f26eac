/* Learning what is usual. */
#include "alert_memory.h"

#include <jansson.h>

#include "clock.h"
#include "subject.h"

#define FIRST_SECONDS 300.0
#define USUAL_LEAST_SECONDS 600.0
/* What the average moves over, and what one look counts for at the most. */
#define USUAL_MOST_SECONDS (6 * 3600.0)
#define LOOK_MOST_SECONDS 3600.0
#define OLD_MS (30 * INT64_C(86400000))

static double
least(double a, double b)
{
	return a < b ? a : b;
}

static void
set_time(json_t *memory, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT];

	clock_format(ms, text);
	json_object_set_new(memory, key, json_string(text));
}

bool
alert_memory_first_minutes(const json_t *event)
{
	double ran;

	return subject_number(subject_data(event), "run_seconds", &ran) &&
	    ran < FIRST_SECONDS;
}

/* `passed` seconds went by since the event before; 0: there was none. */
static void
learn_speed(json_t *memory, const json_t *event, double passed)
{
	double speed, usual, seconds;

	if (alert_memory_first_minutes(event) ||
	    !subject_number(subject_data(event), "execs_per_second", &speed))
		return;
	if (!subject_number(memory, "usual", &usual) ||
	    !subject_number(memory, "usual_seconds", &seconds)) {
		usual = speed;
		seconds = passed = 0;
	}
	passed = least(passed, LOOK_MOST_SECONDS);
	seconds = least(seconds + passed, USUAL_MOST_SECONDS);
	if (seconds > 0)
		usual += (speed - usual) * least(1, passed / seconds);
	json_object_set_new(memory, "usual", json_real(usual));
	json_object_set_new(memory, "usual_seconds", json_real(seconds));
}

static bool
found_by_now(const json_t *data, double *found)
{
	return subject_number(data, "features", found) ||
	    subject_number(data, "edges_found", found) ||
	    subject_number(data, "corpus_count", found);
}

static void
learn_find(json_t *memory, const json_t *event, int64_t time_ms)
{
	double found, before;
	bool grown;

	if (!found_by_now(subject_data(event), &found))
		return;
	grown = !subject_number(memory, "found", &before) || found > before;
	json_object_set_new(memory, "found", json_real(found));
	if (grown)
		set_time(memory, "found_time", time_ms);
}

bool
alert_memory_learn(json_t *memory, const json_t *event, bool slow)
{
	const char *state = subject_state(event);
	int64_t time_ms, before_ms;
	bool known;

	if (strcmp(state, "stopped") == 0) {
		known = json_object_size(memory) > 0;
		json_object_clear(memory);
		return known;
	}
	if (strcmp(state, "running") != 0 ||
	    !subject_time(event, "time", &time_ms))
		return false;
	known = subject_time(memory, "time", &before_ms);
	if (known && time_ms <= before_ms)
		return false;
	if (!slow)
		learn_speed(memory, event,
		    known ? (double)(time_ms - before_ms) / 1000 : 0);
	learn_find(memory, event, time_ms);
	set_time(memory, "time", time_ms);
	return true;
}

bool
alert_memory_usual(const json_t *memory, double *per_second)
{
	double seconds;

	return subject_number(memory, "usual_seconds", &seconds) &&
	    seconds >= USUAL_LEAST_SECONDS &&
	    subject_number(memory, "usual", per_second) && *per_second > 0;
}

/* Engines that tell last_find_time once there is one. */
static bool
tells_finds(const json_t *event)
{
	const char *fuzzer = subject_text(event, "fuzzer");

	return fuzzer != NULL &&
	    (strcmp(fuzzer, "afl++") == 0 || strcmp(fuzzer, "honggfuzz") == 0);
}

bool
alert_memory_unfound(const json_t *memory, const json_t *event, double *seconds)
{
	const json_t *data = subject_data(event);
	int64_t time_ms, find_ms;
	double found, before;

	if (!subject_time(event, "time", &time_ms))
		return false;
	if (!subject_time(data, "last_find_time", &find_ms)) {
		if (tells_finds(event))
			return subject_number(data, "run_seconds", seconds);
		if (!found_by_now(data, &found) ||
		    !subject_number(memory, "found", &before) ||
		    !subject_time(memory, "found_time", &find_ms))
			return false;
		if (found > before)
			find_ms = time_ms;
	}
	*seconds = time_ms > find_ms ? (double)(time_ms - find_ms) / 1000 : 0;
	return true;
}

bool
alert_memory_old(const json_t *memory, int64_t now_ms)
{
	int64_t time_ms;

	return !subject_time(memory, "time", &time_ms) ||
	    now_ms - time_ms > OLD_MS;
}

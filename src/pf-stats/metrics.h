/* The metrics: their names, and where in an event each value is. */
#ifndef PF_METRICS_H
#define PF_METRICS_H

#include <stdbool.h>
#include <stdint.h>

struct json_t;

/* What one series' labels stand for. */
enum metric_source {
	METRIC_FUZZER, /* a stats event */
	METRIC_NODE,   /* a resource event */
	METRIC_DISK,   /* one of its disks */
	METRIC_ALERT,  /* an alert event */
	METRIC_SOURCES
};

struct metric_row {
	const struct json_t *event;
	/* Where the fields are: the event's data, or one disk of it. */
	const struct json_t *values;
	char *labels; /* rendered, without braces */
};

struct metric {
	const char *name;
	bool counter; /* else a gauge */
	enum metric_source source;
	const char *help;
	const char *field;
	/* False where the value is not known: there is no series then. */
	bool (*value)(
	    const struct metric_row *row, const char *field, double *value);
	/* One more label, and its value; NULL without. */
	const char *label;
	const char *(*label_value)(
	    const struct metric_row *row, const char *field);
};

/* Rows of one name follow each other; ends with a name of NULL. */
extern const struct metric metrics[];

#endif

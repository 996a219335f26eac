/* How bad a crash is, from its report alone: pure functions. */
#ifndef PF_SEVERITY_H
#define PF_SEVERITY_H

#include "trace.h"

enum rating { RATING_LOW, RATING_MEDIUM, RATING_HIGH, RATING_CRITICAL };

struct severity {
	enum rating rating;
	const char *why; /* the rule that rated it, in words */
};

/* Never fails: what no rule knows is LOW and says so. */
struct severity severity_rate(const struct report *report);
/* "LOW", "MEDIUM", "HIGH", "CRITICAL". */
const char *severity_name(enum rating rating);
/* False for any other text. */
bool severity_parse(const char *text, enum rating *rating);

/* Is the address that of a null pointer plus a member's offset? */
bool severity_near_null(const struct report *report);

/* Kinds whose class is part of the group, beside the site. */
enum crash_class {
	CLASS_CRASH, /* the site alone */
	CLASS_LEAK,
	CLASS_MEMORY,
	CLASS_TIMEOUT,
	CLASS_RACE,
	CLASS_UNDEFINED,
	CLASS_ASSERTION,
};

enum crash_class severity_class(const struct report *report);
const char *severity_class_name(enum crash_class class);
/* Raised inside of free() and the like. */
bool severity_is_free_error(const struct report *report);
/* Raised inside of another interceptor: allocation, overlap, bad size. */
bool severity_is_interceptor_error(const struct report *report);

#endif

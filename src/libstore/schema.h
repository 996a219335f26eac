/* The schema as numbered steps up and down, oldest first. */
#ifndef PF_SCHEMA_H
#define PF_SCHEMA_H

#include <stddef.h>

/*
 * A step that was ever released is never edited: its checksum stands in the
 * stores made with it.
 */
struct schema_step {
	const char *name;
	const char *up;
	const char *down;
};

/* schema_steps[n - 1] leads from version n - 1 to version n. */
extern const struct schema_step schema_steps[];
extern const size_t schema_step_count;

#endif

/* What the parts of the JSON reader (scan.h) are to each other. */
#ifndef PF_SCAN_PART_H
#define PF_SCAN_PART_H

#include "scan.h"

/*
 * Notes that reading ends at `at`, and why. Returns NULL, as each function that
 * reads does when it fails; else they return where what they read ends.
 */
const char *scan_fail(struct scan *s, const char *at, const char *what);

/* The byte at `p`; NUL, which is wrong everywhere, at the end. */
static inline unsigned char
scan_peek(const struct scan *s, const char *p)
{
	return p < s->end ? (unsigned char)*p : '\0';
}

/* Reads a text whose opening quote is before `p`: its closing quote's place. */
const char *scan_text(struct scan *s, const char *p, bool *escaped);
/* Reads the number that begins at `p` into the value. */
const char *scan_number(struct scan *s, const char *p, struct scan_value *v);

/* The escaped text from `p` to `end` as it is meant. */
void scan_decode(struct buf *out, const char *p, const char *end);
/* Is it meant to be these bytes? */
bool
scan_decodes_to(const char *p, const char *end, const char *bytes, size_t len);

/* The first member whose name another one before it has; 0 without one. */
uint32_t scan_name_twice(struct scan *s, uint32_t object);

#endif

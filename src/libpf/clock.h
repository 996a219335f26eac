/*
 * Time as milliseconds since the epoch. PF_NOW in the environment (the same
 * text form as events have, or seconds since the epoch) stands in for the
 * wall clock, so that time is an input of every program.
 */
#ifndef PF_CLOCK_H
#define PF_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Room for "2026-11-21T02:00:00.123Z" and its NUL. */
#define CLOCK_TEXT 25

int64_t clock_now(void);
/* Never steps back, counts from an unknown moment, ignores PF_NOW. */
int64_t clock_monotonic(void);
int64_t clock_monotonic_us(void);
int64_t clock_from_timespec(struct timespec t);
/* The nearest moment of the years 1970 to 9999. */
int64_t clock_clip(int64_t ms);
/* RFC 3339 in UTC with milliseconds, of the clipped time. */
void clock_format(int64_t ms, char text[CLOCK_TEXT]);
/* Only that form, with 0 to 3 digits of the fraction and Z; false otherwise. */
bool clock_parse(const char *text, int64_t *ms);

#endif

/* Values as AFL++ writes them to its files. */
#ifndef PF_AFLPP_VALUE_H
#define PF_AFLPP_VALUE_H

#include <stdbool.h>
#include <stddef.h>

enum aflpp_value {
	AFLPP_COUNT,   /* to an int64_t */
	AFLPP_RATE,    /* a real number, to a double */
	AFLPP_PERCENT, /* "98.44%", to a double from 0 to 1 */
	AFLPP_SECONDS  /* since the epoch, to an int64_t of milliseconds */
};

/*
 * Sets *field from the text. False when it is no such value and *field stays.
 * Of what AFL++ writes where it does not know better it stays too, and the
 * answer is true: 18446744073709551615 (its -1), nan and inf (a division by
 * no time), and 0 seconds (never).
 */
bool aflpp_value_put(
    void *field, enum aflpp_value value, const char *text, size_t len);

#endif

/* What every unit test includes first; cmocka needs these in this order. */
#ifndef PF_UNIT_H
#define PF_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

/*
 * The next of a fixed row of pseudo-random numbers (xorshift64*): a failure
 * shows again at the next run.
 */
static inline uint64_t
unit_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1d;
}

#endif

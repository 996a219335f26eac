/*
 * planted.h - marks the places where the example targets are wrong on purpose.
 *
 * In an ordinary build the marks are nothing.  Built with -DORACLE a mark
 * says which bug the input is about to reach, and ends the program before it
 * happens, so the answer owes nothing to a stack trace.
 */
#ifndef PLANTED_H
#define PLANTED_H

#include <stddef.h>
#include <stdint.h>

/* Keeps a function's frame in the trace. */
#define NOINLINE __attribute__((noinline))

#ifdef ORACLE
/* Prints the id and exits with 0. */
_Noreturn void planted_reached(const char *id);
/* The same once the input has been read to its end without another bug. */
void planted_at_end(const char *id);
#define PLANTED(id) planted_reached(id)
#define PLANTED_AT_END(id) planted_at_end(id)
#else
#define PLANTED(id) ((void)0)
#define PLANTED_AT_END(id) ((void)0)
#endif

/* Counts as a use of the value: what led to it is not optimised away. */
static inline void
keep(unsigned value)
{
	__asm__ volatile("" : : "r"(value) : "memory");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif

/*
 * Memory that is there: every function returns memory or ends the program
 * with 71 (EX_OSERR) and one sentence. What they return is freed with free().
 */
#ifndef PF_MEM_H
#define PF_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);
/* Zeroed; count * size is checked for overflow. */
void *mem_calloc(size_t count, size_t size);
void *mem_realloc(void *old, size_t size);
/* Room for `count` elements of `size` bytes; the product is checked. */
void *mem_realloc_array(void *old, size_t count, size_t size);
char *mem_dup(const char *text);
char *mem_dup_n(const char *bytes, size_t len);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Make room for one more in an array that grows by doubling: *array has
 * *cap elements allocated and `used` in use.
 */
#define MEM_GROW(array, used, cap)                            \
	do {                                                  \
		if ((used) >= (cap)) {                        \
			(cap) = (cap) ? (cap)*2 : 8;          \
			(array) = mem_realloc_array(          \
			    (array), (cap), sizeof *(array)); \
		}                                             \
	} while (0)

#endif

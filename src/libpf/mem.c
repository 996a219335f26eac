/* Allocation that ends the program, in one place, when there is none left. */
#include "mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <sysexits.h>

#include "msg.h"

static void *
or_die(void *memory)
{
	if (memory == NULL)
		msg_diex(EX_OSERR, "out of memory");
	return memory;
}

void *
mem_alloc(size_t size)
{
	return or_die(malloc(size ? size : 1));
}

void *
mem_calloc(size_t count, size_t size)
{
	return or_die(calloc(count ? count : 1, size ? size : 1));
}

void *
mem_realloc(void *old, size_t size)
{
	return or_die(realloc(old, size ? size : 1));
}

void *
mem_realloc_array(void *old, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		msg_diex(EX_OSERR, "out of memory: %zu elements", count);
	return mem_realloc(old, count * size);
}

char *
mem_dup(const char *text)
{
	return mem_dup_n(text, strlen(text));
}

char *
mem_dup_n(const char *bytes, size_t len)
{
	char *copy = mem_alloc(len + 1);

	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

char *
mem_printf(const char *format, ...)
{
	va_list ap;
	char *text = NULL;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	return or_die(text);
}

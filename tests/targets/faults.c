/*
 * faults - what the other targets do not have, each fault by its name: the
 * operand is a file that holds one.  It is for the sanitizers and no fuzzer's.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planted.h"

/* What the compiler cannot know, so that the fault is still in the program. */
static int *volatile any_int;
static void (*volatile any_call)(void);
static const char *volatile any_text = "longer than what there is";
static void *volatile any;
static volatile size_t count;
static char shades[4];

NOINLINE static void
local_keep(void)
{
	int local = 1;

	any_int = &local;
	count = (size_t)*any_int;
}

NOINLINE static void
return_outlive(void)
{
	local_keep();
	*any_int = 2;
}

NOINLINE static void
scope_outlive(void)
{
	{
		int local = 1;

		any_int = &local;
		keep((unsigned)*any_int);
	}
	*any_int = 2;
}

NOINLINE static void
ranges_overlap(void)
{
	char *text = calloc(1, 16);

	count = 8;
	memcpy(text + 1, text, count);
	keep((unsigned)text[1]);
	free(text);
}

NOINLINE static void
stack_underrun(void)
{
	char row[16] = "";
	char *volatile at = row;

	count = 1;
	at[-(int)count] = 'x';
	keep((unsigned)row[0]);
}

/* Further than the frame: the address to return to is among it. */
NOINLINE static void
stack_smash(void)
{
	char row[16];

	count = 256;
	for (size_t i = 0; i < count; i++)
		((volatile char *)row)[i] = 'x';
}

NOINLINE static void
global_overrun(void)
{
	count = sizeof shades;
	((volatile char *)shades)[count] = 'x';
}

NOINLINE static void
string_overrun(void)
{
	char *copy = malloc(4);

	strcpy(copy, any_text);
	keep((unsigned)copy[0]);
	free(copy);
}

NOINLINE static void
middle_free(void)
{
	char *volatile text = malloc(64);

	free(text + 16);
}

/* Where no sanitizer has its shadow. */
NOINLINE static void
far_write(void)
{
	any_int = (int *)0x7e8812345000;
	*any_int = 1;
}

NOINLINE static void
null_write(void)
{
	any_int = NULL;
	*any_int = 1;
}

NOINLINE static void
null_call(void)
{
	any_call = NULL;
	any_call();
	keep(0);
}

/* No address at all: the processor does not even try. */
NOINLINE static void
wild_call(void)
{
	any_call = (void (*)(void))0x7878787878787878;
	any_call();
	keep(0);
}

NOINLINE static void
size_exceed(void)
{
	count = (size_t)1 << 60;
	any = malloc(count);
}

NOINLINE static void
product_exceed(void)
{
	count = (size_t)1 << 60;
	any = calloc(count, 64);
}

NOINLINE static void
order_invert(void)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	static pthread_mutex_t two = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&one);
	pthread_mutex_lock(&two);
	pthread_mutex_unlock(&two);
	pthread_mutex_unlock(&one);
	pthread_mutex_lock(&two);
	pthread_mutex_lock(&one);
	pthread_mutex_unlock(&one);
	pthread_mutex_unlock(&two);
}

NOINLINE static void
bound_miss(void)
{
	count = 0;
	{
		char row[count];

		keep((unsigned)sizeof row);
	}
}

NOINLINE static void
address_misalign(void)
{
	any_int = (int *)(void *)((char *)calloc(1, 16) + 1);
	keep((unsigned)*any_int);
	free((char *)any_int - 1);
}

NOINLINE static void
null_pass(void)
{
	void *volatile none = NULL;

	count = 0;
	keep(memcmp(shades, none, count) != 0);
}

NOINLINE static void
truth_exceed(void)
{
	union {
		char byte;
		_Bool truth;
	} volatile value = {2};

	keep(value.truth);
}

NOINLINE static void
itself_abort(void)
{
	abort();
}

static const struct {
	const char *name;
	void (*run)(void);
} faults[] = {
    {"return_outlive", return_outlive},
    {"scope_outlive", scope_outlive},
    {"ranges_overlap", ranges_overlap},
    {"stack_underrun", stack_underrun},
    {"stack_smash", stack_smash},
    {"global_overrun", global_overrun},
    {"string_overrun", string_overrun},
    {"middle_free", middle_free},
    {"far_write", far_write},
    {"null_write", null_write},
    {"null_call", null_call},
    {"wild_call", wild_call},
    {"size_exceed", size_exceed},
    {"product_exceed", product_exceed},
    {"order_invert", order_invert},
    {"bound_miss", bound_miss},
    {"address_misalign", address_misalign},
    {"null_pass", null_pass},
    {"truth_exceed", truth_exceed},
    {"itself_abort", itself_abort},
};

int
main(int argc, char *argv[])
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	char name[32] = "";

	if (file == NULL || fscanf(file, "%31s", name) != 1)
		return 64;
	fclose(file);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		if (strcmp(name, faults[i].name) == 0) {
			faults[i].run();
			return 0;
		}
	return 64;
}

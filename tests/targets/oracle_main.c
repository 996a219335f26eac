/*
 * oracle_main.c - runs a target on one file.  As an oracle (-DORACLE) it
 * prints the id of the planted bug that the file reaches and exits with 0, or
 * prints nothing and exits with 1; otherwise it exits with 0 if it lives.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "planted.h"

#define INPUT_MAX (1 << 20)

static uint8_t input[INPUT_MAX];

#ifdef ORACLE
static const char *reached_at_end;

void
planted_reached(const char *id)
{
	int failed = puts(id) == EOF || fflush(stdout) == EOF;

	_exit(failed ? EX_IOERR : 0);
}

void
planted_at_end(const char *id)
{
	if (reached_at_end == NULL)
		reached_at_end = id;
}

static int
verdict(void)
{
	if (reached_at_end != NULL)
		planted_reached(reached_at_end);
	return 1;
}
#else
static int
verdict(void)
{
	return 0;
}
#endif

static size_t
file_read(const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL)
		err(EX_NOINPUT, "open '%s'", path);
	size = fread(input, 1, sizeof(input), file);
	if (ferror(file))
		err(EX_IOERR, "read '%s'", path);
	fclose(file);
	return size;
}

int
main(int argc, char *argv[])
{
	uint8_t *copy;
	size_t size;

	if (argc != 2) {
		fprintf(stderr, "usage: %s file\n", argv[0]);
		return EX_USAGE;
	}
	size = file_read(argv[1]);
	copy = malloc(size);
	if (copy == NULL)
		err(EX_OSERR, "malloc");
	for (size_t i = 0; i < size; i++)
		copy[i] = input[i];
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	return verdict();
}

/*
 * afl_main.c - runs a target under AFL++ in persistent mode with the testcase
 * in shared memory; without afl-fuzz it reads one testcase from stdin.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "planted.h"

__AFL_FUZZ_INIT();

/*
 * The target gets a copy of exactly the testcase's size: past the end of the
 * shared buffer AddressSanitizer would see nothing.
 */
static void
run_copy(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size);

	if (copy == NULL)
		err(EX_OSERR, "malloc");
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

int
main(void)
{
	const uint8_t *data;

	__AFL_INIT();
	data = __AFL_FUZZ_TESTCASE_BUF;
	while (__AFL_LOOP(10000)) {
		size_t size = (size_t)__AFL_FUZZ_TESTCASE_LEN;

		run_copy(data, size);
	}
	return 0;
}

/* JSON texts: jansson accepts the same ones and reads the same from them. */
#include "../unit/unit_scan.h"
#include "harness.h"

#define DEPTH_MAX 24

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scan used = SCAN_INIT;
	struct scan fresh = SCAN_INIT;
	const char *text = (const char *)data, *differs;

	differs = scan_differs(&used, text, size, DEPTH_MAX);
	if (differs == NULL)
		differs = scan_differs(&fresh, text, size, DEPTH_MAX);
	if (differs != NULL)
		fprintf(stderr, "%s\n", differs);
	MUST(differs == NULL);
	scan_release(&fresh);
	return 0;
}

/* Times: what is read is written back as the same moment. */
#include "clock.h"
#include "harness.h"
#include "mem.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_dup_n((const char *)data, size);
	char written[CLOCK_TEXT];
	int64_t ms, again;

	if (clock_parse(text, &ms)) {
		MUST(ms >= 0 && ms == clock_clip(ms));
		clock_format(ms, written);
		MUST(clock_parse(written, &again));
		MUST(again == ms);
		/* Down to the second it is the same text, too. */
		MUST(strncmp(text, written, 19) == 0);
	}
	free(text);
	return 0;
}

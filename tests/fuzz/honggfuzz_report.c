/* Sections of honggfuzz's report: the crash file's name, a NUL, the report. */
#include "libengine/honggfuzz_report.h"
#include "harness.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *name = (const char *)data, *text, *section;
	size_t rest, len = 0;
	int64_t pid = 0;

	text = memchr(data, '\0', size);
	if (text == NULL)
		return 0;
	text++;
	rest = size - (size_t)(text - name);
	section = honggfuzz_section(text, rest, name, &len, &pid);
	if (section == NULL)
		return 0;
	MUST(section >= text && section + len <= text + rest);
	MUST(memmem(section, len, name, strlen(name)) != NULL);
	MUST(pid >= 0 && pid <= INT32_MAX);
	return 0;
}

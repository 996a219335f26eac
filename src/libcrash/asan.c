/* AddressSanitizer (compiler-rt, asan_errors.cpp; libgcc's is the same). */
#include "trace.h"

/* "ERROR: AddressSanitizer failed to …" has no colon after the name. */
static bool
address_begin(struct report *report, struct span line)
{
	struct span rest = sanitizer_error(line, "AddressSanitizer");

	return rest.at != NULL && sanitizer_named(report, rest);
}

const struct trace_parser parser_address = {
    .name = "AddressSanitizer",
    .rank = RANK_WHOLE,
    .marks = {"ERROR: AddressSanitizer: "},
    .begin = address_begin,
    .line = sanitizer_line,
};

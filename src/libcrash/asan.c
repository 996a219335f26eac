/* AddressSanitizer and HWAddressSanitizer (compiler-rt, asan_errors.cpp). */
#include "trace.h"

/* Errors whose line does not begin with their name. */
static const struct {
	const char *words, *kind;
} phrases[] = {
    {"attempting double-free on", "double-free"},
    {"attempting free on address which was not malloc", "bad-free"},
    {"attempting to call malloc_usable_size", "bad-malloc-usable-size"},
    {"attempting to call __sanitizer_get_allocated_size",
	"bad-get-allocated-size"},
    {"requested allocation size", "allocation-size-too-big"},
    {"out of memory", "out-of-memory"},
    {"allocator is out of memory", "out-of-memory"},
    {"specified RSS limit exceeded", "out-of-memory"},
    {"hard rss limit exhausted", "out-of-memory"},
    {"calloc parameters overflow", "calloc-overflow"},
    {"reallocarray parameters overflow", "reallocarray-overflow"},
    {"pvalloc parameters overflow", "pvalloc-overflow"},
    {"invalid alignment requested in aligned_alloc",
	"invalid-aligned-alloc-alignment"},
    {"invalid allocation alignment", "invalid-allocation-alignment"},
    {"bad parameters to __sanitizer_annotate", "bad-annotation"},
};

static bool
begin_named(struct report *report, struct span line, const char *name)
{
	struct span rest = sanitizer_error(line, name), word;

	if (rest.at == NULL)
		return false;
	if (sanitizer_signal(report, rest))
		return true;
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
		if (span_starts(rest, phrases[i].words)) {
			report->kind = span_text(phrases[i].kind);
			return true;
		}
	word = span_word(rest);
	if (span_ends(word, ":"))
		word.len--;
	/* "ERROR: AddressSanitizer failed to …" has no colon after the name;
	 * what is left are names such as heap-buffer-overflow. */
	if (word.len < 3 || word.len > 64)
		return false;
	report->kind = word;
	rest = span_after(rest, " on address ");
	if (rest.at == NULL)
		return true;
	report->has_address = span_hex(&rest, &report->address);
	if (span_starts(rest, " at pc ")) {
		rest = span_skip(rest, 7);
		report->has_pc = span_hex(&rest, &report->pc);
	}
	return true;
}

static bool
address_begin(struct report *report, struct span line)
{
	return begin_named(report, line, "AddressSanitizer") &&
	    span_has(line, "ERROR: ");
}

static bool
hwaddress_begin(struct report *report, struct span line)
{
	return begin_named(report, line, "HWAddressSanitizer");
}

const struct trace_parser parser_address = {
    .name = "AddressSanitizer",
    .begin = address_begin,
    .line = sanitizer_line,
};

const struct trace_parser parser_hwaddress = {
    .name = "HWAddressSanitizer",
    .begin = hwaddress_begin,
    .line = sanitizer_line,
};

/*
 * The legacy mangling of rustc (compiler/rustc_symbol_mangling/src/legacy.rs):
 * what C++ demanglers leave of it.
 */
#include "rustname.h"

#include <string.h>

static const struct {
	const char *escape, *text;
} escapes[] = {
    {"$LT$", "<"},
    {"$GT$", ">"},
    {"$LP$", "("},
    {"$RP$", ")"},
    {"$C$", ","},
    {"$RF$", "&"},
    {"$BP$", "*"},
    {"$SP$", "@"},
};

#define ESCAPES (sizeof escapes / sizeof escapes[0])

bool
rustname_is_escaped(struct span name)
{
	return name.len > 4 && memchr(name.at, '$', name.len) != NULL &&
	    (span_has(name, "$LT$") || span_has(name, "$u20$") ||
		span_has(name, "$u7b$") || span_has(name, "$RF$"));
}

/* "$u7b$": one byte of ASCII. How long the escape is; 0: it is none. */
static size_t
unicode(struct buf *out, struct span s)
{
	struct span digits = span_skip(s, 2);
	uint64_t value;

	if (!span_starts(s, "$u") || digits.len < 2)
		return 0;
	digits.len = digits.len > 2 ? 2 : digits.len;
	if (!span_hex(&digits, &value) || digits.len > 0 || value < ' ' ||
	    value > '~' || !span_starts(span_skip(s, 4), "$"))
		return 0;
	buf_add_char(out, (char)value);
	return 5;
}

static size_t
decode_one(struct buf *out, struct span s)
{
	for (size_t i = 0; s.at[0] == '$' && i < ESCAPES; i++)
		if (span_starts(s, escapes[i].escape)) {
			buf_add_str(out, escapes[i].text);
			return strlen(escapes[i].escape);
		}
	if (span_starts(s, "..")) {
		buf_add_str(out, "::");
		return 2;
	}
	return s.at[0] == '$' ? unicode(out, s) : 0;
}

void
rustname_decode(struct buf *out, struct span name)
{
	while (name.len > 0) {
		size_t n = 0;

		/* An escape at the start of a part is behind a line. */
		if (span_starts(name, "_$"))
			name = span_skip(name, 1);
		n = decode_one(out, name);
		if (n == 0) {
			buf_add_char(out, name.at[0]);
			n = 1;
		}
		name = span_skip(name, n);
	}
}

/* Texts and names of a JSON text: checked, decoded, compared. */
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "emit.h"
#include "scan_part.h"

#define ESCAPE_LEN 6 /* of \u0000 */

#ifdef __SSE2__
/* The first of 16 bytes that does not stand for itself; 16 without one. */
static inline unsigned
plain_of_16(const char *p)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
	unsigned mask;

	odd = _mm_or_si128(odd, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
	odd = _mm_or_si128(odd, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
	mask = (unsigned)_mm_movemask_epi8(odd);
	return (unsigned)__builtin_ctz(mask | 0x10000);
}
#endif

/*
 * The first byte that is not ASCII which stands for itself. As signed numbers
 * the bytes that are not ASCII are below the space, with the control
 * characters.
 */
static inline const char *
skip_plain(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		unsigned n = plain_of_16(p);

		p += n;
		if (n < 16)
			return p;
	}
#endif
	while (p < end && (signed char)*p >= ' ' && *p != '"' && *p != '\\')
		p++;
	return p;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number in \uXXXX at `p`; -1 when that is not there. */
static int
unit_of_escape(const char *p, const char *end)
{
	int unit = 0, i;

	if (end - p < ESCAPE_LEN || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (i = 2; i < ESCAPE_LEN; i++) {
		int digit = hex_value(p[i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

/*
 * Reads the escape at `p`, a backslash, as a code point: its length, or 0 when
 * there is no such escape or it is half of a surrogate pair.
 */
static size_t
read_escape(const char *p, const char *end, uint32_t *code)
{
	static const unsigned char meaning[256] = {['"'] = '"',
	    ['\\'] = '\\',
	    ['/'] = '/',
	    ['b'] = '\b',
	    ['f'] = '\f',
	    ['n'] = '\n',
	    ['r'] = '\r',
	    ['t'] = '\t'};
	int high, low;

	if (end - p < 2)
		return 0;
	*code = meaning[(unsigned char)p[1]];
	if (*code != 0)
		return 2;
	high = unit_of_escape(p, end);
	if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
		return 0;
	*code = (uint32_t)high;
	if (high < 0xd800 || high > 0xdfff)
		return ESCAPE_LEN;
	low = unit_of_escape(p + ESCAPE_LEN, end);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	*code = 0x10000 + ((uint32_t)high - 0xd800) * 0x400 +
	    ((uint32_t)low - 0xdc00);
	return 2 * ESCAPE_LEN;
}

/* Checks what is at `p` instead of a plain byte; returns what follows. */
static const char *
check_special(struct scan *s, const char *p, bool *escaped)
{
	unsigned char c = scan_peek(s, p);
	uint32_t code;
	size_t n;

	if (c >= 0x80) {
		n = emit_utf8_length(
		    (const unsigned char *)p, (size_t)(s->end - p));
		return n > 0 ? p + n : scan_fail(s, p, "a text is not UTF-8");
	}
	if (c != '\\')
		return scan_fail(s, p,
		    p == s->end ? "a text does not end"
				: "a control character in a text");
	*escaped = true;
	n = read_escape(p, s->end, &code);
	if (n == 0)
		return scan_fail(s, p, "a wrong escape");
	if (code == 0)
		return scan_fail(s, p, "\\u0000 in a text");
	return p + n;
}

const char *
scan_text(struct scan *s, const char *p, bool *escaped)
{
	do {
		p = skip_plain(p, s->end);
		if (scan_peek(s, p) == '"')
			return p;
		p = check_special(s, p, escaped);
	} while (p != NULL);
	return NULL;
}

static size_t
encode_utf8(uint32_t code, char utf8[4])
{
	static const unsigned char first[5] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	size_t i;

	for (i = n - 1; i > 0; i--, code >>= 6)
		utf8[i] = (char)(0x80 | (code & 0x3f));
	utf8[0] = (char)(first[n] | code);
	return n;
}

/* A run of what a text means. */
struct piece {
	const char *bytes;
	size_t len;
	char room[4];
};

/* The piece that is written at `p`; returns where the next one is. */
static const char *
next_piece(struct piece *piece, const char *p, const char *end)
{
	const char *stop;
	uint32_t code = 0;

	if (*p == '\\') {
		piece->bytes = piece->room;
		p += read_escape(p, end, &code);
		piece->len = encode_utf8(code, piece->room);
		return p;
	}
	stop = memchr(p, '\\', (size_t)(end - p));
	if (stop == NULL)
		stop = end;
	piece->bytes = p;
	piece->len = (size_t)(stop - p);
	return stop;
}

void
scan_decode(struct buf *out, const char *p, const char *end)
{
	struct piece piece;

	while (p < end) {
		p = next_piece(&piece, p, end);
		buf_add(out, piece.bytes, piece.len);
	}
}

bool
scan_decodes_to(const char *p, const char *end, const char *bytes, size_t len)
{
	struct piece piece;

	while (p < end) {
		p = next_piece(&piece, p, end);
		if (piece.len > len ||
		    memcmp(piece.bytes, bytes, piece.len) != 0)
			return false;
		bytes += piece.len;
		len -= piece.len;
	}
	return len == 0;
}

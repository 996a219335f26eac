/*
 * JSON as it lies in a line (RFC 8259), strictly and in one pass. What was read
 * is an array of values which is used again for the next line, so that reading
 * allocates nothing once it has grown to the longest line. Only what a line
 * of 128 KiB or more took is given back when a shorter one follows.
 *
 *	struct scan scan = SCAN_INIT;
 *
 *	if (scan_read(&scan, line, len, EVENT_DEPTH_MAX, &why))
 *		data = scan_member(&scan, 0, "data");
 *	scan_release(&scan);
 *
 * The values are in the order of the text. value[0] is the root. The first of
 * what an object or array at `i` holds is at i + 1, the one after `j` at
 * value[j].next, and value[i].next is where they end:
 *
 *	for (j = i + 1; j < value[i].next; j = value[j].next)
 *
 * Accepted is what json_loadb of jansson 2.14 accepts with
 * JSON_REJECT_DUPLICATES, but for a NUL behind a number or a word: objects and
 * arrays alone at the top, no name twice in an object, no \u0000, only UTF-8,
 * only integers that an int64_t holds and reals that a double does. What is too
 * small for a double is the nearest one.
 */
#ifndef PF_SCAN_H
#define PF_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

enum scan_type {
	SCAN_NULL,
	SCAN_FALSE,
	SCAN_TRUE,
	SCAN_INTEGER,
	SCAN_REAL,
	SCAN_TEXT,
	SCAN_ARRAY,
	SCAN_OBJECT
};

struct scan_value {
	uint8_t type;        /* enum scan_type */
	bool escaped;        /* SCAN_TEXT: has a backslash */
	bool name_escaped;   /* the member's name has one */
	uint32_t start, len; /* in the line; of SCAN_TEXT without the quotes */
	uint32_t name;       /* where an object's member has its name, */
	uint32_t name_len;   /* without the quotes; 0, 0 elsewhere */
	uint32_t next;       /* place after this value and all it holds */
	uint32_t count;      /* members or elements; 0 elsewhere */
	union {
		int64_t integer; /* SCAN_INTEGER */
		double real;     /* SCAN_REAL */
	} number;
};

struct scan_slot;

struct scan {
	const char *text; /* what scan_read got, borrowed */
	struct scan_value *value;
	size_t count, cap;
	/* Set by the caller: a text with more is refused, "too many values"; 0
	 * is no bound. A value takes 40 bytes. */
	size_t count_max;
	/* Of the reader alone. */
	const char *end;
	uint32_t open;
	unsigned depth, depth_max;
	struct buf room;
	struct scan_slot *slot;
	size_t slot_cap;
	uint64_t seed;
	char why[96];
};

/* clang-format off */
#define SCAN_INIT {.room = BUF_INIT}
/* clang-format on */

/* Frees what is held and leaves it usable. */
void scan_release(struct scan *scan);
/* Frees it, and with it the values, if a huge line has made it large; reading a
 * shorter line does so, too. */
void scan_trim(struct scan *scan);

/*
 * Reads one text with white space around it, as the newline of a line, in which
 * objects and arrays are up to `depth_max` inside each other. `text` is
 * borrowed for as long as the values are used. False when it is not accepted,
 * with the rest of a sentence in *why, printable ASCII, which is good until the
 * next call: "nested too deep", "too long", or "not JSON: column 14: …" of the
 * byte, counted from 1. There are no values then.
 */
bool scan_read(struct scan *scan, const char *text, size_t len,
    unsigned depth_max, const char **why);

/* The place of an object's member; 0 when there is none or `object` is none. */
uint32_t
scan_member(const struct scan *scan, uint32_t object, const char *name);

/* Is the value a text, and this one? */
bool scan_text_is(const struct scan *scan, uint32_t text, const char *s);
/* Is the value an object's member with this name? */
bool scan_name_is(const struct scan *scan, uint32_t member, const char *s);

/*
 * Append the text of a SCAN_TEXT and the name of a member as they are meant,
 * without escapes: UTF-8 with no NUL in it.
 */
void scan_add_text(struct buf *out, const struct scan *scan, uint32_t text);
void scan_add_name(struct buf *out, const struct scan *scan, uint32_t member);
/* Appends a value as it is written in the line, a text with its quotes. */
void scan_add_source(struct buf *out, const struct scan *scan, uint32_t value);

#endif

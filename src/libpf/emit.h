/*
 * The one JSON writer (RFC 8259). Appends to a buffer; commas and closing
 * brackets are kept by the writer. A key of NULL is right at the top and
 * inside arrays.
 *
 *	emit_begin(&e, &line);
 *	emit_object(&e, NULL);
 *	emit_string(&e, "type", "job");
 *	emit_end(&e);
 */
#ifndef PF_EMIT_H
#define PF_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

#define EMIT_DEPTH 32

struct emit {
	struct buf *out;
	unsigned depth;
	char closer[EMIT_DEPTH];
	bool has_member[EMIT_DEPTH];
};

void emit_begin(struct emit *e, struct buf *out);
void emit_object(struct emit *e, const char *key);
void emit_array(struct emit *e, const char *key);
/* Closes the innermost object or array. */
void emit_end(struct emit *e);

/* Text of our own making or known to be UTF-8; anything else is a bug. */
void emit_string(struct emit *e, const char *key, const char *text);
/*
 * Bytes from outside: each byte that is not part of valid UTF-8, and NUL, as
 * the four characters \xHH, and each backslash doubled; emit_decode undoes it.
 */
void emit_bytes(struct emit *e, const char *key, const void *bytes, size_t n);
void emit_bytes_str(struct emit *e, const char *key, const char *text);
void emit_u64(struct emit *e, const char *key, uint64_t value);
void emit_i64(struct emit *e, const char *key, int64_t value);
/* The shortest text that reads back the same; left out unless finite. */
void emit_real(struct emit *e, const char *key, double value);
void emit_bool(struct emit *e, const char *key, bool value);
/* Milliseconds since the epoch, in the form that events have (clock.h). */
void emit_time(struct emit *e, const char *key, int64_t ms);
/* JSON text that is known to be valid. */
void emit_raw(struct emit *e, const char *key, const char *json, size_t n);

/* Appends the text that emit_bytes writes between its quotes, unquoted. */
void emit_encode(struct buf *out, const void *bytes, size_t n);
/* Appends the bytes that emit_bytes made `text` from. */
void emit_decode(struct buf *out, const char *text, size_t n);
/* The length of the valid UTF-8 sequence at `s` (1 to 4), 0 if there is none.*/
size_t emit_utf8_length(const unsigned char *s, size_t n);

struct json_t;
/* A jansson tree, members in their order (jansson 2.14, json_t *). */
void emit_tree(struct emit *e, const char *key, const struct json_t *value);

#endif

/* Text of events as HTML. */
#ifndef PF_HTML_H
#define PF_HTML_H

#include <stdint.h>

#include "buf.h"

/*
 * Appends text of an event line so that a browser shows it and nothing else:
 * the bytes it stands for, markup escaped, and what is no printable text (a
 * control byte, a byte that is not UTF-8, a character that changes the
 * direction of writing) as \xHH or \u{H}. NULL adds nothing. Line breaks and
 * tabs are kept.
 */
void html_text(struct buf *out, const char *text);
/* The same with line breaks as \x0a, for what is one line. */
void html_line(struct buf *out, const char *text);
/* The same for bytes that are no text of an event: a backslash is one. */
void html_bytes(struct buf *out, const char *bytes, size_t n);
/* For terminals: html_line without the escapes for markup. */
void plain_line(struct buf *out, const char *text);

/*
 * Appends the beginning of a document, up to the opened body: our style, and
 * nothing is loaded or run. `title` may hold any bytes.
 */
void html_head(struct buf *out, const char *title);

/* A time element: "2026-11-21 02:00:00". */
void html_time(struct buf *out, int64_t ms);
/* "1,234,567"; an en dash for a negative number, which means unknown. */
void html_count(struct buf *out, int64_t n);
/* "12.3K": at most four characters and a unit. */
void short_number(struct buf *out, double value);

#endif

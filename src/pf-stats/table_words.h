/*
 * Values and names as people read them in a table; all of them append. What is
 * not known (a negative number) is "-".
 */
#ifndef PF_TABLE_WORDS_H
#define PF_TABLE_WORDS_H

#include <stdint.h>

#include "buf.h"

/* "9999", "12.3k", "4.56M": to three digits, cut, so never more than it is. */
void words_count(struct buf *out, int64_t n);
/* "0.25", "7.3", "941", and on as words_count. */
void words_rate(struct buf *out, double per_second);
/* "0.4%", "41%". */
void words_share(struct buf *out, double ratio);
/* "512M", "1.5G". */
void words_size(struct buf *out, int64_t bytes);
/* "45s", "12m", "47h", "2d", "8y"; below 0 is not known. */
void words_duration(struct buf *out, int64_t ms);
/*
 * How long ago `then_ms` is, as a duration; what a clock that is ahead by more
 * than a minute wrote has a minus. A negative `then_ms` is not known.
 */
void words_age(struct buf *out, int64_t then_ms, int64_t now_ms);

/*
 * Text from outside, UTF-8, in at most WORDS_NAME_MAX columns: what would move
 * the cursor or change the direction, and without a UTF-8 locale all that is
 * not ASCII, byte by byte as \xHH. Empty is "-".
 */
#define WORDS_NAME_MAX 255
void words_name(struct buf *out, const char *text);
/* How many columns such text takes. */
unsigned words_columns(const char *text, size_t len);
/*
 * Appends as much of such text as fits into `columns`, with an ellipsis in the
 * last one where it is not all; returns the columns that it took.
 */
unsigned
words_fit(struct buf *out, const char *text, size_t len, unsigned columns);
/* The same with its end, and the ellipsis in the first column. */
unsigned
words_fit_end(struct buf *out, const char *text, size_t len, unsigned columns);

#endif

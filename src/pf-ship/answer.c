/* Answers, strictly. */
#include "answer.h"

#include <stdlib.h>

#include "mem.h"
#include "scan.h"

#define DEPTH 8
/* Values of a rejected line, and of all the rest. */
#define VALUES_A_LINE 8
#define VALUES 1000
#define BYTES_A_LINE 2048
#define BYTES 65536

void
answer_init(struct answer *a)
{
	*a = (struct answer){.exit = -1};
	buf_init(&a->text);
	buf_init(&a->error);
}

void
answer_release(struct answer *a)
{
	free(a->rejected);
	buf_release(&a->text);
	buf_release(&a->error);
}

void
answer_clear(struct answer *a)
{
	a->acknowledged = a->failed = false;
	a->stored = a->duplicate = 0;
	a->count = 0;
	a->exit = -1;
	buf_clear(&a->text);
	buf_clear(&a->error);
}

size_t
answer_max(uint64_t lines)
{
	return lines > (SIZE_MAX - BYTES) / BYTES_A_LINE
	    ? SIZE_MAX
	    : BYTES + (size_t)lines * BYTES_A_LINE;
}

static bool
take_count(const struct scan *s, const char *name, uint64_t *count)
{
	uint32_t at = scan_member(s, 0, name);

	if (at == 0 || s->value[at].type != SCAN_INTEGER ||
	    s->value[at].number.integer < 0)
		return false;
	*count = (uint64_t)s->value[at].number.integer;
	return true;
}

static bool
text_is(const struct scan *s, uint32_t at, const char *text)
{
	return at != 0 && s->value[at].type == SCAN_TEXT &&
	    scan_text_is(s, at, text);
}

static bool
take_rejected(struct answer *a, const struct scan *s, uint32_t at)
{
	uint32_t line = scan_member(s, at, "line");
	uint32_t reason = scan_member(s, at, "reason");
	struct answer_rejected *r;

	if (line == 0 || s->value[line].type != SCAN_INTEGER ||
	    s->value[line].number.integer < 1 || reason == 0 ||
	    s->value[reason].type != SCAN_TEXT)
		return false;
	MEM_GROW(a->rejected, a->count, a->cap);
	r = &a->rejected[a->count++];
	r->line = (uint64_t)s->value[line].number.integer;
	r->reason = a->text.len;
	scan_add_text(&a->text, s, reason);
	r->len = a->text.len - r->reason;
	buf_add_char(&a->text, '\0');
	return true;
}

static int
by_line(const void *a, const void *b)
{
	const struct answer_rejected *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

/* Each line at most once, and all of them ours. */
static bool
take_all_rejected(struct answer *a, const struct scan *s, uint64_t lines)
{
	uint32_t list = scan_member(s, 0, "rejected"), at;
	size_t i;

	if (list == 0 || s->value[list].type != SCAN_ARRAY)
		return false;
	for (at = list + 1; at < s->value[list].next; at = s->value[at].next)
		if (s->value[at].type != SCAN_OBJECT ||
		    !take_rejected(a, s, at))
			return false;
	if (a->count > 1)
		qsort(a->rejected, a->count, sizeof *a->rejected, by_line);
	for (i = 0; i < a->count; i++)
		if (a->rejected[i].line > lines ||
		    (i > 0 && a->rejected[i].line == a->rejected[i - 1].line))
			return false;
	return true;
}

static const char *
take_error(struct answer *a, const struct scan *s, uint32_t error)
{
	uint32_t code = scan_member(s, 0, "exit");

	if (s->value[error].type != SCAN_TEXT)
		return "the answer's error is no text";
	scan_add_text(&a->error, s, error);
	if (code != 0 && s->value[code].type == SCAN_INTEGER &&
	    s->value[code].number.integer >= 0)
		a->exit = s->value[code].number.integer;
	a->failed = true;
	return NULL;
}

static const char *
take(struct answer *a, const struct scan *s, const char *key, uint64_t lines)
{
	uint32_t error = scan_member(s, 0, "error");

	if (key == NULL)
		return error == 0 ? "the answer says no error"
				  : take_error(a, s, error);
	if (!text_is(s, scan_member(s, 0, "key"), key))
		return "the answer is not to this batch";
	if (error != 0)
		return take_error(a, s, error);
	if (!take_count(s, "stored", &a->stored) ||
	    !take_count(s, "duplicate", &a->duplicate) ||
	    !take_all_rejected(a, s, lines))
		return "the answer is no acknowledgement";
	/* Counts are below 2^63: the sum of two cannot wrap round. */
	if (a->stored > lines || a->duplicate > lines ||
	    a->stored + a->duplicate + a->count != lines)
		return "the answer's counts are not those of this batch";
	a->acknowledged = true;
	return NULL;
}

const char *
answer_read(struct answer *a, const char *text, size_t len, const char *key,
    uint64_t lines)
{
	struct scan scan = SCAN_INIT;
	const char *why;

	answer_clear(a);
	scan.count_max = lines > UINT32_MAX / VALUES_A_LINE - VALUES
	    ? UINT32_MAX
	    : VALUES + (size_t)lines * VALUES_A_LINE;
	if (!scan_read(&scan, text, len, DEPTH, &why))
		why = "the answer is not JSON";
	else if (scan.value[0].type != SCAN_OBJECT)
		why = "the answer is not an object";
	else
		why = take(a, &scan, key, lines);
	scan_release(&scan);
	if (why != NULL)
		answer_clear(a);
	return why;
}

const char *
answer_reason(const struct answer *a, size_t rejected)
{
	return a->text.data + a->rejected[rejected].reason;
}

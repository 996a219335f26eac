/* Decisions of the circuit breaker, and its text form. */
#include "breaker.h"

#include <limits.h>

#include "backoff.h"
#include "emit.h"
#include "scan.h"

#define VERSION 1
/* Nobody means to wait for longer; the file may be anybody's. */
#define OPEN_MAX_MS (366 * 86400 * INT64_C(1000))

enum breaker_state
breaker_state(const struct breaker *b, int64_t now)
{
	if (!b->open)
		return BREAKER_CLOSED;
	return breaker_left(b, now) > 0 ? BREAKER_OPEN : BREAKER_HALF_OPEN;
}

const char *
breaker_state_name(enum breaker_state state)
{
	static const char *const names[] = {
	    [BREAKER_CLOSED] = "closed",
	    [BREAKER_OPEN] = "open",
	    [BREAKER_HALF_OPEN] = "half-open",
	};

	return names[state];
}

int64_t
breaker_left(const struct breaker *b, int64_t now)
{
	if (!b->open || now < b->opened || now - b->opened >= b->open_ms)
		return 0;
	return b->open_ms - (now - b->opened);
}

int64_t
breaker_fail(struct breaker *b, const struct breaker_limits *limits,
    int64_t retry_after_ms, int64_t now, uint64_t random)
{
	int64_t delay =
	    backoff_delay(b->failures, limits->min_ms, limits->max_ms, random);

	if (retry_after_ms > OPEN_MAX_MS)
		retry_after_ms = OPEN_MAX_MS;
	if (b->failures < UINT_MAX)
		b->failures++;
	if (retry_after_ms > 0)
		delay = retry_after_ms;
	b->open = retry_after_ms > 0 ||
	    (limits->failures > 0 && b->failures >= limits->failures);
	b->opened = b->open ? now : 0;
	b->open_ms = b->open ? delay : 0;
	return delay;
}

bool
breaker_succeed(struct breaker *b)
{
	bool changed = b->failures > 0 || b->open;

	*b = (struct breaker){0};
	return changed;
}

void
breaker_write(struct buf *out, const struct breaker *b, const char *to)
{
	struct emit e;

	emit_begin(&e, out);
	emit_object(&e, NULL);
	emit_u64(&e, "v", VERSION);
	emit_bytes_str(&e, "to", to);
	emit_u64(&e, "failures", b->failures);
	emit_bool(&e, "open", b->open);
	emit_i64(&e, "opened", b->opened);
	emit_i64(&e, "open_ms", b->open_ms);
	emit_end(&e);
	buf_add_char(out, '\n');
}

static bool
take(const struct scan *s, const char *name, int64_t max, int64_t *number)
{
	uint32_t at = scan_member(s, 0, name);

	if (at == 0 || s->value[at].type != SCAN_INTEGER ||
	    s->value[at].number.integer < 0 ||
	    s->value[at].number.integer > max)
		return false;
	*number = s->value[at].number.integer;
	return true;
}

static bool
take_all(struct breaker *b, const struct scan *s, struct buf *to)
{
	uint32_t open = scan_member(s, 0, "open");
	uint32_t name = scan_member(s, 0, "to");
	int64_t version, failures;

	if (!take(s, "v", VERSION, &version) || version != VERSION ||
	    !take(s, "failures", UINT_MAX, &failures) ||
	    !take(s, "opened", INT64_MAX, &b->opened) ||
	    !take(s, "open_ms", OPEN_MAX_MS, &b->open_ms) || open == 0 ||
	    s->value[open].type > SCAN_TRUE ||
	    s->value[open].type < SCAN_FALSE || name == 0 ||
	    s->value[name].type != SCAN_TEXT)
		return false;
	b->failures = (unsigned)failures;
	b->open = s->value[open].type == SCAN_TRUE;
	if (to != NULL)
		scan_add_text(to, s, name);
	return true;
}

const char *
breaker_read(struct breaker *b, const char *text, size_t len, struct buf *to)
{
	struct scan scan = SCAN_INIT;
	const char *why;

	*b = (struct breaker){0};
	if (!scan_read(&scan, text, len, 2, &why))
		why = "not JSON";
	else if (scan.value[0].type == SCAN_OBJECT && take_all(b, &scan, to))
		why = NULL;
	else
		why = "not a breaker's state";
	scan_release(&scan);
	if (why != NULL)
		*b = (struct breaker){0};
	return why;
}

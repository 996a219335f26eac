/*
 * The breaker's file and that of the totals: what is read is written again the
 * same, and no breaker stays open for ever.
 */
#include "pf-ship/breaker.h"

#include <string.h>

#include "harness.h"
#include "pf-ship/totals.h"

#define YEAR_MS (366 * 86400 * INT64_C(1000))

static void
breaker(const char *text, size_t len)
{
	struct buf to = BUF_INIT, again = BUF_INIT, name = BUF_INIT;
	struct breaker b, c;

	if (breaker_read(&b, text, len, &to) == NULL) {
		MUST(breaker_left(&b, b.opened) <= YEAR_MS);
		MUST(breaker_left(&b, INT64_MAX) <= YEAR_MS);
		MUST(breaker_left(&b, 0) <= YEAR_MS);
		breaker_write(&again, &b, "x");
		MUST(breaker_read(&c, again.data, again.len, &name) == NULL);
		MUST(b.failures == c.failures && b.open == c.open &&
		    b.opened == c.opened && b.open_ms == c.open_ms);
	} else
		MUST(b.failures == 0 && !b.open);
	buf_release(&to);
	buf_release(&again);
	buf_release(&name);
}

static void
totals(const char *text, size_t len)
{
	struct buf again = BUF_INIT, whole = BUF_INIT;
	struct totals t;

	buf_add(&whole, text, len);
	if (totals_read(&t, whole.data, whole.len) == NULL) {
		totals_write(&again, &t);
		MUST(again.len == len && memcmp(again.data, text, len) == 0);
	}
	buf_release(&again);
	buf_release(&whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	breaker((const char *)data, size);
	totals((const char *)data, size);
	return 0;
}

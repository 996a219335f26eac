/* The policy. */
#include "policy.h"

#include <stdbool.h>
#include <stdlib.h>

static int
newest_first(const void *a, const void *b)
{
	const struct policy_file *const *x = a, *const *y = b;

	if ((*x)->time_ms != (*y)->time_ms)
		return (*x)->time_ms > (*y)->time_ms ? -1 : 1;
	return ((*x)->serial > (*y)->serial) - ((*x)->serial < (*y)->serial);
}

void
policy_apply(struct policy_file *files[], size_t count, int64_t now_ms,
    const struct policy_limits *limits)
{
	uint64_t kept = 0;
	bool full = false;
	size_t i;

	if (count > 0)
		qsort(files, count, sizeof files[0], newest_first);
	for (i = 0; i < count; i++) {
		struct policy_file *f = files[i];

		f->verdict = POLICY_KEEP;
		if (i >= limits->keep_newest) {
			/* From the first that does not fit on, all go: the
			 * older never stays for the newer. */
			full = full || kept > limits->max_bytes ||
			    f->bytes > limits->max_bytes - kept;
			if (limits->older_than_ms >= 0 &&
			    now_ms - f->time_ms > limits->older_than_ms)
				f->verdict = POLICY_OLD;
			else if (full)
				f->verdict = POLICY_OVER;
		}
		if (f->verdict == POLICY_KEEP)
			kept += f->bytes;
	}
}

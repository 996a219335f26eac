#include "cycle.h"

#include <string.h>

#include "name.h"
#include "places.h"

#define REPEATS 3
#define DEEP 60
/* Leaves above the cycle: a helper or two that ran out of stack. */
#define START_MAX 24

/*
 * One function at two lines is one member: a tree walk recurses from several
 * places, in any order. The name's last part, as inlining loses the others.
 */
static int
compare(const struct fingerprint *f, size_t a, size_t b)
{
	const struct place *x = &f->places[a], *y = &f->places[b];
	struct span p, q;
	int order;

	if (x->name_len == 0 || y->name_len == 0) {
		uint64_t m = x->frame->offset, n = y->frame->offset;

		if (x->name_len != y->name_len)
			return x->name_len == 0 ? -1 : 1;
		return m < n ? -1 : m > n;
	}
	p = name_last(place_name(f, x));
	q = name_last(place_name(f, y));
	order = memcmp(p.at, q.at, p.len < q.len ? p.len : q.len);
	if (order == 0)
		order = p.len < q.len ? -1 : p.len > q.len;
	return order;
}

static bool
repeats(const struct fingerprint *f, size_t start, size_t period)
{
	if (start + REPEATS * period > f->count)
		return false;
	for (size_t i = start; i < start + (REPEATS - 1) * period; i++)
		if (compare(f, i, i + period) != 0)
			return false;
	return true;
}

/* How many frames from `start` on go round in that period. */
static size_t
covered(const struct fingerprint *f, size_t start, size_t period)
{
	size_t i = start;

	while (i + period < f->count && compare(f, i, i + period) == 0)
		i++;
	return i + period - start;
}

/* The rotation whose sequence of members is the least. */
static size_t
least_rotation(const struct fingerprint *f, size_t start, size_t period)
{
	size_t best = 0;

	for (size_t r = 1; r < period; r++)
		for (size_t i = 0; i < period; i++) {
			int order = compare(f, start + (r + i) % period,
			    start + (best + i) % period);

			if (order < 0)
				best = r;
			if (order != 0)
				break;
		}
	return best;
}

static void
take(struct cycle *cycle, const struct fingerprint *f, size_t start,
    size_t period)
{
	size_t rotation = least_rotation(f, start, period), i, k;

	for (i = 0; i < period; i++) {
		size_t at = start + (rotation + i) % period;

		cycle->frame[cycle->frames++] = at;
		for (k = 0; k < cycle->members; k++)
			if (compare(f, cycle->member[k], at) == 0)
				break;
		if (k == cycle->members)
			cycle->member[cycle->members++] = at;
	}
}

struct cycle
cycle_find(const struct fingerprint *f, bool overflow)
{
	struct cycle cycle = {0};

	if (!overflow && f->count <= DEEP)
		return cycle;
	for (size_t start = 0; start < START_MAX && start < f->count; start++)
		for (size_t period = 1; period <= CYCLE_MAX; period++)
			if (repeats(f, start, period) &&
			    (overflow ||
				covered(f, start, period) * 2 >= f->count)) {
				take(&cycle, f, start, period);
				return cycle;
			}
	return cycle;
}

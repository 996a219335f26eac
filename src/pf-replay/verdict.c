#include "verdict.h"

#include <string.h>

const char *
verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
	    "same", "other", "flaky", "clean", "error"};

	return names[verdict];
}

bool
sighting_same(const struct sighting *a, const struct sighting *b)
{
	if (a->outcome == OUTCOME_TIMEOUT || b->outcome == OUTCOME_TIMEOUT)
		return a->outcome == b->outcome;
	/* Offsets and names of one place cannot be told to be equal. */
	if (a->group[0] != '\0' && b->group[0] != '\0' &&
	    a->symbolized == b->symbolized)
		return strcmp(a->group, b->group) == 0;
	return a->signal == 0 || b->signal == 0 || a->signal == b->signal;
}

bool
sighting_hit(const struct sighting *s, const struct expectation *expected)
{
	if (s->outcome == OUTCOME_TIMEOUT)
		return !expected->any || expected->timeout;
	return s->outcome == OUTCOME_CRASH;
}

static bool
as_expected(const struct sighting *run, const struct expectation *expected)
{
	if (!expected->any)
		return true;
	if (expected->timeout)
		return run->outcome == OUTCOME_TIMEOUT;
	return sighting_same(run, &expected->sighting);
}

enum verdict
verdict_of(const struct sighting *runs, size_t count,
    const struct expectation *expected)
{
	size_t hits = 0;
	const struct sighting *first = NULL;
	bool agree = true;

	for (size_t i = 0; i < count; i++) {
		if (runs[i].outcome == OUTCOME_ERROR)
			return VERDICT_ERROR;
		if (!sighting_hit(&runs[i], expected)) {
			/* Our own limit ended it: nothing was learnt. */
			if (runs[i].outcome == OUTCOME_TIMEOUT)
				return VERDICT_ERROR;
			continue;
		}
		hits++;
		if (first == NULL)
			first = &runs[i];
		else if (!sighting_same(first, &runs[i]))
			agree = false;
	}
	if (hits == 0)
		return count > 0 ? VERDICT_CLEAN : VERDICT_ERROR;
	if (hits < count || !agree)
		return VERDICT_FLAKY;
	return as_expected(first, expected) ? VERDICT_SAME : VERDICT_OTHER;
}

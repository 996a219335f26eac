/* Exponential backoff with full jitter. */
#include "backoff.h"

int64_t
backoff_delay(unsigned attempt, int64_t min_ms, int64_t max_ms, uint64_t random)
{
	int64_t ceiling = min_ms < max_ms ? min_ms : max_ms;

	if (ceiling <= 0)
		return 0;
	for (; attempt > 0 && ceiling < max_ms; attempt--)
		ceiling = ceiling > max_ms / 2 ? max_ms : ceiling * 2;
	return (int64_t)(random % ((uint64_t)ceiling + 1));
}

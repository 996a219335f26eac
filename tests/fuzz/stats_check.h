/* What must hold of any statistics, however absurd their source. */
#ifndef PF_STATS_CHECK_H
#define PF_STATS_CHECK_H

#include <jansson.h>
#include <math.h>

#include "harness.h"
#include "libengine/stats.h"

/* They make a JSON object, and no number in it is below zero. */
static inline void
stats_check(const struct stats *s)
{
	struct buf data = BUF_INIT;
	const char *key;
	json_t *read, *value;

	stats_emit(&data, s);
	read = json_loadb(data.data, data.len, JSON_REJECT_DUPLICATES, NULL);
	MUST(json_is_object(read));
	json_object_foreach(read, key, value)
	{
		if (json_is_number(value))
			MUST(json_number_value(value) >= 0);
	}
	MUST(isnan(s->coverage_ratio) || s->coverage_ratio <= 1);
	MUST(isnan(s->stability_ratio) || s->stability_ratio <= 1);
	json_decref(read);
	buf_release(&data);
}

#endif

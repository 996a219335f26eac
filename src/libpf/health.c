/* Memory and signs of life. */
#include "health.h"

#define LOOK_LEAST_MS 500
#define LOOK_MOST_MS 5000
#define GROWTH_PER_MS ((UINT64_C(1) << 30) / 1000)

void
health_begin(struct health *h, int64_t now_ms)
{
	*h = (struct health){.memory_ms = now_ms + LOOK_LEAST_MS,
	    .sign_ms = now_ms,
	    .busy_ms = now_ms,
	    .cpu_seen_ms = now_ms};
}

void
health_sign(struct health *h, int64_t now_ms)
{
	h->sign_ms = now_ms;
}

int64_t
health_next_look(uint64_t used, uint64_t limit, int64_t now_ms)
{
	uint64_t room = limit == 0 ? UINT64_MAX
	    : limit < used         ? 0
				   : limit - used;
	uint64_t wait = room / GROWTH_PER_MS;

	if (wait > LOOK_MOST_MS)
		wait = LOOK_MOST_MS;
	return now_ms + (wait < LOOK_LEAST_MS ? LOOK_LEAST_MS : (int64_t)wait);
}

bool
health_over_memory(
    struct health *h, const struct child *child, uint64_t limit, int64_t now_ms)
{
	uint64_t bytes;

	if (now_ms < h->memory_ms)
		return false;
	if (!child_memory(child, false, &bytes) ||
	    (limit > 0 && bytes > limit && !child_memory(child, true, &bytes)))
		bytes = 0;
	h->memory_ms = health_next_look(bytes, limit, now_ms);
	h->rss_bytes = bytes;
	if (bytes > h->peak_bytes)
		h->peak_bytes = bytes;
	return limit > 0 && bytes > limit;
}

/* A hundredth of the time that has passed since it was last looked at. */
static bool
used_processor(struct health *h, const struct child *child, int64_t now_ms)
{
	int64_t cpu_ms, used;

	if (!child_cpu(child, &cpu_ms))
		return true;
	/* Less than before: processes that had used more have ended. */
	used = cpu_ms < h->cpu_ms ? now_ms : cpu_ms - h->cpu_ms;
	h->cpu_ms = cpu_ms;
	return used * 100 >= now_ms - h->cpu_seen_ms;
}

bool
health_stalled(struct health *h, const struct child *child, int64_t stall_ms,
    int64_t silence_ms, int64_t now_ms)
{
	int64_t silent_ms = now_ms - h->sign_ms;

	if (stall_ms == 0 || now_ms < h->stall_ms)
		return false;
	h->stall_ms = now_ms + stall_ms / 4;
	if (used_processor(h, child, now_ms))
		h->busy_ms = now_ms;
	h->cpu_seen_ms = now_ms;
	if (silent_ms < stall_ms)
		return false;
	return now_ms - h->busy_ms >= stall_ms ||
	    (silence_ms > 0 && silent_ms >= silence_ms);
}

/* Alerts, and what is done about them. */
#include "care.h"

#include "life.h"
#include "mem.h"
#include "msg.h"
#include "tell.h"

static unsigned long long
mebibytes(uint64_t bytes)
{
	return (unsigned long long)(bytes >> 20);
}

/* One lack of room begins or ends. */
static void
tell_lack(struct supervisor *s, enum space_lack lack, bool firing,
    const char *message)
{
	const struct job *job = s->job;

	if (lack == SPACE_FREE_SHORT)
		tell_alert(s, "disk_free_bytes", firing, NULL,
		    (double)s->space.free_bytes, (double)job->min_free_bytes,
		    message);
	else if (lack == SPACE_JOB_LARGE)
		tell_alert(s, "job_disk_bytes", firing, NULL,
		    (double)s->space.used_bytes, (double)job->disk_max_bytes,
		    message);
}

static char *
describe_lack(const struct supervisor *s)
{
	const struct job *job = s->job;

	if (s->space.lack == SPACE_FREE_SHORT)
		return mem_printf("%llu MiB of the disk are free, less than "
				  "the %llu MiB of --min-free",
		    mebibytes(s->space.free_bytes),
		    mebibytes(job->min_free_bytes));
	return mem_printf("the job's directory takes %llu MiB, more than the "
			  "%llu MiB of --disk",
	    mebibytes(s->space.used_bytes), mebibytes(job->disk_max_bytes));
}

void
care_for_space(struct supervisor *s, int64_t now_ms)
{
	enum space_lack before = s->space.lack;
	char *text;

	if (!space_look(&s->space, s->job, now_ms))
		return;
	tell_lack(s, before, false, "there is room again");
	if (s->space.lack == SPACE_ENOUGH) {
		life_release(s, NULL, FUZZER_HOLD_SPACE);
		return;
	}
	text = describe_lack(s);
	msg_warnx("%s: the fuzzer is held until there is room", text);
	tell_lack(s, s->space.lack, true, text);
	if (before == SPACE_ENOUGH)
		life_hold(s, NULL, FUZZER_HOLD_SPACE, text);
	free(text);
}

static void
restart(struct supervisor *s, struct fuzzer *f, const char *alert, double value,
    double threshold, char *take_message)
{
	tell_alert(s, alert, true, f->instance, value, threshold, take_message);
	life_restart(s, f, take_message);
	f->alert = alert;
	free(take_message);
}

void
care_for_health(struct supervisor *s, struct fuzzer *f, int64_t now_ms)
{
	const struct job *job = s->job;
	struct health *h = &f->health;
	uint64_t limit = job->run.memory_bytes == 0
	    ? 0
	    : job->engine->memory(&job->run, f->index);
	int64_t silent_ms,
	    silence_ms = job->engine->silence == NULL
	    ? 0
	    : job->engine->silence(&job->run);

	if (health_over_memory(h, &f->child, limit, now_ms))
		restart(s, f, "memory_bytes", (double)h->rss_bytes,
		    (double)limit,
		    mem_printf("it takes %llu MiB of memory, more than the "
			       "%llu MiB of --memory",
			mebibytes(h->rss_bytes), mebibytes(limit)));
	if (!fuzzer_runs(f) ||
	    !health_stalled(h, &f->child, job->stall_ms, silence_ms, now_ms))
		return;
	silent_ms = now_ms - h->sign_ms;
	restart(s, f, "silent_seconds", (double)silent_ms / 1000,
	    (double)job->stall_ms / 1000,
	    mem_printf("no sign of life for %lld s, longer than --stall",
		(long long)silent_ms / 1000));
}

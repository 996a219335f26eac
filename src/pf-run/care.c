/* Alerts, and what is done about them. */
#include "care.h"

#include <math.h>

#include "alert.h"
#include "clock.h"
#include "life.h"
#include "mem.h"
#include "msg.h"
#include "opt.h"

#define MEMORY_GRACE_MS 1000

/* One lack of room begins or ends. */
static void
tell_lack(struct supervisor *s, enum space_lack lack, bool firing,
    const char *message)
{
	struct alert alert = {
	    .severity = "critical", .firing = firing, .message = message};

	if (lack == SPACE_ENOUGH)
		return;
	if (lack == SPACE_FREE_SHORT) {
		alert.name = "disk_free_bytes";
		alert.value = (double)s->space.free_bytes;
		alert.threshold = (double)s->job->min_free_bytes;
	} else {
		alert.name = "job_disk_bytes";
		alert.value = (double)s->space.used_bytes;
		alert.threshold = (double)s->job->disk_max_bytes;
	}
	alert_tell(s->journal, &alert);
}

static char *
describe_lack(const struct supervisor *s)
{
	const struct job *job = s->job;
	char have[OPT_SIZE_TEXT], bound[OPT_SIZE_TEXT];

	if (s->space.lack == SPACE_FREE_SHORT) {
		opt_size_text(s->space.free_bytes, have);
		opt_size_text(job->min_free_bytes, bound);
		return mem_printf("%s of the disk are free, less than the %s "
				  "of --min-free",
		    have, bound);
	}
	opt_size_text(s->space.used_bytes, have);
	opt_size_text(job->disk_max_bytes, bound);
	return mem_printf(
	    "the job's directory takes %s, more than the %s of --disk", have,
	    bound);
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
restart(struct supervisor *s, struct fuzzer *f, const char *name, double value,
    double threshold, char *take_message)
{
	alert_tell(s->journal,
	    &(struct alert){.name = name,
		.severity = "warning",
		.firing = true,
		.instance = f->instance,
		.value = value,
		.threshold = threshold,
		.message = take_message});
	life_restart(s, f, take_message);
	f->alert = name;
	free(take_message);
}

/* It has little time to end: it may take a gigabyte more in a second. */
static void
leave_for_memory(struct supervisor *s, struct fuzzer *f, uint64_t limit)
{
	char have[OPT_SIZE_TEXT], bound[OPT_SIZE_TEXT];
	int64_t most = clock_monotonic() + MEMORY_GRACE_MS;

	opt_size_text(f->health.rss_bytes, have);
	opt_size_text(limit, bound);
	restart(s, f, "memory_bytes", (double)f->health.rss_bytes,
	    (double)limit,
	    mem_printf("it takes %s of memory, more than the %s of --memory",
		have, bound));
	if (f->grace_end_ms > most)
		f->grace_end_ms = most;
}

static void
leave_for_silence(struct supervisor *s, struct fuzzer *f, int64_t silent_ms)
{
	restart(s, f, "silent_seconds", (double)silent_ms / 1000,
	    (double)s->job->stall_ms / 1000,
	    mem_printf("no sign of life for %lld s, longer than --stall",
		(long long)silent_ms / 1000));
}

void
care_for_health(struct supervisor *s, struct fuzzer *f, int64_t now_ms)
{
	const struct job *job = s->job;
	const struct engine *engine = job->engine;
	uint64_t limit = job->run.memory_bytes == 0
	    ? 0
	    : engine->memory(&job->run, f->index);
	const char *why;
	int64_t silence_ms =
	    engine->silence == NULL ? 0 : engine->silence(&job->run);

	if (health_over_memory(&f->health, &f->child, limit, now_ms))
		leave_for_memory(s, f, limit);
	if (fuzzer_runs(f) && engine->failing != NULL &&
	    (why = engine->failing(f->log)) != NULL)
		restart(s, f, "failing_workers", NAN, NAN, mem_dup(why));
	if (fuzzer_runs(f) &&
	    health_stalled(
		&f->health, &f->child, job->stall_ms, silence_ms, now_ms))
		leave_for_silence(s, f, now_ms - f->health.sign_ms);
}

/* Jobs of a campaign as lines. */
#include "expand.h"

#include "emit.h"
#include "msg.h"
#include "out.h"

void
expand_job(const struct campaign_plan *plan, uint64_t number, struct buf *line)
{
	struct buf name = BUF_INIT;
	struct emit e;
	unsigned key;

	campaign_job_prefix(plan, &name);
	buf_addf(&name, "-%llu", (unsigned long long)number);
	emit_begin(&e, line);
	emit_object(&e, NULL);
	emit_string(&e, "job", name.data);
	emit_string(&e, "campaign", plan->campaign);
	emit_string(&e, "target", plan->target);
	if (plan->tier != NULL)
		emit_string(&e, "tier", plan->tier);
	for (key = 0; key < SETTING_COUNT; key++)
		setting_emit(&e, key, &plan->settings[key]);
	emit_end(&e);
	buf_add_char(line, '\n');
	buf_release(&name);
}

static bool
print_jobs(const struct campaign_plan *plan, void *context)
{
	struct buf line = BUF_INIT;
	uint64_t *count = context, i;

	*count += plan->jobs;
	for (i = 1; i <= plan->jobs; i++) {
		buf_clear(&line);
		expand_job(plan, i, &line);
		out_add(line.data, line.len);
	}
	buf_release(&line);
	return true;
}

int
expand(const char *path)
{
	struct campaign campaign;
	int status = campaign_read(&campaign, path);
	uint64_t count = 0;

	if (status == 0) {
		campaign_each(&campaign, print_jobs, &count);
		msg_info("campaign %s: %llu jobs for %zu targets",
		    campaign.name, (unsigned long long)count,
		    campaign.target_count);
	}
	campaign_release(&campaign);
	return status;
}

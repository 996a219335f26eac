/*
 * Campaign files: one is either refused, in sentences that can be shown, or
 * its jobs are JSON lines, each with a name of its own that can be one.
 */
#include <jansson.h>

#include "harness.h"
#include "pf-job/campaign.h"
#include "pf-job/expand.h"

/* What conf_file_read lets through. */
static void
take_text(struct buf *text, const uint8_t *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		buf_add_char(text,
		    data[i] == '\n' || data[i] == '\t' ||
			    (data[i] >= 0x20 && data[i] != 0x7f)
			? (char)data[i]
			: ' ');
}

static void
check_sentence(const struct fault *fault)
{
	const char *c = fault->text;

	MUST(*c != '\0');
	for (; *c != '\0'; c++)
		MUST(*c >= ' ' && *c <= '~');
}

static void
check_line(const struct buf *line)
{
	json_t *job = json_loadb(line->data, line->len, 0, NULL);
	const char *name = json_string_value(json_object_get(job, "job"));

	MUST(name != NULL && setting_is_name(name) && strlen(name) <= 100);
	MUST(json_array_size(json_object_get(job, "command")) > 0);
	json_decref(job);
}

static bool
check_plan(const struct campaign_plan *plan, void *context)
{
	struct buf line = BUF_INIT;

	(void)context;
	MUST(plan->jobs >= 1 && plan->jobs <= SETTING_JOBS_MAX);
	expand_job(plan, plan->jobs, &line);
	check_line(&line);
	buf_release(&line);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct faults faults = FAULTS_INIT;
	struct buf text = BUF_INIT;
	struct campaign c;
	size_t i;

	/* Reading a campaign may take an empty one away. */
	setenv("EMPTY", "", 1);
	setenv("SET", "a value", 1);
	take_text(&text, data, size);
	campaign_parse(&c, &text, "fuzz", &faults);
	for (i = 0; i < faults.count; i++)
		check_sentence(&faults.item[i]);
	if (faults.count == 0)
		campaign_each(&c, check_plan, NULL);
	campaign_release(&c);
	faults_release(&faults);
	buf_release(&text);
	return 0;
}

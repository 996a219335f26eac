/* Checks of a campaign as a whole. */
#include "campaign_check.h"

#include <stdlib.h>

#include "conf_scan.h"
#include "libengine/engine.h"
#include "mem.h"
#include "msg.h"

#define JOB_NAME_MAX 100

struct plan_name {
	char *prefix; /* of the names of its jobs */
	unsigned line;
	const char *place;
};

struct check {
	struct faults *faults;
	bool named; /* the campaign has a good name */
	uint64_t jobs;
	struct plan_name *names;
	size_t name_count, name_cap;
};

static void
check_name(struct check *check, const struct campaign *c, bool complete)
{
	const struct setting *own = &c->top.settings[SETTING_CAMPAIGN];

	check->named = c->name != NULL && setting_is_name(c->name);
	if (own->wrong || check->named || !complete)
		return;
	if (c->name == NULL)
		faults_add(
		    check->faults, 0, "it needs a line: campaign = \"NAME\"");
	else
		faults_add(check->faults, 0,
		    "it needs a line: campaign = \"NAME\"; %s %s",
		    msg_quote(c->name), setting_no_name);
}

static void
check_titles(struct check *check, const char *kind,
    const struct campaign_layer *layers, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!setting_is_name(layers[i].title) &&
		    strchr(layers[i].title, CONF_TOLD) == NULL)
			faults_add(check->faults, layers[i].line, "%s %s %s",
			    kind, msg_quote(layers[i].title), setting_no_name);
}

/* A file that describes no tier may name any. */
static void
check_tiers(struct check *check, const struct campaign *c,
    const struct campaign_layer *layer)
{
	const struct setting *tiers = &layer->settings[SETTING_TIERS];
	size_t i;

	if (c->tier_count == 0 || tiers->wrong)
		return;
	for (i = 0; i < tiers->words.count; i++)
		if (campaign_tier(c, tiers->words.item[i]) == NULL)
			faults_add(check->faults, tiers->line,
			    "%stiers: there is no tier %s in this file",
			    layer->place, msg_quote(tiers->words.item[i]));
}

/* `text` is taken. */
static void
fault(struct check *check, const struct campaign_plan *plan, char *text)
{
	faults_add(check->faults, plan->line, "%s%s%s%s%s", plan->place,
	    plan->tier == NULL ? "" : "in tier ",
	    plan->tier == NULL ? "" : plan->tier,
	    plan->tier == NULL ? "" : ": ", text);
	free(text);
}

static void
check_command(struct check *check, const struct campaign_plan *plan)
{
	const struct setting *command = &plan->settings[SETTING_COMMAND];
	const char *program;

	if (!command->given)
		faults_add(
		    check->faults, plan->line, "%sno command", plan->place);
	if (!command->given || command->wrong)
		return;
	program = command->words.count == 0 ? "" : command->words.item[0];
	if (*program == '\0')
		faults_add(check->faults, command->line,
		    "%scommand: it is empty", plan->place);
	else if (command->words.count == 1 && strchr(program, ' ') != NULL)
		faults_add(check->faults, command->line,
		    "%scommand: %s is one word; several are {\"a\", \"b\"}",
		    plan->place, msg_quote(program));
}

static void
check_times(struct check *check, const struct campaign_plan *plan)
{
	const struct setting *timeout = &plan->settings[SETTING_TIMEOUT];
	const struct setting *duration = &plan->settings[SETTING_DURATION];

	if (!timeout->given || !duration->given || timeout->wrong ||
	    duration->wrong || timeout->number < duration->number)
		return;
	fault(check, plan,
	    mem_printf("timeout %s (line %u) is not below duration %s "
		       "(line %u)",
		timeout->words.item[0], timeout->line, duration->words.item[0],
		duration->line));
}

/* `engine` is NULL where it is recognized when the job runs. */
static void
check_use(struct check *check, const struct campaign_plan *plan,
    const struct engine *engine, unsigned key)
{
	const struct setting *s = &plan->settings[key];
	const char *name = setting_keys[key].name;

	if (!s->given || s->wrong)
		return;
	if (engine == NULL)
		fault(check, plan,
		    mem_printf("%s (line %u) goes with fuzzer = \"other\"",
			name, s->line));
	else
		fault(check, plan,
		    mem_printf("%s (line %u) is of no use to %s", name, s->line,
			engine->name));
}

static void
check_engine(struct check *check, const struct campaign_plan *plan)
{
	const struct setting *fuzzer = &plan->settings[SETTING_FUZZER];
	const struct engine *engine = NULL;
	bool other;

	if (fuzzer->wrong)
		return;
	if (fuzzer->given)
		engine = engine_named(fuzzer->words.item[0]);
	other = engine == &engine_other;
	if (engine != NULL && engine->needs_seeds &&
	    !plan->settings[SETTING_SEEDS].given)
		fault(check, plan, mem_printf("%s needs seeds", engine->name));
	if (other && !plan->settings[SETTING_CRASH_DIR].given)
		fault(check, plan, mem_dup("other needs crash-dir"));
	if (engine != NULL && engine != &engine_libfuzzer)
		check_use(check, plan, engine, SETTING_MODE);
	if (other)
		check_use(check, plan, engine, SETTING_DICTIONARY);
	else
		check_use(check, plan, engine, SETTING_CRASH_DIR);
	if (!other)
		check_use(check, plan, engine, SETTING_CRASH_PATTERNS);
}

static void
note_name(struct check *check, const struct campaign_plan *plan)
{
	struct buf name = BUF_INIT;
	struct plan_name *n;
	size_t len;

	campaign_job_prefix(plan, &name);
	len = name.len;
	buf_addf(&name, "-%llu", (unsigned long long)plan->jobs);
	if (name.len > JOB_NAME_MAX)
		fault(check, plan,
		    mem_printf("the names of its jobs, CAMPAIGN-TARGET-%sNUMBER"
			       ", have more than %d bytes",
			plan->tier == NULL ? "" : "TIER-", JOB_NAME_MAX));
	buf_truncate(&name, len);
	MEM_GROW(check->names, check->name_count, check->name_cap);
	n = &check->names[check->name_count++];
	n->prefix = buf_take(&name);
	n->line = plan->line;
	n->place = plan->place;
}

static bool
check_plan(const struct campaign_plan *plan, void *context)
{
	struct check *check = context;

	check->jobs += plan->jobs;
	if (check->jobs > SETTING_JOBS_MAX) {
		fault(check, plan,
		    mem_printf("jobs: with these the campaign has more than %d",
			SETTING_JOBS_MAX));
		return false;
	}
	/* A tier that has no name has been told of. */
	if (plan->tier != NULL && !setting_is_name(plan->tier))
		return true;
	check_command(check, plan);
	check_times(check, plan);
	check_engine(check, plan);
	if (check->named && setting_is_name(plan->target))
		note_name(check, plan);
	return true;
}

static int
by_prefix(const void *a, const void *b)
{
	const struct plan_name *x = a, *y = b;
	int order = strcmp(x->prefix, y->prefix);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* As of a target a-b, and a target a in tier b. */
static void
check_names(struct check *check)
{
	size_t i;

	if (check->name_count > 1)
		qsort(check->names, check->name_count, sizeof *check->names,
		    by_prefix);
	for (i = 1; i < check->name_count; i++) {
		const struct plan_name *n = &check->names[i];

		if (strcmp(n[-1].prefix, n->prefix) == 0)
			faults_add(check->faults, n->line,
			    "%sits jobs have the names of those of line %u: "
			    "%s-1",
			    n->place, n[-1].line, n->prefix);
	}
}

void
campaign_check(const struct campaign *c, bool complete, struct faults *faults)
{
	struct check check = {.faults = faults};
	size_t i;

	check_name(&check, c, complete);
	check_titles(&check, "tier", c->tiers, c->tier_count);
	check_titles(&check, "target", c->targets, c->target_count);
	if (!complete)
		return;
	if (c->target_count == 0)
		faults_add(faults, 0, "there is no target in it");
	check_tiers(&check, c, &c->top);
	for (i = 0; i < c->target_count; i++)
		check_tiers(&check, c, &c->targets[i]);
	campaign_each(c, check_plan, &check);
	check_names(&check);
	for (i = 0; i < check.name_count; i++)
		free(check.names[i].prefix);
	free(check.names);
}

/* Campaigns: their layers, and the plans that come of them. */
#include "campaign.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "campaign_check.h"
#include "conf.h"
#include "conf_file.h"
#include "mem.h"
#include "msg.h"

static const char *const kinds[] = {"target", "tier", NULL};

static void
layer_read(struct campaign_layer *layer, const struct conf_section *section,
    enum setting_place where, struct faults *faults)
{
	const char *title = conf_title(section);
	unsigned key;

	layer->place = conf_place(section);
	if (title != NULL) {
		layer->title = mem_dup(title);
		layer->line = conf_line(section);
	}
	for (key = 0; key < SETTING_COUNT; key++)
		setting_read(
		    &layer->settings[key], key, section, where, faults);
}

static void
layer_release(struct campaign_layer *layer)
{
	unsigned key;

	free(layer->title);
	free(layer->place);
	for (key = 0; key < SETTING_COUNT; key++)
		setting_release(&layer->settings[key]);
}

static struct campaign_layer *
layers_read(const struct conf *conf, const char *kind, enum setting_place where,
    struct faults *faults, size_t *count)
{
	const struct conf_section *section;
	struct campaign_layer *layers = NULL;
	size_t cap = 0;

	*count = 0;
	while ((section = conf_section(conf, kind, (unsigned)*count)) != NULL) {
		MEM_GROW(layers, *count, cap);
		layers[*count] = (struct campaign_layer){0};
		layer_read(&layers[(*count)++], section, where, faults);
	}
	return layers;
}

static void
take_name(struct campaign *c, const char *name)
{
	const struct setting *own = &c->top.settings[SETTING_CAMPAIGN];

	if (own->given && own->words.count > 0)
		c->name = mem_dup(own->words.item[0]);
	else if (name != NULL)
		c->name = mem_dup(name);
}

void
campaign_parse(struct campaign *c, struct buf *text, const char *name,
    struct faults *faults)
{
	const char *keys[SETTING_COUNT + 1] = {NULL};
	struct conf *conf;
	bool complete;
	unsigned key;

	for (key = 0; key < SETTING_COUNT; key++)
		keys[key] = setting_keys[key].name;
	*c = (struct campaign){0};
	conf = conf_parse(text, keys, kinds, faults, &complete);
	layer_read(&c->top, conf_top(conf), SETTING_AT_TOP, faults);
	c->tiers =
	    layers_read(conf, "tier", SETTING_IN_TIER, faults, &c->tier_count);
	c->targets = layers_read(
	    conf, "target", SETTING_IN_TARGET, faults, &c->target_count);
	conf_free(conf);
	take_name(c, name);
	campaign_check(c, complete, faults);
}

/* "dir/nightly.conf" to "nightly"; NULL for what is no regular file. */
static char *
name_of_file(const char *path)
{
	const char *slash, *name;
	struct stat st;
	size_t len;

	if (path == NULL || strcmp(path, "-") == 0 || stat(path, &st) < 0 ||
	    !S_ISREG(st.st_mode))
		return NULL;
	slash = strrchr(path, '/');
	name = slash == NULL ? path : slash + 1;
	len = strlen(name);
	if (len > 5 && strcmp(name + len - 5, ".conf") == 0)
		len -= 5;
	return mem_dup_n(name, len);
}

int
campaign_read(struct campaign *c, const char *path)
{
	struct faults faults = FAULTS_INIT;
	struct buf text = BUF_INIT;
	int status = conf_file_read(path, &text);
	char *name = name_of_file(path);

	*c = (struct campaign){0};
	if (status == 0) {
		campaign_parse(c, &text, name, &faults);
		if (faults.count > 0)
			status = EX_CONFIG;
		faults_tell(&faults, conf_file_name(path));
	}
	faults_release(&faults);
	buf_release(&text);
	free(name);
	return status;
}

void
campaign_release(struct campaign *c)
{
	size_t i;

	free(c->name);
	layer_release(&c->top);
	for (i = 0; i < c->tier_count; i++)
		layer_release(&c->tiers[i]);
	for (i = 0; i < c->target_count; i++)
		layer_release(&c->targets[i]);
	free(c->tiers);
	free(c->targets);
	*c = (struct campaign){0};
}

const struct campaign_layer *
campaign_tier(const struct campaign *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->tier_count; i++)
		if (strcmp(c->tiers[i].title, name) == 0)
			return &c->tiers[i];
	return NULL;
}

static void
apply(struct campaign_plan *plan, const struct campaign_layer *layer)
{
	unsigned key;

	/* Of its tiers a plan has one. */
	for (key = 0; layer != NULL && key < SETTING_COUNT; key++)
		if (key != SETTING_TIERS)
			setting_apply(
			    &plan->settings[key], key, &layer->settings[key]);
}

static bool
each_plan(const struct campaign *c, const struct campaign_layer *target,
    const char *tier,
    bool (*each)(const struct campaign_plan *plan, void *context),
    void *context)
{
	struct campaign_plan plan = {.campaign = c->name,
	    .target = target->title,
	    .tier = tier,
	    .line = target->line,
	    .place = target->place};
	const struct setting *jobs = &plan.settings[SETTING_JOBS];
	unsigned key;
	bool more;

	apply(&plan, &c->top);
	if (tier != NULL)
		apply(&plan, campaign_tier(c, tier));
	apply(&plan, target);
	plan.jobs = jobs->given && !jobs->wrong ? jobs->number : 1;
	more = each(&plan, context);
	for (key = 0; key < SETTING_COUNT; key++)
		setting_release(&plan.settings[key]);
	return more;
}

void
campaign_each(const struct campaign *c,
    bool (*each)(const struct campaign_plan *plan, void *context),
    void *context)
{
	struct setting tiers;
	bool more = true;
	size_t i, t;

	for (i = 0; i < c->target_count && more; i++) {
		const struct campaign_layer *target = &c->targets[i];

		tiers = (struct setting){0};
		setting_apply(
		    &tiers, SETTING_TIERS, &c->top.settings[SETTING_TIERS]);
		setting_apply(
		    &tiers, SETTING_TIERS, &target->settings[SETTING_TIERS]);
		if (tiers.words.count == 0)
			more = each_plan(c, target, NULL, each, context);
		for (t = 0; t < tiers.words.count && more; t++)
			more = each_plan(
			    c, target, tiers.words.item[t], each, context);
		setting_release(&tiers);
	}
}

void
campaign_job_prefix(const struct campaign_plan *plan, struct buf *name)
{
	buf_addf(name, "%s-%s", plan->campaign, plan->target);
	if (plan->tier != NULL)
		buf_addf(name, "-%s", plan->tier);
}

/* Judging: what was added against the rules, and what changes by it. */
#include <jansson.h>

#include "alert_memory.h"
#include "alert_parts.h"
#include "event.h"
#include "mem.h"
#include "subject.h"

/* One call of alerts_judge. */
struct judging {
	struct alerts *alerts;
	int64_t now_ms;
	void (*tell)(const struct buf *line, void *context);
	void *context;
};

struct alerts *
alerts_new(void)
{
	struct alerts *a = mem_calloc(1, sizeof *a);

	json_set_alloc_funcs(mem_alloc, free);
	a->fuzzers = json_object();
	a->nodes = json_object();
	a->firing = json_object();
	a->memory = json_object();
	a->dir_fd = a->lock_fd = -1;
	return a;
}

void
alerts_free(struct alerts *a)
{
	if (a == NULL)
		return;
	json_decref(a->fuzzers);
	json_decref(a->nodes);
	json_decref(a->firing);
	json_decref(a->memory);
	if (a->dir_fd >= 0)
		close(a->dir_fd);
	if (a->lock_fd >= 0)
		close(a->lock_fd);
	free(a->path);
	free(a->name);
	free(a->rule);
	free(a);
}

static const struct alert_rule *
rule_of(const struct alerts *a, const char *name)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (strcmp(a->rule[i].kind->name, name) == 0)
			return &a->rule[i];
	return NULL;
}

bool
alerts_rule(struct alerts *a, const char *word, const char **why)
{
	struct alert_rule rule;

	if (!alert_rule_parse(&rule, word, why))
		return false;
	*why = "given twice";
	if (rule_of(a, rule.kind->name) != NULL)
		return false;
	MEM_GROW(a->rule, a->count, a->cap);
	a->rule[a->count++] = rule;
	return true;
}

const char *
alerts_of_machine(const struct alerts *a)
{
	size_t i;

	for (i = 0; i < a->count; i++) {
		const struct alert_kind *kind = a->rule[i].kind;

		if (kind->of == ALERT_NODE || kind->of == ALERT_DISK)
			return kind->word;
	}
	return NULL;
}

void
alerts_add(struct alerts *a, const json_t *event)
{
	struct buf key = BUF_INIT;

	if (subject_is(event, "stats")) {
		subject_key_fuzzer(&key, event);
		subject_keep(a->fuzzers, key.data, event);
	} else if (subject_is(event, "resource")) {
		subject_key_add(&key, subject_text(event, "node"));
		subject_keep(a->nodes, key.data, event);
	}
	buf_release(&key);
}

/* What an alert is kept by; one of the whole node has no fuzzer in it. */
static void
add_key(struct buf *key, const struct alert_rule *rule,
    const struct alert_facts *facts)
{
	subject_key_add(key, rule->kind->name);
	subject_key_add(key, facts->mount);
	if (rule->kind->of == ALERT_FUZZER)
		subject_key_fuzzer(key, facts->event);
	else
		subject_key_add(key, subject_text(facts->event, "node"));
}

static const json_t *
old_of(const struct alerts *a, const struct alert_rule *rule,
    const struct alert_facts *facts)
{
	struct buf key = BUF_INIT;
	const json_t *old;

	add_key(&key, rule, facts);
	old = json_object_get(a->firing, key.data);
	buf_release(&key);
	return old;
}

static void
change(struct judging *j, const struct alert_change *c)
{
	struct buf line = BUF_INIT, key = BUF_INIT;
	const char *why;

	alert_event(c, j->now_ms, &line);
	j->tell(&line, j->context);
	add_key(&key, c->rule, c->facts);
	if (c->firing)
		json_object_set_new(j->alerts->firing, key.data,
		    event_parse(line.data, line.len, &why));
	else
		json_object_del(j->alerts->firing, key.data);
	j->alerts->changed = true;
	buf_release(&line);
	buf_release(&key);
}

static void
judge(struct judging *j, const struct alert_rule *rule,
    const struct alert_facts *facts)
{
	const struct alert_kind *kind = rule->kind;
	const json_t *old = old_of(j->alerts, rule, facts);
	struct alert_change c = {
	    .rule = rule, .facts = facts, .severity = "warning"};
	const char *state = kind->running ? subject_state(facts->event) : NULL;

	c.ended = state != NULL && strcmp(state, "stopped") == 0;
	if (c.ended)
		c.firing = false;
	else if ((state != NULL && strcmp(state, "running") != 0) ||
	    !kind->value(facts, kind->field, &c.value))
		return;
	else
		c.firing = alert_rule_fires(rule, old != NULL, c.value);
	if (c.firing == (old != NULL))
		return;
	if (old != NULL)
		c.severity = subject_text(subject_data(old), "severity");
	else if (kind->critical != NULL && kind->critical(facts, c.value))
		c.severity = "critical";
	change(j, &c);
}

static void
judge_disks(
    struct judging *j, const struct alert_rule *rule, struct alert_facts *facts)
{
	json_t *disks = subject_disks(facts->event);
	json_t *disk;

	json_object_foreach(disks, facts->mount, disk)
	{
		facts->values = disk;
		judge(j, rule, facts);
	}
	json_decref(disks);
}

static void
judge_nodes(struct judging *j, const struct alert_rule *rule)
{
	const char *key;
	json_t *event;

	json_object_foreach(j->alerts->nodes, key, event)
	{
		struct alert_facts facts = {
		    .event = event, .values = subject_data(event)};

		if (rule->kind->of == ALERT_DISK)
			judge_disks(j, rule, &facts);
		else
			judge(j, rule, &facts);
	}
}

static void
judge_fuzzers(struct judging *j, const struct alert_rule *rule)
{
	const char *key;
	json_t *event;

	json_object_foreach(j->alerts->fuzzers, key, event)
	{
		struct alert_facts facts = {.event = event,
		    .values = subject_data(event),
		    .memory = json_object_get(j->alerts->memory, key)};

		judge(j, rule, &facts);
	}
}

static void
judge_fleets(struct judging *j, const struct alert_rule *rule)
{
	json_t *fleets = subject_fleets(j->alerts->fuzzers);
	const char *key;
	json_t *fleet;

	json_object_foreach(fleets, key, fleet)
	{
		struct alert_facts facts = {.event = fleet, .values = fleet};

		judge(j, rule, &facts);
	}
	json_decref(fleets);
}

static void
learn(struct alerts *a)
{
	const struct alert_rule *drop = rule_of(a, "execs_drop_ratio");
	const char *key;
	json_t *event, *memory;

	if (drop == NULL && rule_of(a, "no_find_seconds") == NULL)
		return;
	json_object_foreach(a->fuzzers, key, event)
	{
		struct alert_facts facts = {.event = event};
		bool slow = drop != NULL && old_of(a, drop, &facts) != NULL;

		memory = json_object_get(a->memory, key);
		if (memory == NULL) {
			memory = json_object();
			json_object_set_new(a->memory, key, memory);
		}
		if (alert_memory_learn(memory, event, slow))
			a->changed = true;
	}
}

size_t
alerts_judge(struct alerts *a, int64_t now_ms,
    void (*tell)(const struct buf *line, void *context), void *context)
{
	static void (*const judge_all[])(struct judging *,
	    const struct alert_rule *) = {[ALERT_NODE] = judge_nodes,
	    [ALERT_DISK] = judge_nodes,
	    [ALERT_FUZZER] = judge_fuzzers,
	    [ALERT_FLEET] = judge_fleets};
	struct judging j = {a, now_ms, tell, context};
	size_t i;

	for (i = 0; i < a->count; i++)
		judge_all[a->rule[i].kind->of](&j, &a->rule[i]);
	learn(a);
	json_object_clear(a->fuzzers);
	json_object_clear(a->nodes);
	return alerts_each_firing(a, NULL, NULL);
}

size_t
alerts_each_firing(const struct alerts *a,
    void (*each)(const json_t *event, void *context), void *context)
{
	const char *key;
	json_t *event;
	size_t n = 0;

	json_object_foreach(a->firing, key, event)
	{
		const char *name = subject_text(subject_data(event), "name");

		if (rule_of(a, name) == NULL)
			continue;
		n++;
		if (each != NULL)
			each(event, context);
	}
	return n;
}

/*
 * The tree of processes.
 *
 * A job is pf-run > pf-keeper > the fuzzer > what that starts, with pf-init
 * beside the fuzzer where it has a pid namespace, and bwrap above it in a
 * sandbox (src/libpf/keeper.c). The fuzzer is made a session leader, so that
 * whatever of it survives its supervisor is adopted by a process of another
 * session: only there an environment need be read.
 */
#include "host_processes.h"

#include "mem.h"

#define NONE ((size_t)-1)

enum kin { UNSETTLED, FREE, SUPERVISED, ORPHANED };

struct node {
	const struct process *process;
	size_t parent; /* NONE: not in the table */
	enum kin kin;
	size_t first;    /* of a keeper's: what it has started; NONE */
	bool has_fuzzer; /* by name, somewhere below */
};

struct tree {
	struct node *node;
	size_t count;
	size_t *path; /* room for all of them */
	bool (*is_orphan)(pid_t pid);
};

static bool
is_named(const struct process *p, const char *comm)
{
	return strcmp(p->comm, comm) == 0;
}

static bool
is_supervisor(const struct process *p)
{
	return is_named(p, "pf-run") || is_named(p, "pf-keeper");
}

static bool
is_fuzzer_by_name(const struct process *p)
{
	return !p->zombie &&
	    (is_named(p, "afl-fuzz") || is_named(p, "honggfuzz"));
}

static void
tree_init(struct tree *t, const struct process_table *table)
{
	size_t i;

	t->count = table->count;
	t->node = mem_calloc(t->count + 1, sizeof *t->node);
	t->path = mem_calloc(t->count + 1, sizeof *t->path);
	for (i = 0; i < t->count; i++) {
		const struct process *p = &table->row[i], *parent;

		t->node[i].process = p;
		t->node[i].first = NONE;
		/* Neighbours mostly have the same parent. */
		if (i > 0 && p->parent == p[-1].parent) {
			t->node[i].parent = t->node[i - 1].parent;
			continue;
		}
		parent = process_table_find(table, p->parent);
		t->node[i].parent =
		    parent == NULL ? NONE : (size_t)(parent - table->row);
	}
}

static void
tree_release(struct tree *t)
{
	free(t->node);
	free(t->path);
}

/* The parent is settled. */
static enum kin
judge(const struct tree *t, const struct node *n)
{
	const struct process *p = n->process;
	const struct node *parent =
	    n->parent == NONE ? NULL : &t->node[n->parent];

	if (is_supervisor(p))
		return SUPERVISED;
	if (parent != NULL && parent->kin != FREE)
		return parent->kin;
	/* Without a parent here it was started by another pid namespace. */
	if (p->zombie || p->parent == 0 ||
	    (parent != NULL && p->session == parent->process->session))
		return FREE;
	return t->is_orphan(p->pid) ? ORPHANED : FREE;
}

/*
 * From the topmost unsettled ancestor down. What was read while processes came
 * and went may be a circle: it ends where it began.
 */
static void
settle(struct tree *t, size_t i)
{
	size_t depth = 0;

	for (; i != NONE && t->node[i].kin == UNSETTLED;
	     i = t->node[i].parent) {
		t->node[i].kin = FREE;
		t->path[depth++] = i;
	}
	while (depth-- > 0) {
		struct node *n = &t->node[t->path[depth]];

		n->kin = judge(t, n);
	}
}

/*
 * A keeper adopts what its fuzzer leaves behind: the fuzzer is the first of
 * its children. One that has not been executed yet is named like the keeper.
 */
static void
note_first(struct tree *t, size_t i)
{
	const struct process *p = t->node[i].process, *other;
	struct node *keeper;

	if (t->node[i].parent == NONE || p->zombie || p->session != p->pid ||
	    is_named(p, "pf-init") || is_named(p, "pf-keeper"))
		return;
	keeper = &t->node[t->node[i].parent];
	if (!is_named(keeper->process, "pf-keeper") || keeper->parent == NONE ||
	    !is_named(t->node[keeper->parent].process, "pf-run"))
		return;
	other = keeper->first == NONE ? NULL : t->node[keeper->first].process;
	if (other == NULL || p->start < other->start)
		keeper->first = i;
}

/* False when it runs below another one. */
static bool
note_fuzzer(struct tree *t, size_t i)
{
	size_t up = t->node[i].parent, steps;

	for (steps = 0; up != NONE && steps < t->count; steps++) {
		if (is_fuzzer_by_name(t->node[up].process))
			return false;
		t->node[up].has_fuzzer = true;
		up = t->node[up].parent;
	}
	return true;
}

static void
count_fuzzers(struct tree *t, struct process_counts *c)
{
	size_t i, first;

	for (i = 0; i < t->count; i++) {
		note_first(t, i);
		if (is_fuzzer_by_name(t->node[i].process) && note_fuzzer(t, i))
			c->fuzzers++;
	}
	for (i = 0; i < t->count; i++) {
		first = t->node[i].first;
		if (first != NONE && !t->node[first].has_fuzzer &&
		    !is_fuzzer_by_name(t->node[first].process))
			c->fuzzers++;
	}
}

void
processes_count(const struct process_table *table, bool (*is_orphan)(pid_t pid),
    struct process_counts *c)
{
	struct tree t = {.is_orphan = is_orphan};
	size_t i;

	*c = (struct process_counts){.processes = table->count};
	tree_init(&t, table);
	for (i = 0; i < t.count; i++) {
		settle(&t, i);
		if (table->row[i].zombie)
			c->zombies++;
		else if (t.node[i].kin == ORPHANED)
			c->orphans++;
	}
	count_fuzzers(&t, c);
	tree_release(&t);
}

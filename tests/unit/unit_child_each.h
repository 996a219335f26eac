/* The same tests for each containment, under names that tell which it is. */
#ifndef PF_UNIT_CHILD_EACH_H
#define PF_UNIT_CHILD_EACH_H

#include "unit_child.h"

#include "mem.h"

#define WANTED (*(const enum child_containment *)*state)

static const enum child_containment wanted[] = {
    CHILD_CGROUP, CHILD_NAMESPACE, CHILD_KEEPER};

#define EACH_KINDS (sizeof wanted / sizeof wanted[0])

/* Its cgroup is there no more. */
static inline void
assert_removed(const struct cgroup *g)
{
	char *find = mem_printf(
	    "find /sys/fs/cgroup -name '%s' | grep . && exit 1; exit 0",
	    g->name);
	struct child_spec spec = {.containment = CHILD_KEEPER};
	struct buf text = BUF_INIT;

	assert_int_equal(run_shell_as(&spec, find, &text).wait_status, 0);
	buf_release(&text);
	free(find);
}

/* "cgroup: ends_a_fork_bomb", or what there is here instead. */
static inline char *
title(enum child_containment kind, const char *name)
{
	struct child_spec spec = {.containment = kind};
	struct child_end end;
	char *text;
	struct child c;
	int from;

	start_shell_as(&c, &spec, "exit 0", &from);
	end = await_gone(&c);
	close(from);
	assert_int_equal(end.wait_status, 0);
	if (c.containment == kind)
		return mem_printf("%s: %s", child_containment_name(kind), name);
	text = mem_printf("%s (not to be had here, but %s): %s",
	    child_containment_name(kind), child_containment_name(c.containment),
	    name);
	return text;
}

#define TEST(f)                         \
	{                               \
#f, f, NULL, NULL, NULL \
	}

/* The same again for each containment, under a name that tells. */
static inline void
fill_each(struct CMUnitTest *tests, const struct CMUnitTest *each, size_t count)
{
	size_t kind, i;

	for (kind = 0; kind < EACH_KINDS; kind++)
		for (i = 0; i < count; i++) {
			struct CMUnitTest *t = &tests[kind * count + i];
			enum child_containment given = wanted[kind];

			*t = each[i];
			t->name = title(given, each[i].name);
			t->initial_state =
			    mem_dup_n((const char *)&given, sizeof given);
		}
}

/* In a cgroup apart, so that nobody else ends the orphans that we leave. */
static inline void
go_apart(struct cgroup *g)
{
	if (cgroup_create(g) == 0 && cgroup_enter(g) < 0) {
		cgroup_remove(g);
		cgroup_close(g);
	}
}

static inline void
come_back(struct cgroup *g)
{
	int procs;

	if (g->fd < 0)
		return;
	procs = openat(g->fd, "../cgroup.procs", O_WRONLY);
	if (write(procs, "0", 1) == 1)
		cgroup_remove(g);
	close(procs);
	cgroup_close(g);
}

/* Runs all `count` tests of each[] so. */
static inline int
unit_child_each(const struct CMUnitTest *each, size_t count)
{
	struct CMUnitTest *tests =
	    mem_calloc(EACH_KINDS * count, sizeof *tests);
	struct cgroup apart;
	size_t i;
	int status;

	go_apart(&apart);
	fill_each(tests, each, count);
	status = unit_child_main(tests, EACH_KINDS * count);
	for (i = 0; i < EACH_KINDS * count; i++) {
		free(tests[i].initial_state);
		free((void *)(uintptr_t)tests[i].name);
	}
	free(tests);
	come_back(&apart);
	return status;
}

#endif

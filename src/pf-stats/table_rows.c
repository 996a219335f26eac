/* Rows of a table: what names them, their order, their end. */
#include "table_rows.h"

#include <stdlib.h>
#include <string.h>

const char *
fuzzer_name(const struct fuzzer *f)
{
	return *f->job != '\0' ? f->job : f->target;
}

int
fuzzer_compare(const void *a, const void *b)
{
	const struct fuzzer *x = a, *y = b;
	int c = strverscmp(x->node, y->node);

	if (c == 0)
		c = strverscmp(fuzzer_name(x), fuzzer_name(y));
	/* A job and a target of one name are two. */
	if (c == 0)
		c = (*x->job == '\0') - (*y->job == '\0');
	if (c == 0)
		c = strverscmp(x->instance, y->instance);
	return c != 0 ? c : strcmp(x->id, y->id);
}

int
machine_compare(const void *a, const void *b)
{
	const struct machine *x = a, *y = b;

	return strverscmp(x->node, y->node);
}

int
alert_compare(const void *a, const void *b)
{
	const struct alert *x = a, *y = b;
	int c = strverscmp(x->node, y->node);

	if (c == 0)
		c = strverscmp(x->job, y->job);
	if (c == 0)
		c = strverscmp(x->instance, y->instance);
	if (c == 0)
		c = strverscmp(x->name, y->name);
	return c != 0 ? c : strverscmp(x->mount, y->mount);
}

void
fuzzer_free(void *fuzzer)
{
	struct fuzzer *f = fuzzer;

	free(f->node);
	free(f->job);
	free(f->target);
	free(f->instance);
	free(f->fuzzer);
	free(f->id);
	free(f);
}

void
machine_free(void *machine)
{
	struct machine *m = machine;
	size_t i;

	for (i = 0; i < m->disk_count; i++)
		free(m->disks[i].mount);
	free(m->disks);
	free(m->node);
	free(m);
}

void
alert_free(void *alert)
{
	struct alert *a = alert;

	free(a->node);
	free(a->job);
	free(a->instance);
	free(a->mount);
	free(a->name);
	free(a->severity);
	free(a->message);
	free(a);
}

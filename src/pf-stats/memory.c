/* Paths and what is remembered of them. */
#include "memory.h"

#include <search.h>
#include <sysexits.h>

#include "mem.h"
#include "msg.h"

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct remembered *)a)->path,
	    ((const struct remembered *)b)->path);
}

struct remembered *
memory_of(struct memory *m, const char *path)
{
	struct remembered *fresh = mem_calloc(1, sizeof *fresh);
	struct remembered *const *found;

	fresh->path = mem_dup(path);
	found = tsearch(fresh, &m->tree, by_path);
	if (found == NULL)
		msg_diex(EX_OSERR, "out of memory");
	if (*found != fresh) {
		free(fresh->path);
		free(fresh);
	} else {
		buf_init(&fresh->good);
		libfuzzer_scan_init(&fresh->scan);
	}
	return *found;
}

static void
forget(void *item)
{
	struct remembered *r = item;

	free(r->path);
	strvec_release(&r->complaints);
	strvec_release(&r->said);
	buf_release(&r->good);
	libfuzzer_scan_release(&r->scan);
	free(r);
}

void
memory_release(struct memory *m)
{
	tdestroy(m->tree, forget);
	m->tree = NULL;
}

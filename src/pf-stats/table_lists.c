/* Lists of rows. */
#include "node_alert.h"
#include "table_draw.h"

/* Each row begins what it is the row of. */
const struct fuzzer *
fuzzer_row(const struct table_rows *r, size_t i)
{
	return (const struct fuzzer *)(const void *)r->fuzzers[i];
}

const struct machine *
machine_row(const struct table_rows *r, size_t i)
{
	return (const struct machine *)(const void *)r->machines[i];
}

const struct alert *
alert_row(const struct table_rows *r, size_t i)
{
	return (const struct alert *)(const void *)r->alerts[i];
}

/* Lists are in the order of nodes: the ends of each have the extremes. */
static bool
one_node(const char **node, const char *first, const char *last)
{
	if (*node == NULL)
		*node = first;
	return strcmp(first, *node) == 0 && strcmp(last, *node) == 0;
}

bool
rows_have_nodes(const struct table_rows *r)
{
	size_t f = r->fuzzer_count, m = r->machine_count, a = r->alert_count;
	const char *node = NULL;

	return (f > 0 &&
		   !one_node(&node, fuzzer_row(r, 0)->node,
		       fuzzer_row(r, f - 1)->node)) ||
	    (m > 0 &&
		!one_node(&node, machine_row(r, 0)->node,
		    machine_row(r, m - 1)->node)) ||
	    (a > 0 &&
		!one_node(
		    &node, alert_row(r, 0)->node, alert_row(r, a - 1)->node));
}

/* The first alert of a node that is not before `node`. */
static size_t
first_alert(const struct table_rows *r, const char *node)
{
	size_t low = 0, high = r->alert_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strverscmp(alert_row(r, middle)->node, node) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
rows_unanswered(const struct table_rows *r, const char *node)
{
	size_t i;

	for (i = first_alert(r, node); i < r->alert_count; i++) {
		const struct alert *a = alert_row(r, i);

		if (strcmp(a->node, node) != 0)
			break;
		if (a->firing && strcmp(a->name, ALERT_UNANSWERED) == 0)
			return true;
	}
	return false;
}

#include "output.h"

#include <string.h>

#include "dedup.h"
#include "msg.h"

static const struct output outputs[] = {
    {.option = "", .events = true},
    {.option = "--diff", .compares = true, .print = diff_print},
    {.option = "--gdb", .details = true, .one_group = true, .print = gdb_print},
    {.option = "--gone", .print = gone_print},
    {.option = "--groups", .print = groups_print},
    {.option = "--html", .details = true, .print = page_print},
    {.option = "--issue",
	.details = true,
	.one_group = true,
	.print = issue_print},
    {.option = "--json", .details = true, .print = document_print},
    {.option = "--sarif", .details = true, .print = sarif_print},
    {.option = "--table", .print = table_print},
};

const struct output *
output_find(const char *option)
{
	for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
		if (strcmp(outputs[i].option, option) == 0)
			return &outputs[i];
	return NULL;
}

unsigned long
output_need_group(const struct dedup *d, const char *text)
{
	size_t found = 0, matches = 0;

	for (size_t i = 0; i < d->groups.count; i++) {
		const struct group *g = groups_at(&d->groups, i);

		if (g->count == 0 ||
		    strncmp(group_name(g), text, strlen(text)) != 0)
			continue;
		found = i;
		matches++;
		if (strcmp(group_name(g), text) == 0) {
			matches = 1;
			break;
		}
	}
	if (matches == 0)
		msg_diex(66, "no crash is in a group %s", msg_quote(text));
	if (matches > 1)
		msg_diex(
		    64, "%zu groups begin with %s", matches, msg_quote(text));
	return found;
}

/* The lines of a --seen file: what is read is written the same. */
#include <jansson.h>
#include <string.h>

#include "harness.h"
#include "pf-dedup/groups.h"
#include "pf-dedup/records.h"

static void
keep(struct groups *groups, struct buf *line)
{
	struct emit e;

	emit_begin(&e, line);
	emit_object(&e, NULL);
	group_keep(&e, groups, groups_at(groups, 0));
	emit_end(&e);
}

static void
check_group(const char *text, size_t len)
{
	struct groups groups = {0}, again = {0};
	struct buf once = BUF_INIT, twice = BUF_INIT;
	json_t *kept = json_loadb(text, len, 0, NULL);

	if (groups_remember(&groups, kept)) {
		MUST(groups.count == 1);
		keep(&groups, &once);
		json_decref(kept);
		kept = json_loadb(once.data, once.len, 0, NULL);
		MUST(groups_remember(&again, kept));
		keep(&again, &twice);
		MUST(strcmp(once.data, twice.data) == 0);
		MUST(!groups_remember(&again, kept));
	} else {
		MUST(groups.count == 0);
	}
	json_decref(kept);
	groups_release(&groups);
	groups_release(&again);
	buf_release(&once);
	buf_release(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char back[RECORD_TEXT];
	struct record record;

	if (size == RECORD_TEXT && record_read(&record, (const char *)data)) {
		record_write(&record, back);
		MUST(memcmp(back, data, RECORD_TEXT) == 0);
	}
	check_group((const char *)data, size);
	return 0;
}

/* Rules of pf-stats --alert: what is read makes sense as a rule. */
#include "harness.h"
#include "mem.h"
#include "pf-stats/alert_rules.h"

static void
check(const struct alert_rule *r)
{
	struct buf text = BUF_INIT;

	MUST(r->kind->word != NULL);
	MUST(r->threshold >= 0 && r->clear >= 0);
	/* At the threshold it begins not, and at the other value it ends. */
	MUST(!alert_rule_fires(r, false, r->threshold));
	MUST(!alert_rule_fires(r, true, r->clear));
	/* What begins does not end by the same value. */
	MUST(!alert_rule_fires(r, false, r->threshold + 1) ||
	    alert_rule_fires(r, true, r->threshold + 1));
	alert_value_text(&text, r->kind->unit, r->threshold);
	MUST(text.len > 0);
	buf_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *word = mem_dup_n((const char *)data, size);
	const char *why = NULL;
	struct alert_rule r;

	if (alert_rule_parse(&r, word, &why))
		check(&r);
	else
		MUST(why != NULL && *why != '\0');
	free(word);
	return 0;
}

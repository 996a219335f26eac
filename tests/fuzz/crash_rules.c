/* Any bytes as a rules file: refused with a reason, or usable. */
#include <stdlib.h>
#include <string.h>

#include "libcrash/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char name[] = "ns::read_bytes.isra.0";
	struct span subject = {name, sizeof name - 1};
	struct buf stripped = BUF_INIT;
	char *why = NULL;
	struct rules *rules = rules_new((const char *)data, size, &why);

	if (rules == NULL) {
		if (why == NULL || why[0] == '\0')
			abort();
		free(why);
		return 0;
	}
	rules_skip_function(rules, subject, false);
	rules_skip_file(rules, subject);
	rules_skip_module(rules, subject);
	rules_entry(rules, subject);
	rules_helper_file(rules, subject);
	rules_helper_word(rules, subject);
	buf_add(&stripped, name, sizeof name - 1);
	rules_strip(rules, &stripped, 0);
	buf_release(&stripped);
	rules_free(rules);
	return 0;
}

/* The rules that ship, as they stand in share/pf-dedup.rules. */
#include "mem.h"
#include "msg.h"
#include "rules.h"

__asm__(".pushsection .rodata\n"
	".global rules_default_text\n"
	"rules_default_text:\n"
	".incbin \"share/pf-dedup.rules\"\n"
	".global rules_default_end\n"
	"rules_default_end:\n"
	".byte 0\n"
	".popsection\n");

extern const char rules_default_text[], rules_default_end[];

struct rules *
rules_default(void)
{
	char *why;
	struct rules *rules = rules_new(rules_default_text,
	    (size_t)(rules_default_end - rules_default_text), &why);

	if (rules == NULL)
		msg_diex(70, "the built-in rules: %s", why);
	return rules;
}

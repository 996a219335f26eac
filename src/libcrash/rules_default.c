/* The rules that ship, as they stand in share/pf-dedup.rules, and others. */
#include <errno.h>
#include <fcntl.h>

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

struct rules *
rules_need_file(const char *path)
{
	struct buf text = BUF_INIT;
	struct rules *rules;
	char *why;

	if (buf_read_file(&text, AT_FDCWD, path, 1024 * 1024) < 0)
		msg_die(msg_exit_code(errno), "open %s", msg_quote(path));
	rules = rules_new(text.data, text.len, &why);
	if (rules == NULL)
		msg_diex(78, "%s: %s", msg_quote(path), why);
	buf_release(&text);
	return rules;
}

/* The first look at a configuration's text. */
#include "unit.h"

#include <stdlib.h>

#include "pf-job/conf_scan.h"

static const char *const keys[] = {"a", "list", NULL};

/* The faults as lines "N: text", all of them. */
static char *
faults_text(const struct faults *faults)
{
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < faults->count; i++)
		buf_addf(&text, "%s%u: %s", i == 0 ? "" : "\n",
		    faults->item[i].line, faults->item[i].text);
	return buf_take(&text);
}

static void
scans(const char *from, const char *to, const char *said)
{
	struct faults faults = FAULTS_INIT;
	struct buf text = BUF_INIT;
	char *told;

	buf_add_str(&text, from);
	conf_scan(&text, keys, &faults);
	told = faults_text(&faults);
	assert_string_equal(told, said);
	if (to != NULL)
		assert_string_equal(text.data, to);
	free(told);
	faults_release(&faults);
	buf_release(&text);
}

static void
leaves_what_is_right(void **state)
{
	static const char *const rows[] = {"", "\n\n", "a = b\n",
	    "a = \"x # y // z /* u */ \\\"v\"", "a = 'x ${Y} $Z \\q \\' z'",
	    "list = {a, 'b',\n\"c\"}", "list += b", "a = /b//c",
	    "target \"t\" { a = http://b:1/c }",
	    "a = \"\\\\ \\$ \\n\\x41\\\nb\"",
	    "a = \"${SCAN_SET}x${SCAN_NOT:-y:-z}\"", "a = ${SCAN_SET}"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		scans(rows[i], rows[i], "");
}

static void
blanks_comments(void **state)
{
	(void)state;
	scans("# x\na = b # y", "   \na = b    ", "");
	scans("// x\n", "    \n", "");
	scans("/* x\ny */a = b/**/", "    \n    a = b    ", "");
	scans("list = {a, # '\n b}", "list = {a,    \n b}", "");
	scans("#", " ", "");
	scans("a = b /* x", NULL, "1: a comment is never closed");
}

static void
marks_empty_lists(void **state)
{
	(void)state;
	scans("list = {}", "list = " CONF_EMPTY " ", "");
	scans("list += {\n }", "list += " CONF_EMPTY "\n  ", "");
	scans("s t {}", "s t {}", "");
}

static void
tells_variables(void **state)
{
	(void)state;
	scans("\na = \"x${SCAN_NOT}\"", "\na = \"x\1\1\1\1\1\1\1\1\1\1\1\"",
	    "2: a: the variable SCAN_NOT is not set");
	scans("a = ${SCAN_EMPTY}", NULL,
	    "1: a: the variable SCAN_EMPTY is empty");
	scans("a = ${SCAN_BAD}", NULL,
	    "1: a: the variable SCAN_BAD has control characters in it");
	scans("a = \"${SCAN_SET:=y}\"", NULL,
	    "1: a: '${SCAN_SET:=y}' is neither ${NAME} nor ${NAME:-default}");
	scans("a = \"${1}\"", NULL,
	    "1: a: '${1}' is neither ${NAME} nor ${NAME:-default}");
	scans("a = \"${SCAN_NOT:-${SCAN_SET}}\"", NULL,
	    "1: a: the default of SCAN_NOT may have no $ \" \\ in it");
	scans("a = \"${SCAN_SET\"", NULL, "1: a: a ${ is not closed");
	scans("a = \"$SCAN_SET\"", NULL,
	    "1: a: a variable is written ${NAME}, a dollar sign itself \\$");
}

/* libconfuse would take the empty one. */
static void
lets_defaults_stand_for_empty_variables(void **state)
{
	(void)state;
	setenv("SCAN_EMPTY_TOO", "", 1);
	scans("a = ${SCAN_EMPTY_TOO:-x}", "a = ${SCAN_EMPTY_TOO:-x}", "");
	assert_null(getenv("SCAN_EMPTY_TOO"));
}

static void
tells_words(void **state)
{
	(void)state;
	scans("a = afl++", "a = \1\1\1\1\1",
	    "1: a: 'afl++' must stand in double quotes");
	scans("a = *", "a = \1", "1: a: '*' must stand in double quotes");
	scans("a = x${SCAN_SET}/y", NULL,
	    "1: a: 'x${SCAN_SET}/y' must stand in double quotes");
	scans("a = x${", NULL, "1: a: 'x${' must stand in double quotes");
	scans("s t { list = {A=b} }", "s t { list = {\1\1\1} }",
	    "1: s t: list: 'A=b' must stand in double quotes");
	scans("a = b\"c\"", "a = b   ",
	    "1: a: quotes must stand around the whole of a value");
}

static void
tells_strings(void **state)
{
	(void)state;
	scans("a = \"x\ny\"", NULL, "1: a: a string is not closed on its line");
	scans("a = 'x", NULL, "1: a: a string is not closed on its line");
	scans("a = \"\\", NULL, "1: a: a string is not closed on its line");
	scans("a = \"\\q\"", "a = \"\1\1\"",
	    "1: a: the escape \\q is not known, a backslash itself is \\\\");
	scans("a = \"\\x00\"", NULL,
	    "1: a: two hex digits stand behind \\x, of no control character");
}

static void
tells_keys(void **state)
{
	(void)state;
	scans("lst = 1\n\nb += {2}",
	    CONF_TOLD_KEY "   = 1\n\n" CONF_TOLD_KEY " += {2}",
	    "1: unknown key 'lst': perhaps list\n3: unknown key 'b'");
	scans("\"a\" = 1", NULL, "1: unknown key '\"a\"'");
	scans("a =\nlist = 1", NULL, "1: a: no value");
	scans("a = , b", NULL, "1: a: no value");
	scans("a =\n\n", NULL, "1: a: no value");
	scans("list = {x\na = 1", NULL, "2: list: a } is missing before 'a'");
}

static void
tells_braces(void **state)
{
	(void)state;
	scans("\ns t {\n a = b\n", NULL, "2: the { here is never closed");
	scans("{{{{{{{{{", NULL, "1: too many { in each other");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(leaves_what_is_right),
	    cmocka_unit_test(blanks_comments),
	    cmocka_unit_test(marks_empty_lists),
	    cmocka_unit_test(tells_variables),
	    cmocka_unit_test(lets_defaults_stand_for_empty_variables),
	    cmocka_unit_test(tells_words),
	    cmocka_unit_test(tells_strings),
	    cmocka_unit_test(tells_keys),
	    cmocka_unit_test(tells_braces),
	};

	setenv("SCAN_SET", "value", 1);
	setenv("SCAN_EMPTY", "", 1);
	setenv("SCAN_BAD", "\x1b", 1);
	unsetenv("SCAN_NOT");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

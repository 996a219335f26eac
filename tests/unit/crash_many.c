/*
 * Recorded traces cut anywhere, and many in one text: trace.h. With a
 * directory as its operand: the traces there, which may be thousands, cut at
 * their lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those four. */
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "libcrash/fingerprint.h"

#define FIXTURES_MAX 4096

static const char *directory = UNIT_FIXTURES "/traces";
static bool by_line;

static struct {
	char *name;
	struct buf text;
	char group[FINGERPRINT_TEXT];
} fixtures[FIXTURES_MAX];
static size_t count;

static struct rules *rules;
static struct report report;
static struct fingerprint print;

static int
is_trace(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 4 && strcmp(entry->d_name + n - 4, ".txt") == 0;
}

static int
set_up(void **state)
{
	struct dirent **entries;
	int n = scandir(directory, &entries, is_trace, alphasort);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_in_range(n, 30, FIXTURES_MAX);
	for (; count < (size_t)n; count++) {
		fixtures[count].name = strdup(entries[count]->d_name);
		buf_init(&fixtures[count].text);
		assert_int_equal(buf_read_file(&fixtures[count].text, fd,
				     entries[count]->d_name, 1 << 20),
		    0);
		free(entries[count]);
	}
	free(entries);
	close(fd);
	rules = rules_default();
	report_init(&report);
	fingerprint_init(&print);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		free(fixtures[i].name);
		buf_release(&fixtures[i].text);
	}
	rules_free(rules);
	report_release(&report);
	fingerprint_release(&print);
	return 0;
}

static const char *
group_of(const char *text, size_t len)
{
	if (!report_read(&report, text, len))
		return "";
	fingerprint_make(&print, &report, rules, "target", NULL);
	return print.group;
}

static size_t
after(size_t end, const char *text, struct span s)
{
	size_t at = s.at == NULL ? 0 : (size_t)(s.at - text) + s.len;

	/* Text of the parsers' own is not in it. */
	return at > end && at < 1 << 20 ? at : end;
}

/* Where the last thing ends that the fingerprint is made of. */
static size_t
complete_at(const char *text, size_t len)
{
	size_t end = after(0, text, report.error_line);

	end = after(end, text, report.expression);
	for (size_t i = 0; i < report.stack_count; i++) {
		const struct stack *s = &report.stacks[i];

		if (s->role == STACK_OTHER)
			continue;
		for (size_t k = s->first; k < s->first + s->count; k++) {
			end = after(end, text, report.frames[k].function);
			end = after(end, text, report.frames[k].file);
			end = after(end, text, report.frames[k].module);
		}
	}
	/* The rest of that line, and of the next: a chain may go on. */
	for (int lines = 0; end < len && lines < 2; end++)
		lines += text[end] == '\n';
	return end;
}

/* Is the text cut there? Long ones now and then: each is parsed anew. */
static bool
is_cut(const char *text, size_t at)
{
	if (by_line)
		return at > 0 && text[at - 1] == '\n';
	return at <= 5000 || at % 61 == 0;
}

static void
test_no_prefix_gives_another_group(void **state)
{
	(void)state;
	for (size_t i = 0; i < count; i++) {
		const char *text = fixtures[i].text.data;
		size_t len = fixtures[i].text.len, end;

		memcpy(fixtures[i].group, group_of(text, len),
		    sizeof fixtures[i].group);
		assert_string_not_equal(fixtures[i].group, "");
		end = complete_at(text, len);
		for (size_t n = 0; n < len; n++) {
			if (!is_cut(text, n))
				continue;
			if (strcmp(group_of(text, n), fixtures[i].group) != 0 &&
			    n >= end)
				fail_msg("%s: %zu of %zu, complete at %zu: %s",
				    fixtures[i].name, n, len, end,
				    print.site.data);
		}
	}
}

/* A trace that has been through a Windows machine or a terminal. */
static void
test_line_ends_do_not_matter(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct buf *whole = &fixtures[i].text;

		buf_clear(&text);
		for (size_t n = 0; n < whole->len; n++) {
			if (whole->data[n] == '\n')
				buf_add_char(&text, '\r');
			buf_add_char(&text, whole->data[n]);
		}
		if (strcmp(group_of(text.data, text.len), fixtures[i].group) !=
		    0)
			fail_msg("%s: %s", fixtures[i].name, print.site.data);
	}
	buf_release(&text);
}

/* What libFuzzer says when it starts. */
#define START "INFO: Seed: 1\n"

static void
add_all(struct buf *text, const char *between)
{
	for (size_t i = 0; i < count; i++) {
		buf_add(text, fixtures[i].text.data, fixtures[i].text.len);
		buf_add_str(text, between);
	}
}

static void
expect_all(const struct buf *text)
{
	struct span rest = {text->data, text->len};
	size_t n = 0;

	for (; report_next(&report, &rest); n++) {
		fingerprint_make(&print, &report, rules, "target", NULL);
		if (n >= count || strcmp(print.group, fixtures[n].group) != 0)
			fail_msg("%s: %s", fixtures[n].name, print.site.data);
	}
	assert_int_equal(n, count);
	assert_int_equal(rest.len, 0);
}

/* A log of all of them gives each of them, in order. */
static void
test_one_after_the_other(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	add_all(&text, START);
	expect_all(&text);
	buf_clear(&text);
	add_all(&text, START "noise of a target: 0x0 ERROR: none\n#12\tNEW\n");
	expect_all(&text);
	buf_release(&text);
}

#define UNDEFINED "a.c:5:6: runtime error: division by zero\n"
#define OVERFLOW(n)                                                      \
	"==1==ERROR: AddressSanitizer: heap-buffer-overflow on address " \
	"0x1 at pc 0x2\nREAD of size 1 at 0x1\n"                         \
	"#0 0x1 in parse_tag /a/b.c:" #n ":4\nSUMMARY: x\n"

static void
next_is(struct span *rest, const char *site)
{
	assert_true(report_next(&report, rest));
	fingerprint_make(&print, &report, rules, "target", NULL);
	assert_string_equal(print.site.data, site);
}

/* A warning is beside the report after it, if that is of the same run. */
static void
test_warnings_beside_a_report(void **state)
{
	struct span rest = SPAN(UNDEFINED OVERFLOW(1)
		UNDEFINED START OVERFLOW(2) UNDEFINED UNDEFINED);

	(void)state;
	next_is(&rest, "parse_tag b.c:1");
	next_is(&rest, "a.c:5");
	next_is(&rest, "parse_tag b.c:2");
	next_is(&rest, "a.c:5");
	next_is(&rest, "a.c:5");
	assert_false(report_next(&report, &rest));
}

/* One call looks at no more than it needs: many warnings are not squared. */
static void
test_many_warnings(void **state)
{
	struct buf text = BUF_INIT;
	struct span rest;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_addf(&text,
		    "a.c:%d:1: runtime error: division by zero\n"
		    "panic: %d\nException in thread \"x\" y\n",
		    i + 1, i);
	rest = (struct span){text.data, text.len};
	while (report_next(&report, &rest))
		n++;
	assert_int_equal(n, 5000);
	buf_release(&text);
}

/* NULs, bad UTF-8 and a megabyte in every place that a text has. */
static void
test_hostile_bytes(void **state)
{
	struct buf text = BUF_INIT, filler = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < 1 << 20; i++)
		buf_add_char(&filler, "\0\xff(<:'\" $/\\{[#"[i % 14]);
	for (size_t i = 0; i < count; i++) {
		const struct buf *whole = &fixtures[i].text;
		size_t at = whole->len * (i % 7 + 1) / 9;

		buf_clear(&text);
		buf_add(&text, whole->data, at);
		buf_add(&text, filler.data, filler.len);
		buf_add(&text, whole->data + at, whole->len - at);
		group_of(text.data, text.len);
		assert_true(print.site.len < 8192);
	}
	buf_release(&text);
	buf_release(&filler);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest each[] = {
	    cmocka_unit_test(test_no_prefix_gives_another_group),
	    cmocka_unit_test(test_line_ends_do_not_matter),
	};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_prefix_gives_another_group),
	    cmocka_unit_test(test_line_ends_do_not_matter),
	    cmocka_unit_test(test_one_after_the_other),
	    cmocka_unit_test(test_warnings_beside_a_report),
	    cmocka_unit_test(test_many_warnings),
	    cmocka_unit_test(test_hostile_bytes),
	};

	if (argc > 1) {
		directory = argv[1];
		by_line = true;
		return cmocka_run_group_tests(each, set_up, tear_down);
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

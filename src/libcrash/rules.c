#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "mem.h"
#include "wordset.h"

/* All patterns of a section as one, for speed; each alone, to name it. */
struct patterns {
	pcre2_code *all;
	pcre2_match_data *match;
	struct pattern {
		pcre2_code *code;
		char *text;
	} * each;
	size_t count, cap;
};

enum word_section { FUNCTION, LIBRARY, ENTRY, HELPER, WORD_SECTIONS };
enum pattern_section {
	FUNCTION_PATTERN,
	FILE_PATTERN,
	MODULE_PATTERN,
	HELPER_FILE,
	ENTRY_PATTERN,
	STRIP,
	PATTERN_SECTIONS
};

static const struct {
	const char *name;
	bool is_pattern;
	unsigned index;
} sections[] = {
    {"function", false, FUNCTION},
    {"library function", false, LIBRARY},
    {"entry", false, ENTRY},
    {"helper word", false, HELPER},
    {"function pattern", true, FUNCTION_PATTERN},
    {"file pattern", true, FILE_PATTERN},
    {"module pattern", true, MODULE_PATTERN},
    {"helper file pattern", true, HELPER_FILE},
    {"entry pattern", true, ENTRY_PATTERN},
    {"strip pattern", true, STRIP},
};

struct rules {
	struct wordset words[WORD_SECTIONS];
	struct patterns patterns[PATTERN_SECTIONS];
	char version[64];
};

/* Long names are hostile ones: a pattern need not see all of them. */
#define SUBJECT_MAX 4096

static pcre2_code *
compile(const char *text, size_t len, char **why)
{
	int error;
	PCRE2_SIZE at;
	PCRE2_UCHAR message[128];
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, len,
	    PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);

	if (code == NULL) {
		pcre2_get_error_message(error, message, sizeof message);
		*why = mem_printf(
		    "pattern, at %zu: %s", (size_t)at, (const char *)message);
		return NULL;
	}
	/* Without JIT support the interpreter does the same, slower. */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

static bool
patterns_add(struct patterns *p, struct span text, char **why)
{
	pcre2_code *code = compile(text.at, text.len, why);

	if (code == NULL)
		return false;
	MEM_GROW(p->each, p->count, p->cap);
	p->each[p->count].code = code;
	p->each[p->count++].text = mem_dup_n(text.at, text.len);
	return true;
}

static bool
patterns_join(struct patterns *p, bool at_end, char **why)
{
	struct buf all = BUF_INIT;

	if (p->count == 0)
		return true;
	buf_add_str(&all, "(?:");
	for (size_t i = 0; i < p->count; i++)
		buf_addf(&all, "%s(?:%s)", i > 0 ? "|" : "", p->each[i].text);
	buf_add_str(&all, at_end ? ")$" : ")");
	p->all = compile(all.data, all.len, why);
	buf_release(&all);
	if (p->all == NULL)
		return false;
	p->match = pcre2_match_data_create(1, NULL);
	return p->match != NULL;
}

static void
patterns_release(struct patterns *p)
{
	for (size_t i = 0; i < p->count; i++) {
		pcre2_code_free(p->each[i].code);
		free(p->each[i].text);
	}
	free(p->each);
	pcre2_code_free(p->all);
	pcre2_match_data_free(p->match);
}

static bool
matches(const struct patterns *p, const pcre2_code *code, struct span s)
{
	if (s.len > SUBJECT_MAX)
		s.len = SUBJECT_MAX;
	return code != NULL && s.at != NULL &&
	    pcre2_match(code, (PCRE2_SPTR)s.at, s.len, 0, 0, p->match, NULL) >=
	    0;
}

static const char *
patterns_find(const struct patterns *p, struct span s)
{
	if (!matches(p, p->all, s))
		return NULL;
	for (size_t i = 0; i < p->count; i++)
		if (matches(p, p->each[i].code, s))
			return p->each[i].text;
	return p->each[0].text;
}

static bool
rules_line(struct rules *rules, int *section, struct span line, char **why)
{
	if (line.len > 2 && line.at[0] == '[' && line.at[line.len - 1] == ']') {
		struct span name = {line.at + 1, line.len - 2};

		for (size_t i = 0; i < sizeof sections / sizeof sections[0];
		     i++)
			if (span_is(name, sections[i].name)) {
				*section = (int)i;
				return true;
			}
		*why = mem_printf("no such section: %.*s",
		    name.len > 40 ? 40 : (int)name.len, name.at);
		return false;
	}
	if (*section < 0) {
		if (span_starts(line, "version ") && line.len < 32) {
			snprintf(rules->version, sizeof rules->version, "%.*s",
			    (int)line.len - 8, line.at + 8);
			return true;
		}
		*why = mem_dup("neither a version nor a known section");
		return false;
	}
	if (sections[*section].is_pattern)
		return patterns_add(
		    &rules->patterns[sections[*section].index], line, why);
	wordset_add(&rules->words[sections[*section].index], line);
	return true;
}

static bool
rules_finish(struct rules *rules, const char *text, size_t len, char **why)
{
	char hex[HASH_TEXT];
	size_t used = strlen(rules->version);

	if (used == 0) {
		*why = mem_dup("no version");
		return false;
	}
	hash_bytes(text, len, hex);
	snprintf(
	    rules->version + used, sizeof rules->version - used, "-%.8s", hex);
	for (unsigned i = 0; i < PATTERN_SECTIONS; i++)
		if (!patterns_join(&rules->patterns[i], i == STRIP, why))
			return false;
	return true;
}

struct rules *
rules_new(const char *text, size_t len, char **why)
{
	struct rules *rules = mem_calloc(1, sizeof *rules);
	struct span rest = {text, len}, line;
	unsigned long number = 0;
	int section = -1;
	char *reason = NULL;

	while (span_line(&rest, &line)) {
		number++;
		if (span_trim(line).len == 0 || line.at[0] == '#')
			continue;
		if (span_ends(line, "\r"))
			line.len--;
		if (!rules_line(rules, &section, line, &reason)) {
			*why = mem_printf("line %lu: %s", number, reason);
			free(reason);
			rules_free(rules);
			return NULL;
		}
	}
	if (!rules_finish(rules, text, len, why)) {
		rules_free(rules);
		return NULL;
	}
	return rules;
}

void
rules_free(struct rules *rules)
{
	if (rules == NULL)
		return;
	for (unsigned i = 0; i < WORD_SECTIONS; i++)
		wordset_release(&rules->words[i]);
	for (unsigned i = 0; i < PATTERN_SECTIONS; i++)
		patterns_release(&rules->patterns[i]);
	free(rules);
}

const char *
rules_version(const struct rules *rules)
{
	return rules->version;
}

const char *
rules_skip_function(const struct rules *rules, struct span name, bool own_file)
{
	const char *entry = wordset_find(&rules->words[FUNCTION], name);

	if (entry == NULL && !own_file)
		entry = wordset_find(&rules->words[LIBRARY], name);
	if (entry == NULL)
		entry = patterns_find(&rules->patterns[FUNCTION_PATTERN], name);
	return entry;
}

const char *
rules_skip_file(const struct rules *rules, struct span file)
{
	return patterns_find(&rules->patterns[FILE_PATTERN], file);
}

const char *
rules_skip_module(const struct rules *rules, struct span module)
{
	return patterns_find(
	    &rules->patterns[MODULE_PATTERN], span_basename(module));
}

const char *
rules_entry(const struct rules *rules, struct span name)
{
	const char *entry = wordset_find(&rules->words[ENTRY], name);

	if (entry == NULL)
		entry = patterns_find(&rules->patterns[ENTRY_PATTERN], name);
	return entry;
}

const char *
rules_helper_file(const struct rules *rules, struct span file)
{
	return patterns_find(&rules->patterns[HELPER_FILE], file);
}

bool
rules_helper_word(const struct rules *rules, struct span word)
{
	return wordset_find(&rules->words[HELPER], word) != NULL;
}

void
rules_strip(const struct rules *rules, struct buf *name, size_t from)
{
	const struct patterns *p = &rules->patterns[STRIP];
	struct span s = {name->data + from, name->len - from};

	/* Several suffixes may stand behind each other. */
	while (s.len > 0 && s.len <= SUBJECT_MAX && matches(p, p->all, s)) {
		size_t at = pcre2_get_ovector_pointer(p->match)[0];

		if (at == 0 || at >= s.len)
			break;
		s.len = at;
	}
	buf_truncate(name, from + s.len);
}

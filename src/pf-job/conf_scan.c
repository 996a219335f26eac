/* Comments, keys and braces of a configuration. */
#include "conf_scan_parts.h"

#include <stdarg.h>
#include <stdlib.h>

#include "mem.h"
#include "msg.h"
#include "nearest.h"

#define SECTIONS_MAX 10000

static void
add_place(const struct conf_scan *s, struct buf *text)
{
	if (s->kind.len > 0)
		buf_addf(text, "%.*s", s->kind.len, s->kind.at);
	if (s->title.len > 0)
		buf_addf(text, " %.*s", s->title.len, s->title.at);
	if (s->kind.len > 0)
		buf_add_str(text, ": ");
	if (s->key.len > 0)
		buf_addf(text, "%.*s: ", s->key.len, s->key.at);
}

void
conf_scan_fault(
    const struct conf_scan *s, unsigned line, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	add_place(s, &text);
	va_start(ap, format);
	buf_vaddf(&text, format, ap);
	va_end(ap);
	faults_add(s->faults, line, "%s", text.data);
	buf_release(&text);
}

static void
replace(char *begin, const char *end, char by)
{
	for (; begin < end; begin++)
		if (*begin != '\n')
			*begin = by;
}

void
conf_scan_told(const struct conf_scan *s, char *begin)
{
	replace(begin, s->at, CONF_TOLD);
}

static bool
is_in_list(const struct conf_scan *s)
{
	return s->depth > 0 && s->open[s->depth - 1].list;
}

static bool
begins_comment(const char *at)
{
	return at[0] == '#' || (at[0] == '/' && (at[1] == '/' || at[1] == '*'));
}

static void
scan_comment(struct conf_scan *s)
{
	bool lines = s->at[0] == '/' && s->at[1] == '*';
	const char *end = lines ? strstr(s->at + 2, "*/") : strchr(s->at, '\n');

	if (end == NULL && lines) {
		faults_add(s->faults, s->line, "a comment is never closed");
		s->broken = true;
	}
	if (end == NULL)
		end = s->at + strlen(s->at);
	else if (lines)
		end += 2;
	for (; s->at < end; s->at++)
		if (*s->at == '\n')
			s->line++;
		else
			*s->at = ' ';
}

static bool
is_assigned(const char *at)
{
	at += strspn(at, " \t\n");
	return *at == '=' || (at[0] == '+' && at[1] == '=');
}

static bool
is_known(const char *const keys[], const char *word)
{
	for (; *keys != NULL; keys++)
		if (strcmp(*keys, word) == 0)
			return true;
	return false;
}

static void
refuse_key(struct conf_scan *s, char *begin, const char *word)
{
	const char *other = nearest(s->keys, word);

	conf_scan_fault(s, s->line, "unknown key %s%s%s", msg_quote(word),
	    other == NULL ? "" : ": perhaps ", other == NULL ? "" : other);
	replace(begin, s->at, ' ');
	memcpy(begin, CONF_TOLD_KEY, strlen(CONF_TOLD_KEY));
}

/* What stands before an equal sign in a list. */
static void
refuse_assignment(struct conf_scan *s, char *begin, const char *word)
{
	if (is_known(s->keys, word)) {
		conf_scan_fault(
		    s, s->line, "a } is missing before %s", msg_quote(word));
		s->broken = true;
		return;
	}
	s->at += strcspn(s->at, ",}\n");
	conf_scan_fault(s, s->line, "%s must stand in double quotes",
	    msg_quote_n(begin, (size_t)(s->at - begin)));
	conf_scan_told(s, begin);
}

static void
refuse_no_value(struct conf_scan *s)
{
	conf_scan_fault(s, s->equal_line, "no value");
	s->broken = true;
}

static void
scan_assigned(struct conf_scan *s, char *begin)
{
	size_t n = (size_t)(s->at - begin);
	char *word = mem_dup_n(begin, n);

	if (is_in_list(s)) {
		refuse_assignment(s, begin, word);
	} else if (s->after_equal) {
		refuse_no_value(s);
	} else if (is_known(s->keys, word)) {
		s->key = (struct conf_piece){begin, (int)n};
	} else {
		refuse_key(s, begin, word);
	}
	free(word);
}

/* Without its quotes; nothing if it cannot be shown as it is. */
static struct conf_piece
piece_of(const char *begin, const char *end)
{
	struct conf_piece piece = {begin, (int)(end - begin)};

	if (*begin == '"' || *begin == '\'')
		piece = (struct conf_piece){begin + 1, piece.len - 2};
	if (strspn(piece.at, CONF_PLAIN) < (size_t)piece.len)
		piece.len = 0;
	return piece;
}

static void
scan_value(struct conf_scan *s)
{
	bool is_value = s->after_equal || is_in_list(s);
	unsigned line = s->line;
	char *begin = s->at;

	if (!is_value && begin != s->value_end)
		s->key.len = 0;
	if (*begin == '"' || *begin == '\'')
		conf_scan_string(s);
	else
		conf_scan_word(s);
	if (s->broken)
		return;
	if (begin == s->value_end) {
		conf_scan_fault(
		    s, line, "quotes must stand around the whole of a value");
		replace(begin, s->at, ' ');
	} else if (is_assigned(s->at)) {
		scan_assigned(s, begin);
		s->before.len = s->last.len = 0;
	} else if (!is_value) {
		s->before = s->last;
		s->last = piece_of(begin, s->at);
	}
	s->value_end = s->at;
	s->after_equal = false;
}

static void
open_brace(struct conf_scan *s)
{
	if (!s->after_equal) {
		s->sections++;
		s->kind = s->before;
		s->title = s->last;
		s->key.len = 0;
	}
	s->broken = s->depth == CONF_SCAN_DEPTH || s->sections > SECTIONS_MAX;
	if (s->depth == CONF_SCAN_DEPTH)
		faults_add(s->faults, s->line, "too many { in each other");
	else if (s->broken)
		faults_add(
		    s->faults, s->line, "more than %d sections", SECTIONS_MAX);
	else
		s->open[s->depth++] =
		    (struct conf_brace){s->at, s->line, s->after_equal};
}

static void
close_brace(struct conf_scan *s)
{
	const struct conf_brace *b;

	if (s->depth == 0)
		return;
	b = &s->open[--s->depth];
	if (!b->list) {
		s->kind.len = s->title.len = s->key.len = 0;
	} else if (b->at + 1 + strspn(b->at + 1, " \t\n") == s->at) {
		replace(b->at, s->at + 1, ' ');
		memcpy(b->at, CONF_EMPTY, strlen(CONF_EMPTY));
	}
}

static void
scan_mark(struct conf_scan *s)
{
	char mark = *s->at;

	if (s->after_equal && mark != '{')
		refuse_no_value(s);
	else if (mark == '{')
		open_brace(s);
	else if (mark == '}')
		close_brace(s);
	s->after_equal = mark == '=' || mark == '+';
	s->equal_line = s->line;
	s->at += mark == '+' ? 2 : 1;
}

static void
scan_token(struct conf_scan *s)
{
	if (*s->at == '\n')
		s->line++;
	if (strchr(" \t\n", *s->at) != NULL)
		s->at++;
	else if (begins_comment(s->at))
		scan_comment(s);
	else if (*s->at == '"' || *s->at == '\'' || conf_scan_is_word(s->at))
		scan_value(s);
	else
		scan_mark(s);
}

bool
conf_scan(struct buf *text, const char *const keys[], struct faults *faults)
{
	struct conf_scan s = {
	    .at = text->data, .line = 1, .keys = keys, .faults = faults};

	while (*s.at != '\0' && !s.broken)
		scan_token(&s);
	if (s.after_equal && !s.broken)
		refuse_no_value(&s);
	else if (s.depth > 0 && !s.broken)
		faults_add(faults, s.open[s.depth - 1].line,
		    "the { here is never closed");
	return !s.broken;
}

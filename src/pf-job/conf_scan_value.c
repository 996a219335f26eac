/* Strings, words, escapes and variables of a configuration. */
#include <ctype.h>
#include <stdlib.h>

#include "conf_scan_parts.h"
#include "mem.h"
#include "msg.h"

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* libconfuse would take an empty one for a value. */
static void
look_up(const struct conf_scan *s, const char *name, bool has_default)
{
	const char *value = getenv(name);

	if (value != NULL && *value == '\0' && has_default)
		unsetenv(name);
	else if ((value == NULL || *value == '\0') && !has_default)
		conf_scan_fault(s, s->line, "the variable %s is %s", name,
		    value == NULL ? "not set" : "empty");
	for (; value != NULL && *value != '\0'; value++)
		if ((unsigned char)*value < 0x20 && *value != '\n' &&
		    *value != '\t') {
			conf_scan_fault(s, s->line,
			    "the variable %s has control characters in it",
			    name);
			break;
		}
}

/* Between the braces; of the default, libconfuse undoes no escapes. */
static void
check_variable(const struct conf_scan *s, const char *inside, size_t len)
{
	size_t name_len = 0;
	bool has_default;
	char *name;

	while (name_len < len && is_name_char(inside[name_len]))
		name_len++;
	has_default = len - name_len >= 2 && inside[name_len] == ':' &&
	    inside[name_len + 1] == '-';
	name = mem_dup_n(inside, name_len);
	if (name_len == 0 || isdigit((unsigned char)*inside) ||
	    (name_len < len && !has_default))
		conf_scan_fault(s, s->line,
		    "%s is neither ${NAME} nor ${NAME:-default}",
		    msg_quote_n(inside - 2, len + 3));
	else if (strcspn(inside + name_len, "$\"\\}") < len - name_len)
		conf_scan_fault(s, s->line,
		    "the default of %s may have no $ \" \\ in it", name);
	else
		look_up(s, name, has_default);
	free(name);
}

/* From the dollar sign on; a brace follows. */
static void
scan_variable(struct conf_scan *s)
{
	size_t before = s->faults->count, len = strcspn(s->at + 2, "}\n");
	char *begin = s->at;

	s->at += 2;
	if (begin[2 + len] != '}') {
		conf_scan_fault(s, s->line, "a ${ is not closed");
	} else {
		s->at += len + 1;
		check_variable(s, begin + 2, len);
	}
	if (s->faults->count > before)
		conf_scan_told(s, begin);
}

static void
scan_dollar(struct conf_scan *s)
{
	const char *name = s->at + 1;

	if (*name == '{') {
		scan_variable(s);
		return;
	}
	if (is_name_char(*name) || *name == '(') {
		conf_scan_fault(s, s->line,
		    "a variable is written ${NAME}, a dollar sign itself \\$");
		*s->at = CONF_TOLD;
	}
	s->at++;
}

/* \xHH of a byte that is no control character. */
static bool
is_hex_escape(const char *at)
{
	char digits[3] = {0};
	unsigned long byte;

	if (at[1] != 'x' || !isxdigit((unsigned char)at[2]) ||
	    !isxdigit((unsigned char)at[3]))
		return false;
	memcpy(digits, at + 2, 2);
	byte = strtoul(digits, NULL, 16);
	return byte >= 0x20 && byte != 0x7f;
}

/* From the backslash on. libconfuse leaves one out that it does not know. */
static void
scan_escape(struct conf_scan *s)
{
	size_t before = s->faults->count;
	char *begin = s->at;

	s->at += begin[1] == '\0' ? 1 : 2;
	if (begin[1] == '\n')
		s->line++;
	else if (is_hex_escape(begin))
		s->at += 2;
	else if (begin[1] == 'x')
		conf_scan_fault(s, s->line,
		    "two hex digits stand behind \\x, of no control character");
	else if (strchr("\\\"'$nrt", begin[1]) == NULL)
		conf_scan_fault(s, s->line,
		    "the escape \\%c is not known, a backslash itself is \\\\",
		    isprint((unsigned char)begin[1]) ? begin[1] : '?');
	if (s->faults->count > before)
		conf_scan_told(s, begin);
}

/* In single quotes a backslash stands for itself before all but \ and '. */
void
conf_scan_string(struct conf_scan *s)
{
	char quote = *s->at++;
	unsigned line = s->line;

	while (*s->at != quote && *s->at != '\n' && *s->at != '\0') {
		if (*s->at == '\\' && quote == '"') {
			scan_escape(s);
		} else if (*s->at == '\\') {
			s->line += s->at[1] == '\n';
			s->at += s->at[1] == '\0' ? 1 : 2;
		} else if (*s->at == '$' && quote == '"') {
			scan_dollar(s);
		} else {
			s->at++;
		}
	}
	if (*s->at == quote) {
		s->at++;
		return;
	}
	conf_scan_fault(s, line, "a string is not closed on its line");
	s->broken = true;
}

bool
conf_scan_is_word(const char *at)
{
	return strchr(" \t\n\"'{}(),=#", *at) == NULL &&
	    !(at[0] == '+' && at[1] == '=') && !(at[0] == '/' && at[1] == '*');
}

/* Of + and * libconfuse would leave out each one. */
void
conf_scan_word(struct conf_scan *s)
{
	char *begin = s->at;
	size_t n;

	if (s->at[0] == '$' && s->at[1] == '{')
		scan_variable(s);
	if (s->at > begin && !conf_scan_is_word(s->at))
		return;
	while (conf_scan_is_word(s->at)) {
		if (s->at[0] == '$' && s->at[1] == '{') {
			s->at += strcspn(s->at, "}\n");
			s->at += *s->at == '}';
		} else {
			s->at++;
		}
	}
	n = (size_t)(s->at - begin);
	if (memchr(begin, '$', n) != NULL || memchr(begin, '+', n) != NULL ||
	    memchr(begin, '*', n) != NULL) {
		conf_scan_fault(s, s->line, "%s must stand in double quotes",
		    msg_quote_n(begin, n));
		conf_scan_told(s, begin);
	}
}

#include "name.h"

#include <ctype.h>
#include <string.h>

#include "rustname.h"

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '~' ||
	    (c & 0x80) != 0;
}

/* The index after the bracket that closes the one at `i`. */
static size_t
group_end(struct span s, size_t i)
{
	int depth = 0;

	for (; i < s.len; i++) {
		char c = s.at[i];

		if (c == '(' || c == '<' || c == '{' || c == '[')
			depth++;
		else if (c == ')' || c == '}' || c == ']' ||
		    (c == '>' && s.at[i - 1] != '-' && s.at[i - 1] != '='))
			if (--depth == 0)
				return i + 1;
	}
	return s.len;
}

/*
 * "operator<", "operator()", "operator new[]", "operator unsigned long": the
 * symbol is part of the name. Returns the index after it.
 */
static size_t
operator_end(struct span s, size_t i)
{
	i += strlen("operator");
	if (span_starts(span_skip(s, i), "()") ||
	    span_starts(span_skip(s, i), "[]"))
		return i + 2;
	if (i < s.len && s.at[i] == ' ') {
		while (i < s.len && s.at[i] != '(' && s.at[i] != '<')
			i++;
		return i;
	}
	while (i < s.len && strchr("<>=!+-*/%^&|~,", s.at[i]) != NULL &&
	    s.at[i] != '\0')
		i++;
	return i;
}

static bool
operator_at(struct span s, size_t i)
{
	static const char word[] = "operator";

	if (s.at[i] != 'o' || (i > 0 && is_name_char(s.at[i - 1])))
		return false;
	return span_starts(span_skip(s, i), word) &&
	    (i + sizeof word - 1 >= s.len ||
		!is_name_char(s.at[i + sizeof word - 1]));
}

/* Does what follows a blank belong to a name that has ended already? */
static bool
is_trailer(struct span rest)
{
	static const char *const words[] = {
	    "const", "volatile", "noexcept", "[", "(.", "&", "requires"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (span_starts(rest, words[i]) &&
		    (rest.len == strlen(words[i]) ||
			!is_name_char(rest.at[strlen(words[i])]) ||
			!isalpha((unsigned char)words[i][0])))
			return true;
	return false;
}

/* Rust's "<Type as Trait>", in `s`: the type's own name stays. */
static void
rust_type(struct buf *out, struct span s, size_t max)
{
	size_t start = out->len;
	size_t i = 1;

	while (i + 1 < s.len && out->len - start < max) {
		if (span_starts(span_skip(s, i), " as "))
			break;
		if (s.at[i] == '<')
			i = group_end(s, i);
		else
			buf_add_char(out, s.at[i++]);
	}
}

static bool
anonymous_at(struct span s, size_t i, size_t *end)
{
	static const char *const forms[] = {"(anonymous namespace)::",
	    "{anonymous}::", "(anonymous class)::", "`anonymous namespace'::"};

	for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++)
		if (span_starts(span_skip(s, i), forms[k])) {
			*end = i + strlen(forms[k]);
			return true;
		}
	return false;
}

/* Go's receiver is part of the name: "json.(*decodeState).next". */
static bool
receiver_at(struct span s, size_t i, size_t *end)
{
	if (i == 0 || s.at[i - 1] != '.' || !span_starts(span_skip(s, i), "(*"))
		return false;
	*end = group_end(s, i);
	return true;
}

static void
clean(struct buf *out, struct span s, size_t max)
{
	size_t start = out->len, i = 0, end;

	while (i < s.len && out->len - start < max) {
		char c = s.at[i];

		if (anonymous_at(s, i, &end)) {
			i = end;
		} else if (c == '(' && receiver_at(s, i, &end)) {
			buf_add(out, s.at + i, end - i);
			i = end;
		} else if (operator_at(s, i)) {
			end = operator_end(s, i);
			buf_add(out, s.at + i, end - i);
			i = end;
			/* "operator< <int>" */
			if (span_starts(span_skip(s, i), " <"))
				i++;
		} else if (c == '<' && out->len == start) {
			end = group_end(s, i);
			rust_type(out, (struct span){s.at + i, end - i}, max);
			i = end;
		} else if (c == '(' || c == '<' ||
		    (c == '[' && span_starts(span_skip(s, i), "[abi:"))) {
			i = group_end(s, i);
		} else if (c == '{') {
			/* {lambda(int)#1}, {{closure}} */
			end = group_end(s, i);
			buf_add_str(out, "{}");
			i = end;
		} else if (c == ' ') {
			if (is_trailer(span_skip(s, i + 1)))
				break;
			/* What stood before was a return type. */
			buf_truncate(out, start);
			i++;
		} else {
			buf_add_char(out, c);
			i++;
		}
	}
	while (out->len >= start + 2 &&
	    memcmp(out->data + out->len - 2, "::", 2) == 0)
		buf_truncate(out, out->len - 2);
	while (out->len > start && out->data[out->len - 1] == ' ')
		buf_truncate(out, out->len - 1);
}

void
name_clean(struct buf *out, struct span s, size_t max)
{
	struct buf decoded = BUF_INIT;

	if (!rustname_is_escaped(s)) {
		clean(out, s, max);
		return;
	}
	rustname_decode(&decoded, s);
	clean(out, (struct span){decoded.data, decoded.len}, max);
	buf_release(&decoded);
}

struct span
name_last(struct span name)
{
	/* An operator's own symbols have no colons, but maybe a slash. */
	for (size_t i = name.len; i > 1; i--)
		if ((name.at[i - 1] == ':' && name.at[i - 2] == ':') ||
		    (name.at[i - 1] == '/' && i < name.len &&
			is_name_char(name.at[i])))
			return span_skip(name, i);
	return name;
}

bool
name_all_words(struct span name,
    bool (*each)(struct span word, const void *context), const void *context)
{
	char word[32];
	size_t n = 0;
	bool any = false;

	for (size_t i = 0; i <= name.len; i++) {
		char c = i < name.len ? name.at[i] : '_';
		bool letter = isalpha((unsigned char)c) != 0;
		bool hump = isupper((unsigned char)c) && i > 0 &&
		    islower((unsigned char)name.at[i - 1]);

		if (n > 0 && (!letter || hump)) {
			if (!each((struct span){word, n}, context))
				return false;
			any = true;
			n = 0;
		}
		if (!letter)
			continue;
		if (n == sizeof word)
			return false;
		word[n++] = (char)tolower((unsigned char)c);
	}
	return any;
}

/* Percent-encoding, undone once and in one place. */
#include "target.h"

#include <stdlib.h>
#include <strings.h>

#include "emit.h"
#include "mem.h"

#define PAIRS_MAX 64

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What the bytes stand for, in the form of event lines; NULL for what is no
 * encoding. The caller frees it. */
static char *
decode(const char *text, size_t len, bool plus_is_blank)
{
	struct buf bytes = BUF_INIT, out = BUF_INIT;
	bool good = true;
	size_t i;

	for (i = 0; good && i < len; i++) {
		char c = text[i];

		if (c == '%') {
			int high = i + 2 < len ? hex_value(text[i + 1]) : -1;
			int low = i + 2 < len ? hex_value(text[i + 2]) : -1;

			good = high >= 0 && low >= 0 && high + low > 0;
			if (good)
				c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus_is_blank)
			c = ' ';
		buf_add_char(&bytes, c);
	}
	if (good)
		emit_encode(&out, bytes.data, bytes.len);
	buf_release(&bytes);
	return good ? buf_take(&out) : NULL;
}

static const char *
add_pair(struct request *r, const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals == NULL ? len : (size_t)(equals - text);
	struct request_pair *pair;

	if (len == 0)
		return NULL;
	if (r->query_count == PAIRS_MAX)
		return "the query has too many parameters";
	pair = &r->query[r->query_count];
	pair->name = decode(text, name_len, true);
	pair->value = equals == NULL
	    ? mem_dup("")
	    : decode(equals + 1, len - name_len - 1, true);
	r->query_count++;
	if (pair->name == NULL || pair->value == NULL)
		return "the query is not well encoded";
	r->query_count--;
	if (request_query(r, pair->name) != NULL) {
		r->query_count++;
		return "a parameter is there twice";
	}
	r->query_count++;
	return NULL;
}

static const char *
read_query(struct request *r, const char *query)
{
	const char *why = NULL;

	r->query = mem_calloc(PAIRS_MAX, sizeof *r->query);
	while (why == NULL && *query != '\0') {
		size_t len = strcspn(query, "&");

		why = add_pair(r, query, len);
		query += len + (query[len] == '&');
	}
	return why;
}

/* The absolute form, which any server has to understand. */
static const char *
skip_authority(const char *target)
{
	size_t scheme = strncasecmp(target, "http://", 7) == 0 ? 7
	    : strncasecmp(target, "https://", 8) == 0          ? 8
							       : 0;

	if (scheme == 0)
		return target;
	target += scheme;
	return target + strcspn(target, "/");
}

const char *
target_read(struct request *r, const char *target)
{
	const char *at;
	size_t len;
	char *decoded;

	for (at = target; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' || *at == '#')
			return "the target has a byte that must be encoded";
	target = skip_authority(target);
	if (*target != '/')
		return "the target is no path";
	len = strcspn(target, "?");
	decoded = decode(target, len, false);
	if (decoded == NULL)
		return "the path is not well encoded";
	free(decoded);
	r->path = mem_printf("%.*s", (int)len, target);
	return target[len] == '?' ? read_query(r, target + len + 1) : NULL;
}

bool
target_matches(struct request *r, const char *pattern)
{
	const char *at = r->path;
	size_t words = 0, len;

	while (*pattern != '\0') {
		if (strncmp(pattern, "{}", 2) != 0) {
			if (*at++ != *pattern++)
				return false;
			continue;
		}
		len = strcspn(at, "/");
		if (len == 0)
			return false;
		free(r->word[words]);
		r->word[words++] = decode(at, len, false);
		at += len;
		pattern += 2;
	}
	return *at == '\0';
}

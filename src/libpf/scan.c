/* One pass over a JSON text: its structure. */
#include "scan.h"

#include "mem.h"
#include "scan_part.h"

/* What a longer line took is given back when one follows that is not. */
#define USUAL_LINE 131072
/* A name of more bytes is not shown. */
#define NAME_SHOWN 32

/* More than a line of usual length leads to, whatever is in it. */
static inline bool
is_huge(const struct scan *s)
{
	return s->cap > USUAL_LINE / 2 || s->room.cap > 2 * USUAL_LINE;
}

static void
give_back(struct scan *s)
{
	free(s->value);
	s->value = NULL;
	s->count = s->cap = 0;
	free(s->slot);
	s->slot = NULL;
	s->slot_cap = 0;
	buf_release(&s->room);
}

void
scan_trim(struct scan *s)
{
	if (is_huge(s))
		give_back(s);
}

void
scan_release(struct scan *s)
{
	give_back(s);
	s->text = s->end = NULL;
}

const char *
scan_fail(struct scan *s, const char *at, const char *what)
{
	snprintf(s->why, sizeof s->why, "not JSON: column %zu: %s",
	    (size_t)(at - s->text) + 1, what);
	return NULL;
}

static const char *
fail_deep(struct scan *s)
{
	snprintf(s->why, sizeof s->why, "nested too deep");
	return NULL;
}

static const char *
fail_twice(struct scan *s, uint32_t member)
{
	const struct scan_value *v = &s->value[member];
	const char *name = s->text + v->name;
	char what[NAME_SHOWN + 32];
	uint32_t i;

	for (i = 0; i < v->name_len; i++)
		if (name[i] < ' ' || name[i] > '~')
			break;
	if (i < v->name_len || i > NAME_SHOWN)
		return scan_fail(s, name, "a name is there twice");
	snprintf(
	    what, sizeof what, "the name '%.*s' is there twice", (int)i, name);
	return scan_fail(s, name, what);
}

static inline bool
is_space(unsigned char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline const char *
skip_space(const struct scan *s, const char *p)
{
	while (is_space(scan_peek(s, p)))
		p++;
	return p;
}

/* Reads a member's name and its colon, up to its value. */
static inline const char *
read_name(struct scan *s, const char *p, struct scan_value *v)
{
	const char *start = p + 1;

	if (scan_peek(s, p) != '"')
		return scan_fail(s, p, "a name is expected");
	p = scan_text(s, start, &v->name_escaped);
	if (p == NULL)
		return NULL;
	v->name = (uint32_t)(start - s->text);
	v->name_len = (uint32_t)(p - start);
	p = skip_space(s, p + 1);
	if (scan_peek(s, p) != ':')
		return scan_fail(s, p, "a colon is expected");
	return skip_space(s, p + 1);
}

static inline const char *
read_word(struct scan *s, const char *p, const char *word, size_t len)
{
	if ((size_t)(s->end - p) < len || memcmp(p, word, len) != 0)
		return scan_fail(s, p, "a value is expected");
	return p + len;
}

/* Reads a value that holds no others. */
static inline const char *
read_scalar(struct scan *s, const char *p, struct scan_value *v)
{
	switch (scan_peek(s, p)) {
	case '"':
		v->type = SCAN_TEXT;
		v->start++;
		p = scan_text(s, p + 1, &v->escaped);
		if (p == NULL)
			return NULL;
		v->len = (uint32_t)(p - s->text) - v->start;
		return p + 1;
	case 't':
		v->type = SCAN_TRUE;
		p = read_word(s, p, "true", 4);
		break;
	case 'f':
		v->type = SCAN_FALSE;
		p = read_word(s, p, "false", 5);
		break;
	case 'n':
		v->type = SCAN_NULL;
		p = read_word(s, p, "null", 4);
		break;
	default:
		p = scan_number(s, p, v);
	}
	if (p != NULL)
		v->len = (uint32_t)(p - s->text) - v->start;
	return p;
}

static inline struct scan_value *
add_value(struct scan *s)
{
	MEM_GROW(s->value, s->count, s->cap);
	return &s->value[s->count++];
}

/* Begins an object or array. While it is open, `next` is what holds it. */
static inline const char *
open_value(struct scan *s, const char *p, struct scan_value *v)
{
	if (++s->depth > s->depth_max)
		return fail_deep(s);
	v->type = *p == '{' ? SCAN_OBJECT : SCAN_ARRAY;
	v->next = s->open;
	s->open = (uint32_t)(v - s->value);
	return skip_space(s, p + 1);
}

static inline unsigned char
closer(const struct scan *s)
{
	return s->value[s->open].type == SCAN_OBJECT ? '}' : ']';
}

/* Ends what is open at its closing bracket, and goes on in what holds it. */
static inline const char *
close_value(struct scan *s, const char *p)
{
	struct scan_value *v = &s->value[s->open];
	uint32_t outer = v->next;

	v->next = (uint32_t)s->count;
	v->len = (uint32_t)(p + 1 - s->text) - v->start;
	if (v->type == SCAN_OBJECT && v->count > 1) {
		uint32_t twice = scan_name_twice(s, s->open);

		if (twice != 0)
			return fail_twice(s, twice);
	}
	s->open = outer;
	s->depth--;
	return p + 1;
}

/* Closes what ends here, up to the next value or the end of the root. */
static inline const char *
read_between(struct scan *s, const char *p)
{
	while (s->depth > 0) {
		p = skip_space(s, p);
		if (scan_peek(s, p) == ',')
			return skip_space(s, p + 1);
		if (scan_peek(s, p) != closer(s))
			return scan_fail(s, p,
			    closer(s) == '}' ? "',' or '}' is expected"
					     : "',' or ']' is expected");
		p = close_value(s, p);
		if (p == NULL)
			return NULL;
	}
	return p;
}

/* Reads one value, or no more than the opening of one that holds others. */
static inline const char *
read_value(struct scan *s, const char *p)
{
	struct scan_value *v = add_value(s);
	unsigned char c;

	*v = (struct scan_value){.next = (uint32_t)s->count};
	if (s->depth > 0) {
		struct scan_value *outer = &s->value[s->open];

		outer->count++;
		if (outer->type == SCAN_OBJECT)
			p = read_name(s, p, v);
		if (p == NULL)
			return NULL;
	}
	v->start = (uint32_t)(p - s->text);
	c = scan_peek(s, p);
	if (c == '{' || c == '[') {
		p = open_value(s, p, v);
		if (p == NULL || scan_peek(s, p) != closer(s))
			return p;
	} else {
		p = read_scalar(s, p, v);
	}
	return p == NULL ? NULL : read_between(s, p);
}

static bool
fail_many(struct scan *s)
{
	snprintf(s->why, sizeof s->why, "too many values");
	return false;
}

static bool
read_root(struct scan *s)
{
	const char *p = skip_space(s, s->text);
	unsigned char c = scan_peek(s, p);

	if (c != '{' && c != '[')
		return scan_fail(s, p, "'{' or '[' is expected") != NULL;
	do {
		if (s->count == s->count_max && s->count > 0)
			return fail_many(s);
		p = read_value(s, p);
	} while (p != NULL && s->depth > 0);
	if (p == NULL)
		return false;
	p = skip_space(s, p);
	return p == s->end || scan_fail(s, p, "there is more") != NULL;
}

bool
scan_read(struct scan *s, const char *text, size_t len, unsigned depth_max,
    const char **why)
{
	if (len < USUAL_LINE)
		scan_trim(s);
	s->text = s->end = text;
	s->count = s->open = s->depth = 0;
	s->depth_max = depth_max;
	if (len <= UINT32_MAX / 2) {
		s->end += len;
		if (read_root(s))
			return true;
	} else {
		snprintf(s->why, sizeof s->why, "too long");
	}
	s->count = 0;
	*why = s->why;
	return false;
}

static bool
is_written(const char *p, size_t len, bool escaped, const char *s)
{
	size_t n = strlen(s);

	if (escaped)
		return scan_decodes_to(p, p + len, s, n);
	return n == len && memcmp(p, s, n) == 0;
}

bool
scan_text_is(const struct scan *scan, uint32_t text, const char *s)
{
	const struct scan_value *v = &scan->value[text];

	return v->type == SCAN_TEXT &&
	    is_written(scan->text + v->start, v->len, v->escaped, s);
}

bool
scan_name_is(const struct scan *scan, uint32_t member, const char *s)
{
	const struct scan_value *v = &scan->value[member];

	return v->name > 0 &&
	    is_written(scan->text + v->name, v->name_len, v->name_escaped, s);
}

uint32_t
scan_member(const struct scan *scan, uint32_t object, const char *name)
{
	const struct scan_value *value = scan->value;
	uint32_t i;

	if (scan->count == 0 || value[object].type != SCAN_OBJECT)
		return 0;
	for (i = object + 1; i < value[object].next; i = value[i].next)
		if (scan_name_is(scan, i, name))
			return i;
	return 0;
}

static void
add_decoded(struct buf *out, const char *p, size_t len, bool escaped)
{
	if (escaped)
		scan_decode(out, p, p + len);
	else
		buf_add(out, p, len);
}

void
scan_add_text(struct buf *out, const struct scan *scan, uint32_t text)
{
	const struct scan_value *v = &scan->value[text];

	add_decoded(out, scan->text + v->start, v->len, v->escaped);
}

void
scan_add_name(struct buf *out, const struct scan *scan, uint32_t member)
{
	const struct scan_value *v = &scan->value[member];

	add_decoded(out, scan->text + v->name, v->name_len, v->name_escaped);
}

void
scan_add_source(struct buf *out, const struct scan *scan, uint32_t value)
{
	const struct scan_value *v = &scan->value[value];
	size_t quote = v->type == SCAN_TEXT;

	buf_add(out, scan->text + v->start - quote, v->len + 2 * quote);
}

/* Reading mountinfo, whose blanks and backslashes are \ooo. */
#include "mountinfo.h"

#include "mem.h"

void
mount_init(struct mount *m)
{
	*m = (struct mount){.id = 0};
	buf_init(&m->root);
	buf_init(&m->point);
	buf_init(&m->type);
	buf_init(&m->options);
}

void
mount_release(struct mount *m)
{
	buf_release(&m->root);
	buf_release(&m->point);
	buf_release(&m->type);
	buf_release(&m->options);
}

static bool
is_octal(const char *digits)
{
	int i;

	for (i = 0; i < 3; i++)
		if (digits[i] < '0' || digits[i] > (i == 0 ? '3' : '7'))
			return false;
	return true;
}

static const char *
take_word(struct buf *word, const char *at)
{
	buf_clear(word);
	at += strspn(at, " ");
	for (; *at != '\0' && *at != ' ' && *at != '\n'; at++) {
		if (*at == '\\' && is_octal(at + 1)) {
			buf_add_char(word,
			    (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 +
				(at[3] - '0')));
			at += 3;
		} else
			buf_add_char(word, *at);
	}
	return at;
}

/* NULL where there is none, or none that an uint64_t holds. */
static const char *
take_number(uint64_t *value, const char *at)
{
	uint64_t digit;

	if (*at < '0' || *at > '9')
		return NULL;
	for (*value = 0; *at >= '0' && *at <= '9'; at++) {
		digit = (uint64_t)(*at - '0');
		if (*value > (UINT64_MAX - digit) / 10)
			return NULL;
		*value = *value * 10 + digit;
	}
	return at;
}

/* "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS … - TYPE SOURCE OPTIONS" */
static bool
parse(struct mount *m, const char *line)
{
	const char *at = take_number(&m->id, line), *dash;
	int i;

	if (at == NULL)
		return false;
	for (i = 0; i < 3; i++)
		at = take_word(&m->root, at);
	at = take_word(&m->point, at);
	dash = strstr(at, " - ");
	if (dash == NULL || dash > at + strcspn(at, "\n"))
		return false;
	at = take_word(&m->type, dash + 3);
	at = take_word(&m->options, at);
	take_word(&m->options, at);
	return m->type.len > 0;
}

bool
mount_next(struct mount *m, const char **at)
{
	const char *line;

	while (**at != '\0') {
		line = *at;
		*at += strcspn(line, "\n");
		*at += **at == '\n';
		if (parse(m, line))
			return true;
	}
	return false;
}

bool
mount_has_option(const struct mount *m, const char *option)
{
	const char *at = m->options.data;
	size_t n = strlen(option), length;

	for (;; at += length + 1) {
		length = strcspn(at, ",");
		if (length == n && memcmp(at, option, n) == 0)
			return true;
		if (at[length] == '\0')
			return false;
	}
}

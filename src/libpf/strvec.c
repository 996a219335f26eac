/* Owned lists of strings. */
#include "strvec.h"

#include <stdarg.h>

#include "buf.h"
#include "mem.h"

void
strvec_release(struct strvec *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		free(s->item[i]);
	free(s->item);
	s->item = NULL;
	s->count = s->cap = 0;
}

static void
add_owned(struct strvec *s, char *text)
{
	MEM_GROW(s->item, s->count + 1, s->cap);
	s->item[s->count++] = text;
	s->item[s->count] = NULL;
}

void
strvec_add(struct strvec *s, const char *text)
{
	add_owned(s, mem_dup(text));
}

void
strvec_addf(struct strvec *s, const char *format, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, format);
	buf_vaddf(&b, format, ap);
	va_end(ap);
	add_owned(s, buf_take(&b));
}

void
strvec_add_all(struct strvec *s, char *const list[])
{
	for (; *list != NULL; list++)
		strvec_add(s, *list);
}

static size_t
env_index(const struct strvec *s, const char *name)
{
	size_t len = strlen(name), i;

	for (i = 0; i < s->count; i++)
		if (strncmp(s->item[i], name, len) == 0 &&
		    s->item[i][len] == '=')
			break;
	return i;
}

const char *
strvec_env_get(const struct strvec *s, const char *name)
{
	size_t i = env_index(s, name);

	return i == s->count ? NULL : s->item[i] + strlen(name) + 1;
}

void
strvec_env_set(struct strvec *s, const char *name, const char *value)
{
	size_t i = env_index(s, name);

	if (i < s->count && value != NULL) {
		free(s->item[i]);
		s->item[i] = mem_printf("%s=%s", name, value);
	} else if (i < s->count) {
		free(s->item[i]);
		s->item[i] = s->item[--s->count];
		s->item[s->count] = NULL;
	} else if (value != NULL) {
		strvec_addf(s, "%s=%s", name, value);
	}
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
strvec_sort(struct strvec *s)
{
	if (s->count > 1)
		qsort(s->item, s->count, sizeof *s->item, compare);
}

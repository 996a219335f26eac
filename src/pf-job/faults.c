/* Faults of a file, in the order of its lines. */
#include "faults.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include "buf.h"
#include "mem.h"
#include "msg.h"

#define TOLD_MAX 100
#define TEXT_MAX 400 /* bytes */

void
faults_release(struct faults *f)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		free(f->item[i].text);
	free(f->item);
	*f = (struct faults)FAULTS_INIT;
}

/* What a long value is and what is wrong with it stand at the two ends. */
static void
shorten(struct buf *text)
{
	struct buf whole = *text;

	buf_init(text);
	buf_add(text, whole.data, TEXT_MAX / 2);
	buf_add_str(text, " [...] ");
	buf_add(text, whole.data + whole.len - TEXT_MAX / 2, TEXT_MAX / 2);
	buf_release(&whole);
}

void
faults_add(struct faults *f, unsigned line, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, format);
	buf_vaddf(&text, format, ap);
	va_end(ap);
	if (text.len > TEXT_MAX)
		shorten(&text);
	MEM_GROW(f->item, f->count, f->cap);
	f->item[f->count].line = line;
	f->item[f->count++].text = buf_take(&text);
}

static int
by_line(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return strcmp(x->text, y->text);
}

static bool
is_repeated(const struct faults *f, size_t i)
{
	return i > 0 && by_line(&f->item[i - 1], &f->item[i]) == 0;
}

void
faults_tell(struct faults *f, const char *source)
{
	size_t told = 0, more = 0, i;

	if (f->count > 1)
		qsort(f->item, f->count, sizeof *f->item, by_line);
	for (i = 0; i < f->count; i++) {
		const struct fault *fault = &f->item[i];

		if (is_repeated(f, i))
			continue;
		if (told++ >= TOLD_MAX)
			more++;
		else if (fault->line == 0)
			msg_warnx("%s: %s", source, fault->text);
		else
			msg_warnx(
			    "%s line %u: %s", source, fault->line, fault->text);
	}
	if (more > 0)
		msg_warnx("%s: %zu more errors", source, more);
}

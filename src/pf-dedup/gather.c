/* A crash that is understood: into its group, to who waits for it, and out. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "dedup.h"
#include "emit.h"
#include "hook.h"
#include "out.h"

/* A new group is told once, with the first of its crashes. */
static void
tell_new(struct dedup *d, struct group *g, const char *line, size_t len)
{
	struct buf whole = BUF_INIT;
	int status;

	if (d->on_new == NULL || g->known || g->count > 1)
		return;
	buf_add(&whole, line, len);
	if (len == 0 || line[len - 1] != '\n')
		buf_add_char(&whole, '\n');
	/* What was said by now is said before what the command says. */
	out_flush();
	status = hook_run(
	    "--on-new", d->on_new, whole.data, whole.len, d->on_new_ms);
	g->untold = status != 0;
	d->status = exit_worse(d->status, status);
	buf_release(&whole);
}

static void
gather(struct dedup *d, json_t *event, const char *line, size_t len)
{
	ssize_t index = groups_add(&d->groups, event);
	struct group *g;

	if (index < 0)
		return;
	g = groups_at(&d->groups, (size_t)index);
	if (d->seen != NULL)
		seen_add(d->seen, 'i', event_text(event, "id"), group_name(g));
	if (d->sort_into != NULL || d->output->details)
		details_add(&d->details, (size_t)index, event);
	tell_new(d, g, line, len);
}

void
crash_out(struct dedup *d, json_t *event, const char *line, size_t len)
{
	if (d->diff != NULL)
		return;
	if (!d->output->events || d->remembers || d->on_new != NULL ||
	    d->sort_into != NULL)
		gather(d, event, line, len);
	if (!d->output->events)
		return;
	out_add(line, len);
	if (len == 0 || line[len - 1] != '\n')
		out_add("\n", 1);
}

/* All that a group takes from a crash whose report it has had already. */
static json_t *
short_event(const char *path, const char *group, int64_t time_ms)
{
	char *whole = realpath(path, NULL);
	struct buf text = BUF_INIT;
	char time[CLOCK_TEXT];
	struct emit e;
	json_t *event;

	clock_format(time_ms, time);
	emit_begin(&e, &text);
	emit_object(&e, NULL);
	emit_string(&e, "time", time);
	emit_object(&e, "data");
	emit_string(&e, "group", group);
	emit_object(&e, "input");
	emit_bytes_str(&e, "path", whole != NULL ? whole : path);
	emit_end(&e);
	emit_end(&e);
	emit_end(&e);
	event = json_loadb(text.data, text.len, 0, NULL);
	buf_release(&text);
	free(whole);
	return event;
}

bool
crash_is_known(struct dedup *d, const char *path)
{
	const struct group *g;
	char group[17];
	struct stat st;
	json_t *event;

	if (d->output->events || d->output->details || d->explain ||
	    d->sort_into != NULL || stat(path, &st) < 0 ||
	    !seen_file(d->seen, d->file_key, group))
		return false;
	g = groups_find(&d->groups, group);
	if (g == NULL || !g->known)
		return false;
	event = short_event(path, group, clock_from_timespec(st.st_mtim));
	groups_add(&d->groups, event);
	json_decref(event);
	d->crashes++;
	return true;
}

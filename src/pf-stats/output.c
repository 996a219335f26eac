/* Passing event lines on. */
#include "output.h"

#include <errno.h>
#include <jansson.h>
#include <sys/ioctl.h>
#include <sysexits.h>

#include "event.h"
#include "hook.h"
#include "msg.h"
#include "out.h"
#include "stage.h"

static void
add(struct output *o, const json_t *event)
{
	if (o->table != NULL)
		table_add(o->table, event);
	if (o->prometheus != NULL)
		prometheus_add(o->prometheus, event);
	if (o->alerts != NULL)
		alerts_add(o->alerts, event);
}

static bool
is_parsed(const struct output *o)
{
	return o->table != NULL || o->prometheus != NULL || o->alerts != NULL;
}

void
output_line(struct output *o, const struct buf *line)
{
	const char *why;
	json_t *event;

	if (o->lines &&
	    (!o->follows || !told_before(&o->told, line->data, line->len)))
		out_add(line->data, line->len);
	if (!is_parsed(o))
		return;
	event = event_parse(line->data, line->len, &why);
	if (event != NULL)
		add(o, event);
	json_decref(event);
}

void
output_foreign(
    struct output *o, const char *line, size_t len, unsigned long long number)
{
	const char *why;
	json_t *event = event_parse(line, len, &why);

	if (event == NULL) {
		msg_warnx("standard input line %llu: %s", number, why);
		o->status = exit_worse(o->status, 1);
		return;
	}
	if (o->lines) {
		out_add(line, len);
		out_add("\n", 1);
	}
	add(o, event);
	json_decref(event);
}

/* Where an alert shows beside its own line. */
static void
show_alert(const json_t *event, void *context)
{
	struct output *o = context;

	if (o->table != NULL)
		table_add(o->table, event);
	if (o->prometheus != NULL)
		prometheus_add(o->prometheus, event);
}

/* Standard output is a table or metrics: no place for an event line. */
static bool
has_other_form(const struct output *o)
{
	return o->table != NULL ||
	    (o->prometheus != NULL && strcmp(o->prometheus_path, "-") == 0);
}

/*
 * An alert is for somebody to see, whatever form the rest has. The command goes
 * before standard output, whose end of the pipe may be what has broken.
 */
static void
tell_alert(const struct buf *line, void *context)
{
	struct output *o = context;
	const char *why;
	json_t *event = event_parse(line->data, line->len, &why);

	if (!has_other_form(o))
		out_add(line->data, line->len);
	show_alert(event, o);
	json_decref(event);
	if (o->on_alert == NULL)
		return;
	o->status = exit_worse(o->status,
	    hook_run("--on-alert", o->on_alert, line->data, line->len,
		o->on_alert_ms));
}

/* False when standard output is no terminal. */
static bool
terminal_size(struct table_view *view)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2 ||
	    size.ws_row < 2)
		return false;
	view->width = size.ws_col;
	view->height = size.ws_row;
	return true;
}

/*
 * Over what is there: each line is cleared behind its text, then all below the
 * last, so that nothing flickers. What the terminal has no line for is left
 * out, since it would move all the others.
 */
static void
write_in_place(const struct buf *text, unsigned height)
{
	static const char home[] = "\033[H", clear_line[] = "\033[K\n",
			  clear_rest[] = "\033[J";
	const char *line = text->data, *end;

	out_add(home, sizeof home - 1);
	for (; height > 1 && (end = strchr(line, '\n')) != NULL; height--) {
		out_add(line, (size_t)(end - line));
		out_add(clear_line, sizeof clear_line - 1);
		line = end + 1;
	}
	out_add(clear_rest, sizeof clear_rest - 1);
}

static void
write_table(struct output *o, int64_t now_ms)
{
	struct table_view view = {.now_ms = now_ms, .by_node = o->by_node};
	struct buf text = BUF_INIT;
	bool terminal = terminal_size(&view);

	if (terminal && (o->redraw || o->follows)) {
		/* At the last column there is nothing behind to be cleared. */
		view.width--;
		table_text(o->table, &view, &text);
		write_in_place(&text, view.height);
	} else {
		view.height = 0;
		table_text(o->table, &view, &text);
		if (o->tables++ > 0)
			out_add("\n", 1);
		out_add(text.data, text.len);
	}
	buf_release(&text);
}

static int
write_metrics(const struct output *o, int64_t now_ms)
{
	struct buf text = BUF_INIT;
	int status = 0;

	prometheus_text(o->prometheus, now_ms, &text);
	if (strcmp(o->prometheus_path, "-") == 0) {
		out_add(text.data, text.len);
	} else if (stage_write_path(o->prometheus_path, text.data, text.len) <
	    0) {
		status = errno == ENOENT || errno == ENOTDIR || errno == EISDIR
		    ? EX_CANTCREAT
		    : msg_exit_code(errno);
		msg_warn("write %s", msg_quote(o->prometheus_path));
	}
	buf_release(&text);
	return status;
}

int
output_round(struct output *o, int64_t now_ms)
{
	int status = 0;

	if (o->alerts != NULL) {
		if (alerts_judge(o->alerts, now_ms, tell_alert, o) > 0)
			status = 1;
		alerts_each_firing(o->alerts, show_alert, o);
		out_flush();
		status = exit_worse(status, alerts_save(o->alerts));
	}
	if (o->table != NULL)
		write_table(o, now_ms);
	if (o->prometheus != NULL)
		status = exit_worse(status, write_metrics(o, now_ms));
	out_flush();
	status = exit_worse(status, o->status);
	o->status = 0;
	return status;
}

void
output_begin(struct output *o)
{
	told_next_round(&o->told);
	if (o->table != NULL)
		table_clear(o->table);
	if (o->prometheus != NULL)
		prometheus_clear(o->prometheus);
}

void
output_release(struct output *o)
{
	table_free(o->table);
	prometheus_free(o->prometheus);
	alerts_free(o->alerts);
	told_release(&o->told);
}

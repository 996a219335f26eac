/* Groups of crashes, and the crashes that have none. */
#include <ctype.h>
#include <jansson.h>

#include "html.h"
#include "page.h"
#include "shell.h"

/* So many are shown of what has no group; all are counted. */
#define UNRESOLVED_SHOWN 100

struct section {
	struct buf *out;
	struct db *db;
	bool failed;
	bool first;
	char unit; /* what separates the next of a list */
};

static void
fact(struct buf *out, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	buf_addf(out, "<dt>%s</dt><dd>", name);
	html_line(out, text);
	buf_add_str(out, "</dd>\n");
}

static void
fact_time(struct buf *out, const char *name, int64_t ms)
{
	buf_addf(out, "<dt>%s</dt><dd>", name);
	html_time(out, ms);
	buf_add_str(out, "</dd>\n");
}

/* One frame of a stack, of which any part may be missing. */
static void
write_frame(struct buf *out, size_t number, const json_t *frame)
{
	const char *function =
	    json_string_value(json_object_get(frame, "function"));
	const char *file = json_string_value(json_object_get(frame, "file"));
	const char *module =
	    json_string_value(json_object_get(frame, "module"));
	const json_t *line = json_object_get(frame, "line");
	const json_t *offset = json_object_get(frame, "offset");

	buf_addf(out, "#%zu ", number);
	html_line(out, function != NULL ? function : "??");
	if (file != NULL) {
		buf_add_char(out, ' ');
		html_line(out, file);
		if (json_is_integer(line))
			buf_addf(out, ":%" JSON_INTEGER_FORMAT,
			    json_integer_value(line));
	} else if (module != NULL) {
		buf_add_str(out, " (");
		html_line(out, module);
		if (json_is_integer(offset))
			buf_addf(out, "+0x%llx",
			    (unsigned long long)json_integer_value(offset));
		else if (json_is_string(offset)) {
			buf_add_char(out, '+');
			html_line(out, json_string_value(offset));
		}
		buf_add_char(out, ')');
	}
	buf_add_char(out, '\n');
}

static void
write_stack(struct buf *out, const struct query_crash *crash)
{
	json_t *frames =
	    crash->frames == NULL ? NULL : json_loads(crash->frames, 0, NULL);
	size_t i;

	if (json_array_size(frames) > 0) {
		buf_add_str(out,
		    "<details><summary>Stack</summary>\n"
		    "<pre tabindex=\"0\">");
		for (i = 0; i < json_array_size(frames); i++)
			write_frame(out, i, json_array_get(frames, i));
		buf_add_str(out, "</pre></details>\n");
	}
	json_decref(frames);
	if (crash->trace == NULL || *crash->trace == '\0')
		return;
	buf_add_str(out,
	    "<details><summary>What the program printed</summary>\n"
	    "<pre tabindex=\"0\">");
	html_text(out, crash->trace);
	buf_add_str(out, "</pre></details>\n");
}

static void
write_input(struct buf *out, const struct query_crash *crash)
{
	buf_add_str(out, "<dt>input</dt><dd><code>");
	html_line(out, crash->input_name != NULL ? crash->input_name : "?");
	buf_add_str(out, "</code>");
	if (crash->bytes >= 0) {
		buf_add_str(out, ", ");
		html_count(out, crash->bytes);
		buf_add_str(out, " bytes");
	}
	if (crash->xxh128 != NULL) {
		buf_add_str(out, ", xxh128 <code>");
		html_line(out, crash->xxh128);
		buf_add_str(out, "</code>");
	}
	buf_add_str(out, "</dd>\n");
}

static void
write_command(struct buf *out, const struct query_crash *crash)
{
	struct buf line = BUF_INIT;
	json_t *command =
	    crash->command == NULL ? NULL : json_loads(crash->command, 0, NULL);
	json_t *env =
	    crash->env == NULL ? NULL : json_loads(crash->env, 0, NULL);
	const char *input = crash->input_path != NULL ? crash->input_path
	    : crash->input_name != NULL               ? crash->input_name
						      : "INPUT";

	if (shell_reproduce(&line, command, env, input, crash->fuzzer)) {
		buf_add_str(
		    out, "<p>To reproduce:</p>\n<pre class=\"command\">");
		html_bytes(out, line.data, line.len);
		buf_add_str(out, "</pre>\n");
	} else {
		buf_add_str(out,
		    "<p class=\"soft\">How it was run is not known.</p>\n");
	}
	json_decref(command);
	json_decref(env);
	buf_release(&line);
}

static int
write_example(void *context, const struct query_crash *crash)
{
	struct buf *out = context;

	buf_add_str(out, "<dl class=\"facts\">\n");
	write_input(out, crash);
	fact(out, "job", crash->job);
	fact(out, "node", crash->node);
	fact(out, "build", crash->build_id);
	buf_add_str(out, "</dl>\n");
	write_command(out, crash);
	write_stack(out, crash);
	return 0;
}

static int
write_place(void *context, const char *target, const char *fuzzer)
{
	struct section *s = context;

	if (!s->first)
		buf_add_str(s->out, ", ");
	s->first = false;
	html_line(s->out, target != NULL ? target : "not named");
	buf_add_str(s->out, " (");
	html_line(s->out, fuzzer != NULL ? fuzzer : "fuzzer not named");
	buf_add_char(s->out, ')');
	return 0;
}

static void
write_badge(struct buf *out, const char *severity)
{
	const char *name = query_severities[query_severity(severity)];
	const char *c;

	buf_add_str(out, "<article class=\"");
	for (c = name; *c != '\0'; c++)
		buf_add_char(out, (char)tolower((unsigned char)*c));
	buf_addf(out, "\">\n<h3><span class=\"badge\">%s</span>", name);
}

static void
write_group_facts(struct section *s, const struct query_group *g)
{
	struct buf *out = s->out;

	buf_add_str(out, "<dl class=\"facts\">\n");
	if (g->site == NULL || strcmp(g->site, g->key) != 0)
		fact(out, "group", g->key);
	fact(out, "why", g->why);
	fact(out, "state", g->state);
	buf_add_str(out, "<dt>found in</dt><dd>");
	s->first = true;
	if (query_group_places(s->db, g->key, write_place, s) < 0)
		s->failed = true;
	buf_add_str(out, "</dd>\n<dt>crashes</dt><dd>");
	html_count(out, g->crashes);
	buf_add_str(out, "</dd>\n");
	fact_time(out, "first seen", g->first_seen);
	fact_time(out, "last seen", g->last_seen);
	buf_add_str(out, "</dl>\n");
}

static int
write_group(void *context, const struct query_group *g)
{
	struct section *s = context;
	struct buf *out = s->out;

	write_badge(out, g->severity);
	html_line(out, g->kind != NULL ? g->kind : "kind not known");
	buf_add_str(out, " in <code>");
	html_line(out, g->site != NULL ? g->site : g->key);
	buf_add_str(out, "</code></h3>\n");
	write_group_facts(s, g);
	if (g->example != NULL &&
	    query_crash(s->db, g->example, write_example, out) < 0)
		s->failed = true;
	buf_add_str(out, "</article>\n");
	return s->failed;
}

int
page_groups(struct buf *out, struct db *db)
{
	struct section s = {.out = out, .db = db};

	if (query_groups(db, write_group, &s) < 0)
		return -1;
	return s.failed ? -1 : 0;
}

static int
write_unresolved(void *context, const struct query_crash *crash)
{
	struct buf *out = context;

	buf_add_str(out,
	    "<article class=\"unrated\">\n<h3>"
	    "<span class=\"badge\">UNRESOLVED</span>");
	html_line(out, crash->kind != NULL ? crash->kind : "kind not known");
	buf_add_str(out, "</h3>\n<dl class=\"facts\">\n");
	fact(out, "target", crash->target);
	fact(out, "fuzzer", crash->fuzzer);
	fact_time(out, "found", crash->time);
	buf_add_str(out, "</dl>\n");
	write_example(out, crash);
	buf_add_str(out, "</article>\n");
	return 0;
}

int
page_unresolved(struct buf *out, struct db *db, int64_t count)
{
	buf_add_str(out,
	    "<p>Crash inputs without a stack that could be read: <strong>");
	html_count(out, count);
	buf_add_str(
	    out, "</strong>. Nothing can be said about which bugs they are.");
	if (count > UNRESOLVED_SHOWN)
		buf_addf(out, " The latest %d are shown.", UNRESOLVED_SHOWN);
	buf_add_str(out, "</p>\n");
	return query_unresolved(db, UNRESOLVED_SHOWN, write_unresolved, out);
}

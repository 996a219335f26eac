/*
 * --sarif: SARIF 2.1.0 (OASIS standard, 27 March 2020), within what GitHub's
 * code scanning takes (docs.github.com, "SARIF support for code scanning"):
 * one location a result at least, 25,000 results and rules a run, 255
 * characters of an identifier and 1024 of a description.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "dedup.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

#define RESULTS_MAX 25000
#define ID_MAX 200
#define TEXT_MAX 1000
#define FRAMES_MAX 64
/* Hashes of inputs in one result's properties. */
#define INPUTS_MAX 100

static const struct {
	const char *level;
	const char *score; /* within GitHub's bounds for the same word */
} ratings[] = {
    [RATING_LOW] = {"note", "2.0"},
    [RATING_MEDIUM] = {"warning", "5.0"},
    [RATING_HIGH] = {"error", "8.0"},
    [RATING_CRITICAL] = {"error", "9.5"},
};

/* A kind by its severity: GitHub takes the score from the rule. */
static void
rule_id(struct buf *out, const struct groups *groups, const struct group *g)
{
	const char *kind = group_kind(groups, g);
	const char *rating = severity_name((enum rating)g->rating);

	buf_clear(out);
	for (; kind != NULL && *kind != '\0' && out->len < ID_MAX; kind++)
		if (isalnum((unsigned char)*kind))
			buf_add_char(out, (char)tolower((unsigned char)*kind));
		else if (out->len > 0 && out->data[out->len - 1] != '-')
			buf_add_char(out, '-');
	if (out->len == 0)
		buf_add_str(out, "crash");
	buf_add_char(out, '/');
	for (; *rating != '\0'; rating++)
		buf_add_char(out, (char)tolower((unsigned char)*rating));
}

/* At most TEXT_MAX bytes, which are not more characters, cut between them. */
static void
emit_cut(struct emit *e, const char *key, const char *text)
{
	size_t len = strlen(text);
	char *cut;

	if (len > TEXT_MAX)
		for (len = TEXT_MAX; ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	cut = mem_dup_n(text, len);
	emit_string(e, key, cut);
	free(cut);
}

static void
emit_message(struct emit *e, const char *key, const char *text)
{
	emit_object(e, key);
	emit_cut(e, "text", text);
	emit_end(e);
}

/* Text of an event as a URI reference (RFC 3986). */
static void
add_uri(struct buf *out, const char *text)
{
	struct buf bytes = BUF_INIT;

	emit_decode(&bytes, text, strlen(text));
	if (bytes.len > 0 && bytes.data[0] == '/')
		buf_add_str(out, "file://");
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.data[i];

		if (c < 0x80 &&
		    (isalnum(c) || strchr("/-._~+,=@", c) != NULL) && c != '\0')
			buf_add_char(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
	buf_release(&bytes);
}

/*
 * Without "." and "..", which readers of the format do not take: as text, since
 * the file need not be here. What goes above the root of the sources is below
 * it, as with builds in a directory of their own.
 */
static void
add_plain(struct buf *out, const char *path)
{
	struct span rest = span_text(path);

	if (*path == '/')
		buf_add_char(out, '/');
	while (rest.len > 0) {
		struct span part = span_before(rest, "/");

		rest = span_skip(rest, part.len + 1);
		if (part.len == 0 || span_is(part, "."))
			continue;
		if (span_is(part, "..")) {
			const char *slash =
			    memrchr(out->data, '/', out->len - (out->len > 0));

			buf_truncate(out,
			    slash == NULL ? 0
				: slash == out->data
				? 1
				: (size_t)(slash - out->data));
			continue;
		}
		if (out->len > 0 && out->data[out->len - 1] != '/')
			buf_add_char(out, '/');
		buf_add(out, part.at, part.len);
	}
}

static void
emit_artifact(struct emit *e, const char *file)
{
	struct buf uri = BUF_INIT, plain = BUF_INIT;

	add_plain(&plain, file);
	add_uri(&uri, plain.data);
	buf_release(&plain);
	emit_object(e, "artifactLocation");
	emit_string(e, "uri", uri.data);
	if (*file != '/')
		emit_string(e, "uriBaseId", "%SRCROOT%");
	emit_end(e);
	buf_release(&uri);
}

/* Where no line is known it is the first: without one a result is refused. */
static void
emit_region(struct emit *e, const json_t *frame)
{
	json_int_t line = json_integer_value(json_object_get(frame, "line"));
	json_int_t column =
	    json_integer_value(json_object_get(frame, "column"));

	emit_object(e, "region");
	emit_i64(e, "startLine", line > 0 ? line : 1);
	if (line > 0 && column > 0)
		emit_i64(e, "startColumn", column);
	emit_end(e);
}

/* `file` is said where the frame has none of its own. */
static void
emit_location(
    struct emit *e, const char *key, const json_t *frame, const char *file)
{
	const char *function = event_text(frame, "function");

	if (event_text(frame, "file") != NULL)
		file = event_text(frame, "file");
	emit_object(e, key);
	if (file != NULL) {
		emit_object(e, "physicalLocation");
		emit_artifact(e, file);
		emit_region(
		    e, event_text(frame, "file") != NULL ? frame : NULL);
		emit_end(e);
	}
	if (function != NULL) {
		emit_array(e, "logicalLocations");
		emit_object(e, NULL);
		emit_cut(e, "fullyQualifiedName", function);
		emit_string(e, "kind", "function");
		emit_end(e);
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_stack(struct emit *e, const json_t *frames)
{
	if (json_array_size(frames) == 0)
		return;
	emit_array(e, "stacks");
	emit_object(e, NULL);
	emit_array(e, "frames");
	for (size_t i = 0; i < json_array_size(frames) && i < FRAMES_MAX; i++) {
		const json_t *frame = json_array_get(frames, i);
		const char *module = event_text(frame, "module");

		emit_object(e, NULL);
		emit_location(e, "location", frame, NULL);
		if (module != NULL)
			emit_cut(e, "module", module);
		emit_end(e);
	}
	emit_end(e);
	emit_end(e);
	emit_end(e);
}

/* The place that a site ends with: "f a.c:3". NULL where it has none. */
static json_t *
place_of_site(const char *site)
{
	const char *blank = strrchr(site, ' ');
	const char *file = blank != NULL ? blank + 1 : site;
	const char *colon = strrchr(file, ':');
	struct span digits = colon == NULL ? SPAN_NONE : span_text(colon + 1);
	uint64_t line;

	if (colon == file || !span_decimal(&digits, &line) || digits.len > 0 ||
	    line > INT32_MAX)
		return NULL;
	return json_pack("{s:s%, s:i}", "file", file, (size_t)(colon - file),
	    "line", (int)line);
}

/*
 * The site's frame or the place that it names. Where no file is known, the
 * module stands for it or else the input: without any place a result is
 * refused.
 */
static void
emit_place(struct emit *e, const struct group *g, const json_t *example)
{
	const json_t *frame = site_frame(example, group_site(g));
	json_t *place = event_text(frame, "file") == NULL
	    ? place_of_site(group_site(g))
	    : NULL;
	const char *file = event_text(frame, "module");

	if (file == NULL)
		file = example_input(example);
	emit_array(e, "locations");
	emit_location(e, NULL, place != NULL ? place : frame, file);
	emit_end(e);
	json_decref(place);
}

static void
emit_prints(struct emit *e, const struct group *g, const json_t *example)
{
	const char *stack = data_text(example, "stack");
	const char *linefree = data_text(example, "site_linefree");

	emit_object(e, "partialFingerprints");
	emit_string(e, "group/v1", group_name(g));
	if (*group_site(g) != '\0')
		emit_cut(e, "site/v1", group_site(g));
	if (stack != NULL)
		emit_cut(e, "stack/v1", stack);
	if (linefree != NULL)
		emit_cut(e, "siteLinefree/v1", linefree);
	emit_end(e);
}

static void
emit_inputs(struct emit *e, const struct strvec *members)
{
	emit_array(e, "inputs");
	for (size_t i = 0; i < members->count && i < INPUTS_MAX; i++) {
		json_t *member = json_loads(members->item[i], 0, NULL);
		const char *hash =
		    event_text(json_object_get(member, "input"), "xxh128");

		if (hash != NULL)
			emit_string(e, NULL, hash);
		json_decref(member);
	}
	emit_end(e);
}

static void
emit_properties(struct emit *e, const struct dedup *d, const struct group *g,
    const struct detail *detail)
{
	const char *why = group_why(&d->groups, g);

	emit_object(e, "properties");
	emit_string(e, "group", group_name(g));
	emit_string(e, "severity", severity_name((enum rating)g->rating));
	if (why != NULL)
		emit_string(e, "why", why);
	emit_u64(e, "count", g->count);
	emit_string(e, "rules", rules_version(d->rules));
	emit_inputs(e, &detail->members);
	emit_end(e);
}

static void
result_text(struct buf *out, const struct dedup *d, const struct group *g)
{
	const char *kind = group_kind(&d->groups, g);
	const char *why = group_why(&d->groups, g);

	buf_clear(out);
	buf_add_str(out, kind != NULL ? kind : "crash");
	buf_addf(out, " in %s",
	    *group_site(g) != '\0' ? group_site(g) : group_name(g));
	if (why != NULL)
		buf_addf(out, " (%s: %s)",
		    severity_name((enum rating)g->rating), why);
}

static void
emit_result(struct emit *e, struct dedup *d, size_t index, uint32_t rule)
{
	const struct group *g = groups_at(&d->groups, index);
	const struct detail *detail = details_of(&d->details, index);
	const json_t *data = json_object_get(detail->example, "data");
	struct buf text = BUF_INIT;

	emit_object(e, NULL);
	rule_id(&text, &d->groups, g);
	emit_string(e, "ruleId", text.data);
	emit_u64(e, "ruleIndex", rule);
	emit_string(e, "level", ratings[g->rating].level);
	if (d->remembers)
		emit_string(e, "baselineState", g->known ? "unchanged" : "new");
	result_text(&text, d, g);
	emit_message(e, "message", text.data);
	emit_place(e, g, detail->example);
	emit_stack(e, json_object_get(data, "frames"));
	emit_prints(e, g, detail->example);
	emit_u64(e, "occurrenceCount", g->count);
	emit_properties(e, d, g, detail);
	emit_end(e);
	buf_release(&text);
}

static void
emit_rule(
    struct emit *e, const char *id, const char *kind, unsigned char rating)
{
	const char *name = severity_name((enum rating)rating);
	struct buf text = BUF_INIT;

	emit_object(e, NULL);
	emit_string(e, "id", id);
	emit_message(e, "shortDescription", kind);
	buf_addf(&text, "%s, rated %s, found by fuzzing", kind, name);
	emit_message(e, "fullDescription", text.data);
	emit_message(e, "help", text.data);
	emit_object(e, "defaultConfiguration");
	emit_string(e, "level", ratings[rating].level);
	emit_end(e);
	emit_object(e, "properties");
	emit_array(e, "tags");
	emit_string(e, NULL, "security");
	emit_string(e, NULL, "fuzzing");
	emit_end(e);
	emit_string(e, "security-severity", ratings[rating].score);
	emit_end(e);
	emit_end(e);
	buf_release(&text);
}

/* The rules in the order of their first results; rule[i] is the i-th's. */
static void
emit_rules(struct emit *e, const struct dedup *d, size_t count, uint32_t *rule)
{
	struct words ids = {0};
	struct buf id = BUF_INIT;

	emit_array(e, "rules");
	for (size_t i = 0; i < count; i++) {
		const struct group *g = groups_ordered(&d->groups, i);
		const char *kind = group_kind(&d->groups, g);
		size_t before = ids.count;

		if (g->count == 0)
			continue;
		rule_id(&id, &d->groups, g);
		rule[i] = words_number(&ids, id.data, id.len) - 1;
		if (ids.count > before)
			emit_rule(e, id.data, kind != NULL ? kind : "crash",
			    g->rating);
	}
	emit_end(e);
	buf_release(&id);
	words_release(&ids);
}

static void
emit_tool(struct emit *e, const struct dedup *d, size_t count, uint32_t *rule)
{
	emit_object(e, "tool");
	emit_object(e, "driver");
	emit_string(e, "name", "pf-dedup");
	emit_string(e, "version", PF_VERSION);
	emit_rules(e, d, count, rule);
	emit_end(e);
	emit_end(e);
	emit_object(e, "properties");
	emit_string(e, "rules", rules_version(d->rules));
	emit_u64(e, "crashes", d->crashes);
	emit_u64(e, "unresolved", d->unresolved);
	emit_end(e);
}

/* Groups that are here, at the most RESULTS_MAX, go on; the rest is told. */
static size_t
count_results(const struct dedup *d, int *status)
{
	size_t here = 0, last = d->groups.count;

	for (size_t i = 0; i < d->groups.count; i++)
		if (groups_ordered(&d->groups, i)->count > 0 &&
		    here++ == RESULTS_MAX)
			last = i;
	if (here <= RESULTS_MAX)
		return last;
	msg_warnx("%zu of %zu groups, the least severe, are not in the SARIF "
		  "file: it holds %d results",
	    here - RESULTS_MAX, here, RESULTS_MAX);
	*status = 1;
	return last;
}

int
sarif_print(struct dedup *d)
{
	struct buf text = BUF_INIT;
	struct emit e;
	uint32_t *rule;
	size_t count;
	int status = 0;

	groups_sort(&d->groups, false);
	count = count_results(d, &status);
	rule = mem_calloc(count + 1, sizeof *rule);
	emit_begin(&e, &text);
	emit_object(&e, NULL);
	emit_string(
	    &e, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	emit_string(&e, "version", "2.1.0");
	emit_array(&e, "runs");
	emit_object(&e, NULL);
	emit_tool(&e, d, count, rule);
	emit_array(&e, "results");
	for (size_t i = 0; i < count; i++) {
		if (groups_ordered(&d->groups, i)->count > 0)
			emit_result(&e, d, d->groups.order[i], rule[i]);
		out_add(text.data, text.len);
		buf_clear(&text);
	}
	while (e.depth > 0)
		emit_end(&e);
	buf_add_char(&text, '\n');
	out_add(text.data, text.len);
	buf_release(&text);
	free(rule);
	return status;
}

/* The status as JSON, as a table and for Prometheus. */
#include <inttypes.h>

#include "clock.h"
#include "emit.h"
#include "opt.h"
#include "status.h"

/* Numbers that there is one of, in the order of all formats. */
static const struct metric {
	const char *json, *prometheus, *type, *help;
	size_t at; /* of the uint64_t in struct status */
} metrics[] = {
    {"batches", "pf_ship_spool_batches", "gauge", "Sealed batches.",
	offsetof(struct status, batches)},
    {"lines", "pf_ship_spool_lines", "gauge", "Event lines in them.",
	offsetof(struct status, lines)},
    {"bytes", "pf_ship_spool_bytes", "gauge", "Bytes of their files.",
	offsetof(struct status, bytes)},
    {"unsealed_batches", "pf_ship_unsealed_batches", "gauge",
	"Batches that are being written, or were left by a killed writer.",
	offsetof(struct status, unsealed)},
    {"unreadable_files", "pf_ship_unreadable_files", "gauge",
	"Files among the sealed batches that are none.",
	offsetof(struct status, unreadable)},
    {"rejected_lines", "pf_ship_rejected_lines", "gauge",
	"Lines that lie in rejected.", offsetof(struct status, rejected_lines)},
    {"corrupt_files", "pf_ship_corrupt_files", "gauge",
	"Files that lie in corrupt.", offsetof(struct status, corrupt)},
    {"delivered_lines_total", "pf_ship_delivered_lines_total", "counter",
	"Lines that a destination has taken.",
	offsetof(struct status, totals.delivered_lines)},
    {"retried_batches_total", "pf_ship_retried_batches_total", "counter",
	"Tries that failed and are to be repeated.",
	offsetof(struct status, totals.retried_batches)},
    {"rejected_lines_total", "pf_ship_rejected_lines_total", "counter",
	"Lines that went to rejected.",
	offsetof(struct status, totals.rejected_lines)},
    {"dropped_lines_total", "pf_ship_dropped_lines_total", "counter",
	"Lines that were dropped for want of room.",
	offsetof(struct status, totals.dropped_lines)},
};
#define METRICS (sizeof metrics / sizeof metrics[0])

static uint64_t
value_of(const struct status *t, size_t metric)
{
	uint64_t value;

	memcpy(&value, (const char *)t + metrics[metric].at, sizeof value);
	return value;
}

static const char *
state_of(const struct status *t, size_t breaker)
{
	return breaker_state_name(
	    breaker_state(&t->breaker[breaker].breaker, t->now));
}

static void
write_types(struct emit *e, const struct status *t)
{
	size_t i;

	emit_object(e, "types");
	for (i = 0; i < t->types; i++) {
		emit_object(e, t->type[i].name);
		emit_u64(e, "lines", t->type[i].lines);
		emit_u64(e, "bytes", t->type[i].bytes);
		emit_end(e);
	}
	emit_end(e);
}

static void
write_breakers(struct emit *e, const struct status *t)
{
	size_t i;

	emit_array(e, "breakers");
	for (i = 0; i < t->breakers; i++) {
		const struct breaker *b = &t->breaker[i].breaker;

		emit_object(e, NULL);
		emit_string(e, "to", t->breaker[i].to);
		emit_string(e, "state", state_of(t, i));
		emit_u64(e, "failures", b->failures);
		if (breaker_state(b, t->now) == BREAKER_OPEN)
			emit_real(e, "open_seconds",
			    (double)breaker_left(b, t->now) / 1000);
		emit_end(e);
	}
	emit_end(e);
}

static void
write_json(struct buf *out, const struct status *t)
{
	struct emit e;
	int64_t age;
	size_t i;

	emit_begin(&e, out);
	emit_object(&e, NULL);
	for (i = 0; i < METRICS; i++)
		emit_u64(&e, metrics[i].json, value_of(t, i));
	if (status_age(t, &age))
		emit_real(&e, "oldest_age_seconds", (double)age / 1000);
	write_types(&e, t);
	write_breakers(&e, t);
	emit_end(&e);
	buf_add_char(out, '\n');
}

/* A name from outside in a column: control bytes would be the terminal's. */
static void
add_name(struct buf *out, const char *name)
{
	for (; *name != '\0'; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			buf_addf(out, "\\x%02x", (unsigned char)*name);
		else
			buf_add_char(out, *name);
}

static void
write_table(struct buf *out, const struct status *t)
{
	int64_t age;
	size_t i;

	for (i = 0; i < METRICS; i++)
		buf_addf(out, "%-22s %12" PRIu64 "\n", metrics[i].json,
		    value_of(t, i));
	if (status_age(t, &age))
		buf_addf(out, "%-22s %12.0f\n", "oldest_age_seconds",
		    (double)age / 1000);
	for (i = 0; i < t->types; i++) {
		char size[OPT_SIZE_TEXT];

		opt_size_text(t->type[i].bytes, size);
		buf_addf(out, "%-22s %12" PRIu64 " lines %6s  ", "type",
		    t->type[i].lines, size);
		add_name(out, t->type[i].name);
		buf_add_char(out, '\n');
	}
	for (i = 0; i < t->breakers; i++) {
		buf_addf(out, "breaker %-14s %12u failures  ", state_of(t, i),
		    t->breaker[i].breaker.failures);
		add_name(out, t->breaker[i].to);
		buf_add_char(out, '\n');
	}
}

static void
add_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value (the text format of Prometheus, 0.0.4). */
static void
add_sample(struct buf *out, const char *name, const char *label,
    const char *text, uint64_t value)
{
	buf_addf(out, "%s{%s=\"", name, label);
	for (; *text != '\0'; text++)
		switch (*text) {
		case '\\':
		case '"':
			buf_add_char(out, '\\');
			buf_add_char(out, *text);
			break;
		case '\n':
			buf_add_str(out, "\\n");
			break;
		default:
			buf_add_char(out, *text);
		}
	buf_addf(out, "\"} %" PRIu64 "\n", value);
}

static void
write_labelled(struct buf *out, const struct status *t)
{
	size_t i;

	if (t->types > 0)
		add_head(out, "pf_ship_spool_type_lines", "gauge",
		    "Event lines in sealed batches, by their type.");
	for (i = 0; i < t->types; i++)
		add_sample(out, "pf_ship_spool_type_lines", "type",
		    t->type[i].name, t->type[i].lines);
	if (t->types > 0)
		add_head(out, "pf_ship_spool_type_bytes", "gauge",
		    "Bytes of these lines.");
	for (i = 0; i < t->types; i++)
		add_sample(out, "pf_ship_spool_type_bytes", "type",
		    t->type[i].name, t->type[i].bytes);
	if (t->breakers > 0)
		add_head(out, "pf_ship_breaker_failures", "gauge",
		    "Failures of a destination in a row.");
	for (i = 0; i < t->breakers; i++)
		add_sample(out, "pf_ship_breaker_failures", "to",
		    t->breaker[i].to, t->breaker[i].breaker.failures);
	if (t->breakers > 0)
		add_head(out, "pf_ship_breaker_open", "gauge",
		    "Whether it is left alone for now.");
	for (i = 0; i < t->breakers; i++)
		add_sample(out, "pf_ship_breaker_open", "to", t->breaker[i].to,
		    breaker_state(&t->breaker[i].breaker, t->now) ==
			BREAKER_OPEN);
}

static void
write_prometheus(struct buf *out, const struct status *t)
{
	int64_t age;
	size_t i;

	for (i = 0; i < METRICS; i++) {
		add_head(out, metrics[i].prometheus, metrics[i].type,
		    metrics[i].help);
		buf_addf(out, "%s %" PRIu64 "\n", metrics[i].prometheus,
		    value_of(t, i));
	}
	if (status_age(t, &age)) {
		add_head(out, "pf_ship_spool_oldest_age_seconds", "gauge",
		    "Since the oldest sealed batch was written.");
		buf_addf(out, "pf_ship_spool_oldest_age_seconds %.3f\n",
		    (double)age / 1000);
	}
	write_labelled(out, t);
}

static const struct status_format formats[] = {
    {"json", write_json},
    {"prometheus", write_prometheus},
    {"table", write_table},
};

const struct status_format *
status_format(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

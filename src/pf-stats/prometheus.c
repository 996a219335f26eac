/* The text format: https://prometheus.io/docs/instrumenting/exposition_formats
 */
#include "prometheus.h"

#include <jansson.h>

#include "emit.h"
#include "mem.h"
#include "metrics.h"
#include "subject.h"

struct prometheus {
	/* Of METRIC_FUZZER, _NODE and _ALERT the events by their subject. */
	json_t *kept[METRIC_SOURCES];
};

struct rows {
	struct metric_row *row;
	size_t count, cap;
};

struct prometheus *
prometheus_new(void)
{
	struct prometheus *p = mem_calloc(1, sizeof *p);
	size_t i;

	json_set_alloc_funcs(mem_alloc, free);
	for (i = 0; i < METRIC_SOURCES; i++)
		p->kept[i] = json_object();
	return p;
}

void
prometheus_free(struct prometheus *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < METRIC_SOURCES; i++)
		json_decref(p->kept[i]);
	free(p);
}

void
prometheus_clear(struct prometheus *p)
{
	size_t i;

	for (i = 0; i < METRIC_SOURCES; i++)
		json_object_clear(p->kept[i]);
}

void
prometheus_add(struct prometheus *p, const json_t *event)
{
	struct buf key = BUF_INIT;

	subject_key_fuzzer(&key, event);
	if (subject_is(event, "stats")) {
		subject_keep(p->kept[METRIC_FUZZER], key.data, event);
	} else if (subject_is(event, "alert")) {
		subject_key_add(
		    &key, subject_text(subject_data(event), "name"));
		subject_key_add(
		    &key, subject_text(subject_data(event), "mount"));
		subject_keep(p->kept[METRIC_ALERT], key.data, event);
	} else if (subject_is(event, "resource")) {
		buf_clear(&key);
		subject_key_add(&key, subject_text(event, "node"));
		subject_keep(p->kept[METRIC_NODE], key.data, event);
	}
	buf_release(&key);
}

/* NAME="VALUE", nothing where the value is not known. */
static void
add_label(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	if (out->len > 0)
		buf_add_char(out, ',');
	buf_addf(out, "%s=\"", name);
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			buf_add_char(out, '\\');
		if (*value == '\n')
			buf_add_str(out, "\\n");
		else
			buf_add_char(out, *value);
	}
	buf_add_char(out, '"');
}

/* `job` and `instance` are Prometheus' own. */
static void
add_row(struct rows *rows, enum metric_source source, const json_t *event,
    const json_t *values)
{
	struct buf labels = BUF_INIT;

	add_label(&labels, "node", subject_text(event, "node"));
	if (source == METRIC_FUZZER || source == METRIC_ALERT) {
		add_label(&labels, "pf_job", subject_text(event, "job"));
		add_label(&labels, "target", subject_text(event, "target"));
		add_label(&labels, "fuzzer", subject_text(event, "fuzzer"));
		add_label(&labels, "fuzzer_instance",
		    subject_text(values, "instance"));
	}
	if (source == METRIC_ALERT) {
		add_label(&labels, "name", subject_text(values, "name"));
		add_label(
		    &labels, "severity", subject_text(values, "severity"));
	}
	if (source == METRIC_DISK || source == METRIC_ALERT)
		add_label(&labels, "mount", subject_text(values, "mount"));
	MEM_GROW(rows->row, rows->count, rows->cap);
	rows->row[rows->count++] =
	    (struct metric_row){event, values, buf_take(&labels)};
}

/* They stay with the event: its own tree holds them. */
static void
add_disks(struct rows *rows, const json_t *event)
{
	json_t *disks = subject_disks(event);
	const char *mount;
	json_t *disk;

	json_object_foreach(disks, mount, disk)
	    add_row(rows, METRIC_DISK, event, disk);
	json_decref(disks);
}

static void
find_rows(const struct prometheus *p, struct rows rows[METRIC_SOURCES])
{
	const char *key;
	json_t *event;
	size_t i;

	for (i = 0; i < METRIC_SOURCES; i++)
		json_object_foreach(p->kept[i], key, event)
		{
			add_row(&rows[i], (enum metric_source)i, event,
			    subject_data(event));
			if (i == METRIC_NODE)
				add_disks(&rows[METRIC_DISK], event);
		}
}

static void
release_rows(struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++)
		free(rows->row[i].labels);
	free(rows->row);
}

static void
add_number(struct buf *out, double value)
{
	struct emit e;

	emit_begin(&e, out);
	emit_real(&e, NULL, value);
}

static void
add_head(struct buf *out, const char *name, const char *help, bool counter)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
	    counter ? "counter" : "gauge");
}

static void
add_series(struct buf *out, const struct metric *m,
    const struct metric_row *row, double value)
{
	struct buf labels = BUF_INIT;

	buf_add_str(&labels, row->labels);
	if (m->label != NULL)
		add_label(&labels, m->label, m->label_value(row, m->field));
	buf_add_str(out, m->name);
	if (labels.len > 0)
		buf_addf(out, "{%s}", labels.data);
	buf_add_char(out, ' ');
	add_number(out, value);
	buf_add_char(out, '\n');
	buf_release(&labels);
}

/* `told` is the name whose HELP was written last. */
static void
add_metric(struct buf *out, const struct metric *m, const struct rows *rows,
    const char **told)
{
	double value;
	size_t i;

	for (i = 0; i < rows->count; i++) {
		if (!m->value(&rows->row[i], m->field, &value))
			continue;
		if (*told == NULL || strcmp(*told, m->name) != 0)
			add_head(out, m->name, m->help, m->counter);
		*told = m->name;
		add_series(out, m, &rows->row[i], value);
	}
}

void
prometheus_text(const struct prometheus *p, int64_t now_ms, struct buf *out)
{
	static const char scrape[] = "pf_stats_scrape_timestamp_seconds";
	struct rows rows[METRIC_SOURCES] = {{NULL, 0, 0}};
	const struct metric *m;
	const char *told = NULL;
	size_t i;

	find_rows(p, rows);
	for (m = metrics; m->name != NULL; m++)
		add_metric(out, m, &rows[m->source], &told);
	add_head(out, scrape, "When pf-stats wrote this.", false);
	buf_addf(out, "%s ", scrape);
	add_number(out, (double)now_ms / 1000);
	buf_add_char(out, '\n');
	for (i = 0; i < METRIC_SOURCES; i++)
		release_rows(&rows[i]);
}

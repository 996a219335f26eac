/* pf-dedup - group crashes by what their traces say, and rate them. */
#include <stdlib.h>
#include <string.h>

#include "dedup.h"
#include "known.h"
#include "libcrash/symbolize.h"
#include "mem.h"
#include "msg.h"
#include "options.h"
#include "out.h"
#include "program.h"
#include "sort_into.h"

/* One that was asked for must be there; any other is looked for when needed. */
static void
begin_symbolizer(struct dedup *d)
{
	char *program = NULL;

	if (d->no_symbolize)
		return;
	if (d->symbolizer_name != NULL) {
		program = program_find(d->symbolizer_name);
		if (program == NULL)
			msg_die(69, "--symbolizer %s",
			    msg_quote(d->symbolizer_name));
	}
	d->symbolizer = symbolizer_new(program, d->symbolizer_ms);
	d->report.symbolizer = d->ahead.symbolizer = d->symbolizer;
	free(program);
}

static void
begin(struct dedup *d, const struct files *f)
{
	const char *rules = f->old != NULL ? f->old : f->rules;
	char *how;

	begin_symbolizer(d);
	d->rules = rules != NULL ? rules_need_file(rules) : rules_default();
	if (f->new != NULL) {
		d->diff = mem_calloc(1, sizeof *d->diff);
		d->diff->rules = rules_need_file(f->new);
	}
	d->remembers = f->seen != NULL || f->known != NULL;
	if (f->known != NULL)
		d->status = known_read(d, f->known);
	if (f->seen == NULL)
		return;
	how = mem_printf("%s %s", rules_version(d->rules),
	    d->group_by_stack ? "stack" : "site");
	d->seen = seen_open(f->seen, how, &d->groups);
	free(how);
}

static void
account(const struct dedup *d)
{
	msg_info(
	    "%llu lines and %llu paths in: %llu crashes (%llu unresolved), "
	    "%llu other lines passed on (%llu rejected), %llu files "
	    "without a crash",
	    d->lines, d->paths, d->crashes, d->unresolved, d->passed,
	    d->rejected, d->ignored);
}

/*
 * What is written, last of all the file of what was seen: should we not come
 * so far, it is told again.
 */
static int
finish(struct dedup *d)
{
	int status = d->status, wrote = 0;

	if (d->seen != NULL)
		wrote = seen_write(d->seen, &d->groups);
	if (d->output->print != NULL)
		status = exit_worse(status, d->output->print(d));
	if (d->sort_into != NULL)
		status = exit_worse(status, sort_into(d, d->sort_into));
	out_flush();
	if (d->seen != NULL && wrote == 0)
		wrote = seen_commit(d->seen);
	return exit_worse(status, wrote);
}

static void
release(struct dedup *d)
{
	seen_free(d->seen);
	if (d->diff != NULL)
		diff_release(d->diff);
	free(d->diff);
	details_release(&d->details);
	groups_release(&d->groups);
	fingerprint_release(&d->fingerprint);
	report_release(&d->report);
	report_release(&d->ahead);
	symbolizer_free(d->symbolizer);
	rules_free(d->rules);
	json_decref(d->provenance);
	content_release(&d->content);
	buf_release(&d->text);
	buf_release(&d->line);
	buf_release(&d->derived);
}

int
main(int argc, char *argv[])
{
	struct dedup d = {.content = CONTENT_INIT,
	    .text = BUF_INIT,
	    .line = BUF_INIT,
	    .derived = BUF_INIT};
	struct files files;

	msg_init("pf-dedup");
	report_init(&d.report);
	report_init(&d.ahead);
	fingerprint_init(&d.fingerprint);
	options_parse(&d, &files, argc, argv);
	begin(&d, &files);
	dedup_input(&d, argv + optind);
	d.status = finish(&d);
	account(&d);
	release(&d);
	return out_close(d.status);
}

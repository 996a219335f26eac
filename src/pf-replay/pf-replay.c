/* pf-replay - run inputs against a build and say what still crashes. */
#include <stdlib.h>
#include <string.h>

#include "libcrash/symbolize.h"
#include "mem.h"
#include "msg.h"
#include "options.h"
#include "out.h"
#include "program.h"
#include "queue.h"
#include "record.h"

static void
find_helpers(struct replay *replay)
{
	char *program;

	if (replay->command != NULL) {
		program = program_find(replay->command[0]);
		if (program == NULL)
			msg_die(69, "run %s", msg_quote(replay->command[0]));
		free(program);
	}
	replay->symbolizer = symbolizer_program();
	if (replay->symbolizer == NULL)
		msg_warnx("no llvm-symbolizer in PATH: clang's traces will "
			  "have no names");
	replay->gdb = program_find("gdb");
}

/* A sandbox has a /tmp of its own: what we need of ours is shown there. */
static void
show_in_sandbox(struct replay *replay, const char *path)
{
	char *whole = realpath(path, NULL);

	if (whole != NULL && strncmp(whole, "/tmp/", 5) == 0)
		strvec_add(&replay->readable, whole);
	free(whole);
}

static void
make_sandbox(struct replay *replay, const struct options *o)
{
	char *program =
	    replay->command != NULL ? program_find(replay->command[0]) : NULL;
	char *bwrap = program_find("bwrap");

	if (bwrap == NULL)
		msg_die(69, "run %s", msg_quote("bwrap"));
	free(bwrap);
	show_in_sandbox(replay, ".");
	for (size_t i = 0; i < o->input_count; i++)
		show_in_sandbox(replay, o->inputs[i]);
	if (program != NULL)
		show_in_sandbox(replay, program);
	free(program);
	replay->sandbox.readable = replay->readable.item;
	replay->spec.sandbox = &replay->sandbox;
	replay->spec.dir = ".";
}

static void
account(const struct replay *r)
{
	msg_info("%llu in: %llu same, %llu other, %llu flaky, %llu clean, "
		 "%llu error, %llu lines passed on (%llu rejected)",
	    r->in, r->verdicts[VERDICT_SAME], r->verdicts[VERDICT_OTHER],
	    r->verdicts[VERDICT_FLAKY], r->verdicts[VERDICT_CLEAN],
	    r->verdicts[VERDICT_ERROR], r->passed, r->rejected);
}

static void
replay_release(struct replay *replay)
{
	fingerprint_release(&replay->fingerprint);
	report_release(&replay->report);
	rules_free(replay->rules);
	json_decref(replay->made);
	strvec_release(&replay->env);
	strvec_release(&replay->readable);
	free(replay->symbolizer);
	free(replay->gdb);
}

int
main(int argc, char *argv[])
{
	struct replay replay = {.runs = 3,
	    .limits = {.timeout_ms = 10000, .output_bytes = 1024 * 1024},
	    .spec = {.containment = CHILD_KEEPER}};
	struct options o = {.jobs = 1};
	struct source source;

	msg_init("pf-replay");
	options_parse(&o, &replay, argc, argv);
	find_helpers(&replay);
	if (o.sandbox)
		make_sandbox(&replay, &o);
	replay.rules =
	    o.rules != NULL ? rules_need_file(o.rules) : rules_default();
	report_init(&replay.report);
	fingerprint_init(&replay.fingerprint);
	record_init(&replay);
	source_init(&source, o.inputs, o.input_count, o.filter, o.nul);
	queue_run(&replay, &source, o.jobs);
	account(&replay);
	source_release(&source);
	replay_release(&replay);
	return out_close(replay.status);
}

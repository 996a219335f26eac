/* A job that is watched: what is news, and what who comes back is told. */
#include "unit_serve.h"

#include "pf-serve/watch.h"

#define ALL (1024 * 1024)
#define OF_JOB "\"node\":\"n1\",\"job\":\"j\","

static void
unit_state(struct ingest *in, unsigned n, const char *state)
{
	char *data = mem_printf("{\"state\":\"%s\"}", state);

	unit_event(in, n, "job", OF_JOB, data);
	free(data);
}

static void
unit_stats(struct ingest *in, unsigned n, const char *instance, unsigned execs)
{
	char *data = mem_printf(
	    "{\"instance\":\"%s\",\"execs_total\":%u}", instance, execs);

	unit_event(in, n, "stats", OF_JOB, data);
	free(data);
}

static void
unit_crash(struct ingest *in, unsigned n, const char *head, const char *rest)
{
	char *data = mem_printf(
	    "{\"group\":\"g\",\"severity\":\"LOW\",\"status\":\"new\"%s}",
	    rest);

	unit_event(in, n, "crash", head, data);
	free(data);
}

/* What a look says: 1, 0 or -1. */
static int
look(struct watch *w, struct db *db)
{
	int got;

	assert_int_equal(db_begin_read(db), 0);
	got = watch_look(w, db);
	db_rollback(db);
	return got;
}

/* What is told next, each event by its kind: "state stats crash ". */
static char *
told(struct watch *w, uint64_t *after, size_t max)
{
	struct buf out = BUF_INIT, kinds = BUF_INIT;
	const char *at;

	watch_tell(w, after, &out, max);
	for (at = out.data; at != NULL && (at = strstr(at, "\nevent: "));) {
		at += strlen("\nevent: ");
		buf_add(&kinds, at, strcspn(at, "\n"));
		buf_add_char(&kinds, ' ');
	}
	buf_release(&out);
	return buf_take(&kinds);
}

static void
tells(struct watch *w, uint64_t *after, const char *kinds)
{
	char *text = told(w, after, ALL);

	assert_string_equal(text == NULL ? "" : text, kinds);
	free(text);
}

static void
what_changed_is_told_once(void **state)
{
	struct ingest *in = ingest_new(*state, &(struct ingest_options){0});
	uint64_t after = 0, late = 0;
	struct watch w;

	watch_init(&w, "j");
	assert_int_equal(look(&w, *state), 0);
	unit_state(in, 1, "running");
	unit_stats(in, 2, "a", 10);
	unit_stats(in, 3, "b", 10);
	unit_commit(*state, in);
	assert_int_equal(look(&w, *state), 1);
	tells(&w, &after, "state stats stats ");
	assert_int_equal(look(&w, *state), 0);
	tells(&w, &after, "");

	unit_stats(in, 4, "b", 20);
	unit_crash(in, 5, OF_JOB, "");
	unit_commit(*state, in);
	assert_int_equal(look(&w, *state), 1);
	tells(&w, &after, "stats crash ");

	/* Who comes late is told of each thing's last. */
	tells(&w, &late, "state stats stats crash ");
	assert_int_equal(late, after);
	watch_release(&w);
	ingest_free(in);
}

static void
of_another_job_nothing_is_told(void **state)
{
	struct ingest *in = ingest_new(*state, &(struct ingest_options){0});
	struct watch w;

	watch_init(&w, "other");
	unit_state(in, 1, "running");
	unit_stats(in, 2, "a", 10);
	unit_crash(in, 3, OF_JOB, "");
	unit_commit(*state, in);
	assert_int_equal(look(&w, *state), 0);
	watch_release(&w);
	ingest_free(in);
}

static void
a_crash_that_is_told_anew_is_news(void **state)
{
	struct ingest *in = ingest_new(*state, &(struct ingest_options){0});
	struct buf out = BUF_INIT;
	uint64_t after = 0;
	struct watch w;

	watch_init(&w, "j");
	unit_crash(in, 1, OF_JOB, "");
	unit_commit(*state, in);
	assert_int_equal(look(&w, *state), 1);
	tells(&w, &after, "state crash ");
	unit_crash(in, 1, "\"rev\":1," OF_JOB, ",\"kind\":\"heap-overflow\"");
	unit_commit(*state, in);
	assert_int_equal(look(&w, *state), 1);
	watch_tell(&w, &after, &out, ALL);
	assert_non_null(strstr(out.data, "\"rev\":1,"));
	assert_non_null(strstr(out.data, "\"kind\":\"heap-overflow\""));
	buf_release(&out);
	watch_release(&w);
	ingest_free(in);
}

/* Each event is a whole one, with an id, a kind and one line of JSON. */
static void
an_event_is_one_of_the_stream(void **state)
{
	struct ingest *in = ingest_new(*state, &(struct ingest_options){0});
	struct buf out = BUF_INIT;
	uint64_t after = 0;
	struct watch w;
	json_error_t why;
	json_t *tree;
	char *line;

	watch_init(&w, "j");
	unit_crash(in, 7, OF_JOB, ",\"site\":\"f\\nevent: lie\\ndata: {}\"");
	unit_commit(*state, in);
	look(&w, *state);
	watch_tell(&w, &after, &out, ALL);
	line = strstr(out.data, "event: crash\ndata: ");
	assert_non_null(line);
	line += strlen("event: crash\ndata: ");
	assert_string_equal(strchr(line, '\n'), "\n\n");
	*strchr(line, '\n') = '\0';
	tree = json_loads(line, JSON_REJECT_DUPLICATES, &why);
	assert_non_null(tree);
	assert_string_equal(unit_text(tree, "site"), "f\nevent: lie\ndata: {}");
	assert_string_equal(unit_text(tree, "group"), "g");
	json_decref(tree);
	buf_release(&out);
	watch_release(&w);
	ingest_free(in);
}

static void
a_text_that_is_too_long_is_left_out(void **state)
{
	struct ingest *in = ingest_new(*state, &(struct ingest_options){0});
	char *rest = mem_printf(",\"kind\":\"%0*d\",\"site\":\"%0*d\"",
	    WATCH_TEXT_MAX, 0, WATCH_TEXT_MAX + 1, 0);
	struct buf out = BUF_INIT;
	uint64_t after = 0;
	struct watch w;

	watch_init(&w, "j");
	unit_crash(in, 1, OF_JOB, rest);
	unit_commit(*state, in);
	look(&w, *state);
	watch_tell(&w, &after, &out, ALL);
	assert_non_null(strstr(out.data, "\"kind\":\"00"));
	assert_null(strstr(out.data, "\"site\""));
	buf_release(&out);
	free(rest);
	watch_release(&w);
	ingest_free(in);
}

static void
what_does_not_fit_comes_next(void **state)
{
	struct ingest *in = ingest_new(*state, &(struct ingest_options){0});
	unsigned i, parts = 0;
	uint64_t after = 0, before;
	struct buf out = BUF_INIT;
	struct watch w;

	watch_init(&w, "j");
	for (i = 0; i < 50; i++)
		unit_crash(in, i, OF_JOB, "");
	unit_commit(*state, in);
	look(&w, *state);
	do {
		before = after;
		buf_clear(&out);
		watch_tell(&w, &after, &out, 1000);
		assert_true(out.len < 2000);
		parts++;
	} while (after > before);
	assert_true(parts > 5);
	assert_int_equal(after, w.last);
	assert_int_equal(after, 51);
	buf_release(&out);
	watch_release(&w);
	ingest_free(in);
}

static void
of_many_crashes_the_latest_are_told(void **state)
{
	struct ingest *in = ingest_new(*state, &(struct ingest_options){0});
	struct buf out = BUF_INIT;
	uint64_t after = 0;
	struct watch w;
	char id[24];
	unsigned i;

	watch_init(&w, "j");
	for (i = 0; i < WATCH_CRASHES_MAX + 7; i++)
		unit_crash(in, i, OF_JOB, "");
	unit_commit(*state, in);
	look(&w, *state);
	watch_tell(&w, &after, &out, 8 * ALL);
	assert_int_equal(after, WATCH_CRASHES_MAX + 1);
	snprintf(id, sizeof id, "%020x\"", WATCH_CRASHES_MAX + 6);
	assert_non_null(strstr(out.data, id));
	assert_null(strstr(out.data, "00000000000000000006\""));
	assert_non_null(strstr(out.data, "00000000000000000007\""));
	buf_release(&out);
	watch_release(&w);
	ingest_free(in);
}

static void
only_an_id_of_this_watch_is_resumed(void **state)
{
	struct ingest *in = ingest_new(*state, &(struct ingest_options){0});
	char id[64];
	struct watch w;

	watch_init(&w, "j");
	unit_state(in, 1, "running");
	unit_stats(in, 2, "a", 1);
	unit_commit(*state, in);
	look(&w, *state);
	snprintf(id, sizeof id, "%s-1", w.boot);
	assert_int_equal(watch_resume(&w, id), 1);
	snprintf(id, sizeof id, "%s-2", w.boot);
	assert_int_equal(watch_resume(&w, id), 2);
	/* What was never said. */
	snprintf(id, sizeof id, "%s-3", w.boot);
	assert_int_equal(watch_resume(&w, id), 0);
	snprintf(id, sizeof id, "%s-1x", w.boot);
	assert_int_equal(watch_resume(&w, id), 0);
	snprintf(id, sizeof id, "%s-99999999999999999999", w.boot);
	assert_int_equal(watch_resume(&w, id), 0);
	assert_int_equal(watch_resume(&w, w.boot), 0);
	assert_int_equal(watch_resume(&w, "0123456789abcdef-1"), 0);
	assert_int_equal(watch_resume(&w, ""), 0);
	assert_int_equal(watch_resume(&w, NULL), 0);
	watch_release(&w);
	ingest_free(in);
}

static void
a_store_without_its_tables_is_told_of(void **state)
{
	struct watch w;

	assert_int_equal(migrate_to(*state, 0), 0);
	watch_init(&w, "j");
	assert_int_equal(look(&w, *state), -1);
	assert_non_null(strstr(db_error(*state)->text, "jobs"));
	watch_release(&w);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
#define ON_STORE(test) \
	cmocka_unit_test_setup_teardown(test, unit_set_up, unit_tear_down)
	    ON_STORE(what_changed_is_told_once),
	    ON_STORE(of_another_job_nothing_is_told),
	    ON_STORE(a_crash_that_is_told_anew_is_news),
	    ON_STORE(an_event_is_one_of_the_stream),
	    ON_STORE(a_text_that_is_too_long_is_left_out),
	    ON_STORE(what_does_not_fit_comes_next),
	    ON_STORE(of_many_crashes_the_latest_are_told),
	    ON_STORE(only_an_id_of_this_watch_is_resumed),
	    ON_STORE(a_store_without_its_tables_is_told_of),
	};

	if (argc > 1)
		unit_server = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}

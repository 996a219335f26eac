/* Room for bodies and answers, and who waits for it. */
#include "unit.h"

#include "pf-serve/budget.h"

#define MAX 1000
#define MIB (1024 * 1024)

static struct exchange *gone[8];
static size_t gone_count;

static void
note(struct exchange *x)
{
	gone[gone_count++] = x;
}

static int
begin(void **state)
{
	static struct budget b;

	gone_count = 0;
	budget_init(&b, MAX, note);
	*state = &b;
	return 0;
}

static int
end(void **state)
{
	budget_release(*state);
	return 0;
}

static struct exchange
make(void)
{
	static const struct route batch = {.lane = LANE_BATCH};
	struct exchange x = {.route = &batch};

	x.request.method = METHOD_POST;
	buf_init(&x.request.body);
	answer_init(&x.answer);
	return x;
}

/* Its answer is there and is on its way. */
static void
finish(struct budget *b, struct exchange *x)
{
	budget_answer(b, x);
	budget_return(b, x);
	answer_release(&x->answer);
}

static void
who_finds_no_room_waits_for_it_in_line(void **state)
{
	struct budget *b = *state;
	struct exchange x[4] = {make(), make(), make(), make()};

	assert_true(budget_enter(b, &x[0], 600));
	assert_false(budget_enter(b, &x[1], 500));
	budget_wait(b, &x[1], 500);
	assert_int_equal(gone_count, 0);
	/* It would have room, but not before the other. */
	assert_false(budget_enter(b, &x[2], 100));
	budget_wait(b, &x[2], 100);
	assert_false(budget_enter(b, &x[3], 950));
	budget_wait(b, &x[3], 950);
	/* Nothing is to come of that. */
	assert_true(budget_enter(b, &x[3], 0));

	finish(b, &x[0]);
	assert_int_equal(gone_count, 2);
	assert_ptr_equal(gone[0], &x[1]);
	assert_ptr_equal(gone[1], &x[2]);
	assert_int_equal(x[1].wanted, 0);
	assert_int_equal(x[1].held, 500);
	assert_int_equal(x[2].wanted, 0);
	finish(b, &x[1]);
	assert_int_equal(gone_count, 2);
	finish(b, &x[2]);
	assert_int_equal(gone_count, 3);
	assert_int_equal(x[3].held, 950);
	finish(b, &x[3]);
	assert_int_equal(atomic_load(&b->bodies), 0);
	assert_int_equal(atomic_load(&b->answers), 0);
}

static void
room_that_came_meanwhile_is_not_waited_for(void **state)
{
	struct budget *b = *state;
	struct exchange x[2] = {make(), make()};

	assert_true(budget_enter(b, &x[0], 600));
	assert_false(budget_enter(b, &x[1], 600));
	finish(b, &x[0]);
	budget_wait(b, &x[1], 600);
	assert_int_equal(gone_count, 1);
	assert_int_equal(x[1].held, 600);
	finish(b, &x[1]);
}

static void
nobody_waits_for_ever(void **state)
{
	struct budget *b = *state;
	struct exchange x[3] = {make(), make(), make()};

	assert_true(budget_enter(b, &x[0], 600));
	budget_wait(b, &x[1], 600);
	budget_wait(b, &x[2], 600);
	budget_check(b);
	assert_int_equal(gone_count, 0);
	x[1].asked -= BUDGET_WAIT_MS + 1;
	budget_check(b);
	assert_int_equal(gone_count, 1);
	assert_ptr_equal(gone[0], &x[1]);
	assert_int_equal(x[1].wanted, 600);
	assert_int_equal(x[1].held, 0);
	budget_refuse(&x[1]);
	assert_int_equal(x[1].answer.status, 503);
	assert_in_range(x[1].answer.retry_after, 1, 2);
	finish(b, &x[1]);

	budget_close(b);
	assert_int_equal(gone_count, 2);
	assert_int_equal(x[2].wanted, 600);
	/* Also who comes later. */
	x[2].wanted = 0;
	budget_wait(b, &x[2], 600);
	assert_int_equal(gone_count, 3);
	assert_int_equal(x[2].wanted, 600);
	finish(b, &x[0]);
	finish(b, &x[2]);
	assert_int_equal(atomic_load(&b->bodies), 0);
}

static void
a_larger_bound_lets_the_first_go(void **state)
{
	struct budget *b = *state;
	struct exchange x[2] = {make(), make()};

	assert_true(budget_enter(b, &x[0], 600));
	budget_wait(b, &x[1], 600);
	atomic_store(&b->max, 2 * MAX);
	budget_check(b);
	assert_int_equal(gone_count, 1);
	assert_int_equal(x[1].held, 600);
	finish(b, &x[0]);
	finish(b, &x[1]);
}

static void
one_alone_is_never_too_large(void **state)
{
	struct budget *b = *state;
	struct exchange x[2] = {make(), make()};

	assert_true(budget_enter(b, &x[0], 5 * MAX));
	assert_true(budget_body(b, &x[0], 5 * MAX));
	assert_false(budget_enter(b, &x[1], 1));
	finish(b, &x[0]);
	assert_true(budget_enter(b, &x[1], 1));
	finish(b, &x[1]);
}

static void
who_needs_much_leaves_a_quarter(void **state)
{
	struct budget *b = *state;
	struct exchange x[3] = {make(), make(), make()};

	atomic_store(&b->max, 4 * MIB);
	assert_true(budget_enter(b, &x[0], 2 * MIB));
	assert_false(budget_enter(b, &x[1], 2 * MIB));
	assert_true(budget_enter(b, &x[1], MIB));
	assert_true(budget_enter(b, &x[2], MIB / 4));
	finish(b, &x[0]);
	finish(b, &x[1]);
	finish(b, &x[2]);
	assert_int_equal(atomic_load(&b->bodies), 0);
}

static void
what_is_more_than_there_is_room_for_is_refused(void **state)
{
	struct budget *b = *state;
	struct exchange x[3] = {make(), make(), make()};

	assert_true(budget_enter(b, &x[0], 900));
	assert_true(budget_enter(b, &x[1], 50));
	assert_false(budget_body(b, &x[1], 100));
	assert_int_equal(x[1].answer.status, 503);
	assert_true(budget_lines(b, &x[0], 9));
	assert_false(budget_lines(b, &x[2], 9));
	assert_int_equal(x[2].answer.status, 503);
	finish(b, &x[0]);
	finish(b, &x[1]);
	finish(b, &x[2]);
	assert_int_equal(atomic_load(&b->bodies), 0);
	assert_int_equal(atomic_load(&b->answers), 0);
}

/* A batch was stored: its answer is told however much is on its way. */
static void
only_what_changed_nothing_is_answered_otherwise(void **state)
{
	static const struct route read = {.lane = LANE_READ};
	struct budget *b = *state;
	struct exchange x[3] = {make(), make(), make()};
	size_t i;

	for (i = 0; i < 3; i++)
		buf_addf(&x[i].answer.body, "%0700d", 0);
	x[2].route = &read;
	x[2].request.method = METHOD_GET;
	budget_answer(b, &x[0]);
	budget_answer(b, &x[1]);
	assert_int_equal(x[1].answer.status, 200);
	budget_answer(b, &x[2]);
	assert_int_equal(x[2].answer.status, 503);
	for (i = 0; i < 3; i++) {
		budget_return(b, &x[i]);
		answer_release(&x[i].answer);
	}
	assert_int_equal(atomic_load(&b->answers), 0);
}

int
main(void)
{
#define WITH_BUDGET(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
	    WITH_BUDGET(who_finds_no_room_waits_for_it_in_line),
	    WITH_BUDGET(room_that_came_meanwhile_is_not_waited_for),
	    WITH_BUDGET(nobody_waits_for_ever),
	    WITH_BUDGET(a_larger_bound_lets_the_first_go),
	    WITH_BUDGET(one_alone_is_never_too_large),
	    WITH_BUDGET(who_needs_much_leaves_a_quarter),
	    WITH_BUDGET(what_is_more_than_there_is_room_for_is_refused),
	    WITH_BUDGET(only_what_changed_nothing_is_answered_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Exchanges that wait for a thread. */
#include "unit.h"

#include "pf-serve/waiting.h"

#define FOREVER (-1)

static bool
has_no_key(void *context, const struct exchange *x)
{
	size_t *asked = context;

	++*asked;
	return x->key == NULL;
}

static void
they_leave_in_the_order_in_which_they_came(void **state)
{
	struct exchange x[3] = {0};
	struct waiting w;
	bool closed = true;
	size_t i;

	(void)state;
	waiting_init(&w, 3);
	for (i = 0; i < 3; i++)
		assert_true(waiting_put(&w, &x[i]));
	assert_int_equal(waiting_count(&w), 3);
	for (i = 0; i < 3; i++) {
		assert_ptr_equal(waiting_take(&w, FOREVER, &closed), &x[i]);
		assert_false(closed);
	}
	assert_int_equal(waiting_count(&w), 0);
	/* Also after it was empty. */
	assert_true(waiting_put(&w, &x[1]));
	assert_ptr_equal(waiting_take(&w, 0, &closed), &x[1]);
	waiting_release(&w);
}

static void
no_more_wait_than_may(void **state)
{
	struct exchange x[3] = {0};
	struct waiting w;
	bool closed;

	(void)state;
	waiting_init(&w, 2);
	assert_true(waiting_put(&w, &x[0]));
	assert_true(waiting_put(&w, &x[1]));
	assert_false(waiting_put(&w, &x[2]));
	assert_int_equal(waiting_count(&w), 2);
	assert_ptr_equal(waiting_take(&w, FOREVER, &closed), &x[0]);
	assert_true(waiting_put(&w, &x[2]));
	assert_ptr_equal(waiting_take(&w, FOREVER, &closed), &x[1]);
	assert_ptr_equal(waiting_take(&w, FOREVER, &closed), &x[2]);
	waiting_release(&w);
}

static void
the_time_is_over_and_nothing_came(void **state)
{
	struct waiting w;
	bool closed = true;

	(void)state;
	waiting_init(&w, 1);
	assert_null(waiting_take(&w, 0, &closed));
	assert_false(closed);
	closed = true;
	assert_null(waiting_take(&w, 20, &closed));
	assert_false(closed);
	waiting_release(&w);
}

static void
only_the_first_is_asked_for(void **state)
{
	struct exchange x[2] = {0};
	struct waiting w;
	size_t asked = 0;

	(void)state;
	waiting_init(&w, 2);
	assert_null(waiting_take_if(&w, has_no_key, &asked));
	assert_int_equal(asked, 0);
	x[0].key = (char[]){"k"};
	waiting_put(&w, &x[0]);
	waiting_put(&w, &x[1]);
	assert_null(waiting_take_if(&w, has_no_key, &asked));
	assert_int_equal(asked, 1);
	assert_int_equal(waiting_count(&w), 2);
	x[0].key = NULL;
	assert_ptr_equal(waiting_take_if(&w, has_no_key, &asked), &x[0]);
	assert_ptr_equal(waiting_take_if(&w, has_no_key, &asked), &x[1]);
	waiting_release(&w);
}

static void
what_is_there_when_it_closes_is_still_taken(void **state)
{
	struct exchange x[2] = {0};
	struct waiting w;
	bool closed = true;

	(void)state;
	waiting_init(&w, 2);
	waiting_put(&w, &x[0]);
	waiting_close(&w);
	assert_false(waiting_put(&w, &x[1]));
	assert_ptr_equal(waiting_take(&w, FOREVER, &closed), &x[0]);
	assert_false(closed);
	assert_null(waiting_take(&w, FOREVER, &closed));
	assert_true(closed);
	waiting_release(&w);
}

struct taker {
	struct waiting *from;
	pthread_t thread;
	size_t taken;
};

static void *
take_all(void *context)
{
	struct taker *t = context;
	bool closed = false;

	while (!closed)
		t->taken += waiting_take(t->from, FOREVER, &closed) != NULL;
	return NULL;
}

/* Those who wait are woken by what comes, and all of them by the end. */
static void
each_is_taken_once_by_one_of_many(void **state)
{
	enum { TAKERS = 4, COUNT = 20000 };
	struct exchange *x = calloc(COUNT, sizeof *x);
	struct taker taker[TAKERS];
	struct waiting w;
	size_t i, taken = 0;

	(void)state;
	assert_non_null(x);
	waiting_init(&w, COUNT);
	for (i = 0; i < TAKERS; i++) {
		taker[i] = (struct taker){.from = &w};
		assert_int_equal(
		    pthread_create(&taker[i].thread, NULL, take_all, &taker[i]),
		    0);
	}
	for (i = 0; i < COUNT; i++)
		assert_true(waiting_put(&w, &x[i]));
	waiting_close(&w);
	for (i = 0; i < TAKERS; i++) {
		pthread_join(taker[i].thread, NULL);
		taken += taker[i].taken;
	}
	assert_int_equal(taken, COUNT);
	assert_int_equal(waiting_count(&w), 0);
	waiting_release(&w);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(they_leave_in_the_order_in_which_they_came),
	    cmocka_unit_test(no_more_wait_than_may),
	    cmocka_unit_test(the_time_is_over_and_nothing_came),
	    cmocka_unit_test(only_the_first_is_asked_for),
	    cmocka_unit_test(what_is_there_when_it_closes_is_still_taken),
	    cmocka_unit_test(each_is_taken_once_by_one_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

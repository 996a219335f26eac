/* Who is connected, from where, and for how long. */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pf-serve/peers.h"

struct visitor {
	struct peer *peer;
	int ours, theirs;
};

static struct visitor
enter(struct peers *p, const char *address)
{
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct visitor v;
	int ends[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	v.ours = ends[0];
	v.theirs = ends[1];
	if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
		v.peer = peer_enter(p, v.ours, (struct sockaddr *)&four);
	else if (inet_pton(AF_INET6, address, &six.sin6_addr) == 1)
		v.peer = peer_enter(p, v.ours, (struct sockaddr *)&six);
	else
		v.peer = peer_enter(p, v.ours, NULL);
	return v;
}

static void
leave(struct peers *p, struct visitor *v)
{
	peer_leave(p, v->peer);
	close(v->ours);
	close(v->theirs);
}

static bool
is_cut(const struct visitor *v)
{
	char byte;

	return recv(v->theirs, &byte, 1, MSG_DONTWAIT) == 0;
}

/* How many of `count` from these addresses in turn are let in. */
static int
let_in(unsigned per_address, int count, const char *one, const char *other)
{
	struct peers_limits limits = {.per_address = per_address};
	struct peers *p = peers_new(&limits);
	struct visitor v[16];
	int i, in = 0;

	for (i = 0; i < count; i++) {
		v[i] = enter(p, i % 2 == 0 ? one : other);
		in += !is_cut(&v[i]);
	}
	for (i = 0; i < count; i++)
		leave(p, &v[i]);
	peers_free(p);
	return in;
}

static void
an_address_has_so_many_places(void **state)
{
	(void)state;
	assert_int_equal(let_in(3, 10, "192.0.2.1", "192.0.2.1"), 3);
	assert_int_equal(let_in(3, 10, "192.0.2.1", "192.0.2.2"), 6);
	assert_int_equal(let_in(3, 10, "192.0.2.1", "::ffff:192.0.2.1"), 3);
	assert_int_equal(let_in(3, 10, "2001:db8::1", "2001:db8::2"), 3);
	assert_int_equal(let_in(3, 10, "2001:db8::1", "2001:db8:0:1::1"), 6);
	assert_int_equal(let_in(0, 10, "192.0.2.1", "192.0.2.1"), 10);
}

static void
this_machine_is_not_counted(void **state)
{
	(void)state;
	assert_int_equal(let_in(1, 10, "127.0.0.1", "127.9.9.9"), 10);
	assert_int_equal(let_in(1, 10, "::1", "::ffff:127.0.0.1"), 10);
	assert_int_equal(let_in(1, 10, "unix", "unix"), 10);
}

static void
who_leaves_makes_room(void **state)
{
	struct peers_limits limits = {.per_address = 1};
	struct peers *p = peers_new(&limits);
	struct visitor first = enter(p, "192.0.2.1"),
		       second = enter(p, "192.0.2.1"), third;

	(void)state;
	assert_false(is_cut(&first));
	assert_true(is_cut(&second));
	leave(p, &first);
	leave(p, &second);
	third = enter(p, "192.0.2.1");
	assert_false(is_cut(&third));
	leave(p, &third);
	peers_free(p);
}

static void
who_takes_too_long_is_cut_off(void **state)
{
	struct peers_limits limits = {.ms = {[PEER_BODY] = 1}};
	const struct timespec while_long = {0, 5000000};
	struct peers *p = peers_new(&limits);
	struct visitor slow = enter(p, "192.0.2.1"),
		       idle = enter(p, "192.0.2.1");

	(void)state;
	peer_set(p, slow.peer, PEER_BODY);
	nanosleep(&while_long, NULL);
	peers_check(p);
	assert_true(is_cut(&slow));
	assert_false(is_cut(&idle));
	peer_set(p, idle.peer, PEER_STREAM);
	peers_cut(p, PEER_STREAM);
	assert_true(is_cut(&idle));
	leave(p, &idle);
	leave(p, &slow);
	peers_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_has_so_many_places),
	    cmocka_unit_test(this_machine_is_not_counted),
	    cmocka_unit_test(who_leaves_makes_room),
	    cmocka_unit_test(who_takes_too_long_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

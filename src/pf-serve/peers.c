/* A list under a lock; a connection's address is a name in a table. */
#include "peers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>

#include "clock.h"
#include "mem.h"
#include "metrics.h"
#include "msg.h"
#include "names.h"

/* So many addresses are remembered before those without a connection go. */
#define ADDRESSES_MAX 4096

struct peer {
	struct peer *next, **link; /* what points to it */
	int fd;
	enum peer_state state;
	int64_t since; /* clock_monotonic() */
	bool cut;
	unsigned char address[16];
	size_t address_len; /* 0: of this machine */
};

struct peers {
	pthread_mutex_t lock;
	struct peers_limits limits;
	struct peer *first;
	struct names addresses; /* how many of each */
};

struct peers *
peers_new(const struct peers_limits *limits)
{
	struct peers *p = mem_calloc(1, sizeof *p);

	pthread_mutex_init(&p->lock, NULL);
	p->limits = *limits;
	p->addresses = (struct names)NAMES_INIT;
	return p;
}

void
peers_free(struct peers *p)
{
	names_release(&p->addresses);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void
peers_limit(struct peers *p, const struct peers_limits *limits)
{
	pthread_mutex_lock(&p->lock);
	p->limits = *limits;
	pthread_mutex_unlock(&p->lock);
}

/* Of IPv6 the half that is a customer's. */
static void
read_address(struct peer *peer, const struct sockaddr *address)
{
	const struct sockaddr_in *four = (const void *)address;
	const struct sockaddr_in6 *six = (const void *)address;
	const unsigned char *bytes;

	if (address == NULL)
		return;
	if (address->sa_family == AF_INET) {
		bytes = (const unsigned char *)&four->sin_addr;
		peer->address_len = bytes[0] == 127 ? 0 : 4;
	} else if (address->sa_family == AF_INET6) {
		bool mapped = IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);

		bytes = six->sin6_addr.s6_addr + (mapped ? 12 : 0);
		peer->address_len = mapped ? 4 : 8;
		if (IN6_IS_ADDR_LOOPBACK(&six->sin6_addr) ||
		    (mapped && bytes[0] == 127))
			peer->address_len = 0;
	} else
		return;
	memcpy(peer->address, bytes, peer->address_len);
}

static void
cut(struct peer *peer)
{
	if (!peer->cut) {
		peer->cut = true;
		shutdown(peer->fd, SHUT_RDWR);
		metrics_cut();
	}
}

/* False when there were too many before. */
static bool
count_in(struct peers *p, const struct peer *peer)
{
	int64_t *count;

	if (peer->address_len == 0)
		return true;
	count = names_find(&p->addresses, peer->address, peer->address_len);
	if (count == NULL) {
		names_add(&p->addresses, peer->address, peer->address_len, 1);
		return true;
	}
	++*count;
	return p->limits.per_address == 0 ||
	    *count <= (int64_t)p->limits.per_address;
}

struct peer *
peer_enter(struct peers *p, int fd, const struct sockaddr *address)
{
	struct peer *peer = mem_calloc(1, sizeof *peer);

	peer->fd = fd;
	peer->since = clock_monotonic();
	read_address(peer, address);
	metrics_connections(1);
	pthread_mutex_lock(&p->lock);
	peer->next = p->first;
	peer->link = &p->first;
	if (p->first != NULL)
		p->first->link = &peer->next;
	p->first = peer;
	if (!count_in(p, peer))
		cut(peer);
	pthread_mutex_unlock(&p->lock);
	return peer;
}

void
peer_leave(struct peers *p, struct peer *peer)
{
	int64_t *count;

	metrics_connections(-1);
	pthread_mutex_lock(&p->lock);
	*peer->link = peer->next;
	if (peer->next != NULL)
		peer->next->link = peer->link;
	if (peer->address_len > 0) {
		count =
		    names_find(&p->addresses, peer->address, peer->address_len);
		--*count;
	}
	pthread_mutex_unlock(&p->lock);
	free(peer);
}

void
peer_set(struct peers *p, struct peer *peer, enum peer_state state)
{
	pthread_mutex_lock(&p->lock);
	if (peer->state != state) {
		peer->state = state;
		peer->since = clock_monotonic();
	}
	pthread_mutex_unlock(&p->lock);
}

/* Names are never taken out one by one: those of who is gone pile up. */
static void
forget_gone(struct peers *p)
{
	const struct peer *peer;
	int64_t *count;

	names_clear(&p->addresses);
	for (peer = p->first; peer != NULL; peer = peer->next) {
		if (peer->address_len == 0)
			continue;
		count =
		    names_find(&p->addresses, peer->address, peer->address_len);
		if (count != NULL)
			++*count;
		else
			names_add(
			    &p->addresses, peer->address, peer->address_len, 1);
	}
}

void
peers_check(struct peers *p)
{
	int64_t now = clock_monotonic();
	struct peer *peer;

	pthread_mutex_lock(&p->lock);
	for (peer = p->first; peer != NULL; peer = peer->next) {
		int64_t limit = p->limits.ms[peer->state];

		if (limit > 0 && now - peer->since > limit)
			cut(peer);
	}
	if (p->addresses.count > ADDRESSES_MAX)
		forget_gone(p);
	pthread_mutex_unlock(&p->lock);
}

void
peers_cut(struct peers *p, enum peer_state state)
{
	struct peer *peer;

	pthread_mutex_lock(&p->lock);
	for (peer = p->first; peer != NULL; peer = peer->next)
		if (peer->state == state)
			cut(peer);
	pthread_mutex_unlock(&p->lock);
}

size_t
peers_busy(struct peers *p)
{
	const struct peer *peer;
	size_t busy = 0;

	pthread_mutex_lock(&p->lock);
	for (peer = p->first; peer != NULL; peer = peer->next)
		busy += !peer->cut && peer->state != PEER_IDLE &&
		    peer->state != PEER_STREAM;
	pthread_mutex_unlock(&p->lock);
	return busy;
}

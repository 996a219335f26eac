/*
 * The connections that are open: how many from one address, and how long each
 * may take for what it is doing. Who takes too long is cut off, however many
 * bytes trickle in.
 */
#ifndef PF_SERVE_PEERS_H
#define PF_SERVE_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct peers;
struct peer;

/* What a connection is doing. */
enum peer_state {
	PEER_FRESH,   /* it has just come */
	PEER_IDLE,    /* it has had an answer */
	PEER_HEADERS, /* some of it, but not all headers */
	PEER_BODY,
	PEER_WORKING, /* we are */
	PEER_ANSWER,  /* the answer is on its way */
	PEER_STREAM,  /* an answer without an end is */
	PEER_STATES
};

struct peers_limits {
	int64_t ms[PEER_STATES]; /* 0: as long as it likes */
	/* Of one address; who comes from this machine is not counted, as that
	 * is a proxy. 0: no bound. */
	unsigned per_address;
};

struct peers *peers_new(const struct peers_limits *limits);
void peers_free(struct peers *p);
/* New limits, also for those who are there. */
void peers_limit(struct peers *p, const struct peers_limits *limits);

/*
 * A connection begins: `fd` is its socket, which stays open up to peer_leave.
 * It is shut down at once where its address has too many.
 */
struct peer *
peer_enter(struct peers *p, int fd, const struct sockaddr *address);
void peer_leave(struct peers *p, struct peer *peer);
void peer_set(struct peers *p, struct peer *peer, enum peer_state state);

/* Cuts off who has taken too long; to be called every second or so. */
void peers_check(struct peers *p);
/* Cuts off all that are in that state. */
void peers_cut(struct peers *p, enum peer_state state);
/* How many have asked and are not answered yet, or have come to ask. */
size_t peers_busy(struct peers *p);

#endif

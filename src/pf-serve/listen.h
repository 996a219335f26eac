/*
 * Sockets to listen on: of our own, or those that a service manager hands over
 * (sd_listen_fds(3)) and keeps open while the program is replaced.
 */
#ifndef PF_SERVE_LISTEN_H
#define PF_SERVE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

struct listener {
	int fd;
	bool handed; /* over by a service manager */
	bool local;  /* only this machine can reach it */
	char name[160];
};

/*
 * Listens on "ADDRESS:PORT", "[ADDRESS]:PORT", ":PORT" (all addresses) or
 * "unix:/PATH", whose stale socket is replaced. 0, or an exit status after one
 * sentence.
 */
int listen_on(struct listener *l, const char *where);
/* The same without a socket: whether it could be one, of which name, and who
 * could reach it. */
int listen_try(struct listener *l, const char *where);
/* Those that were handed over, at most `max`; how many. */
size_t listen_handed(struct listener *l, size_t max);
void listen_close(struct listener *l);

/* Tells the service manager (sd_notify(3)), if there is one. */
void listen_notify(const char *state);

#endif

/* All parts of the server, put together. */
#ifndef PF_SERVE_SERVER_H
#define PF_SERVE_SERVER_H

#include "options.h"

struct server;

/* What server_start would say without the store and its sockets: an exit
 * status, after one sentence. */
int server_try(const struct options *options);
/* Opens the store and listens. NULL after one sentence, with the exit status.
 * The options are borrowed. */
struct server *server_start(const struct options *options, int *status);
/* Takes over new limits and tokens; what is wrong is told of and changes
 * nothing. */
void server_reload(struct server *s, const struct options *options);
/* To be called every second or so. */
void server_check(struct server *s);
/* Answers what was asked, refuses the rest, and ends. An exit status: 75 when
 * it could not wait for all. */
int server_stop(struct server *s);

#endif

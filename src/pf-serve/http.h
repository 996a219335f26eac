/*
 * HTTP: requests in, answers out. All that waits for a store or a disk is done
 * by others (writer.h, readers.h, chores.h); the threads of this one only move
 * bytes.
 */
#ifndef PF_SERVE_HTTP_H
#define PF_SERVE_HTTP_H

#include "chores.h"
#include "listen.h"
#include "peers.h"
#include "readers.h"
#include "tokens.h"
#include "writer.h"

struct http;

struct http_limits {
	size_t body_max;     /* bytes of a body as it comes */
	size_t unpacked_max; /* and unpacked */
	size_t lines_max;    /* of one batch */
	size_t held_max;     /* of all bodies together, and of all answers */
	struct peers_limits peers;
};

struct http_options {
	struct writer *writer;
	struct readers *readers;
	struct chores *chores;
	struct http_limits limits;
	unsigned threads, connections_max;
	size_t header_max;
	const char *cert, *key; /* PEM; NULL: without TLS */
};

struct http *http_new(const struct http_options *options);
/* Serves what comes on a socket, which stays the caller's. An exit status,
 * after one sentence. */
int http_serve(struct http *h, const struct listener *l);
/*
 * `tokens` becomes the server's; NULL: who can reach us may send and ask.
 * Streams that are open were let in by the tokens before, and are cut off: who
 * still may comes back.
 */
void http_set(
    struct http *h, const struct http_limits *limits, struct tokens *tokens);
/* An exchange_done: sends the answer. */
void http_answer(struct exchange *x);
/* To be called every second or so. */
void http_check(struct http *h);
/*
 * From now on each connection gets one more answer: 503, or, on sockets that
 * were handed over, what it asks for, and those take no more connections: the
 * next program does.
 */
void http_refuse(struct http *h);
/* Connections that wait for an answer, or have come for one. */
size_t http_busy(struct http *h);
/* Ends all connections; nobody may have an exchange any more. */
void http_free(struct http *h);

#endif

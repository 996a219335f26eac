/* The HTTP of one request: from headers and bytes to a request, and from an
 * answer to headers and bytes. */
#ifndef PF_SERVE_TRANSPORT_H
#define PF_SERVE_TRANSPORT_H

#include <microhttpd.h>

#include "exchange.h"
#include "http.h"
#include "unpack.h"

enum stage {
	STAGE_HEADERS,
	STAGE_WAITING, /* for room for the body */
	STAGE_BODY,
	STAGE_DRAIN, /* the answer is known; what still comes is not wanted */
	STAGE_WORKING,
	STAGE_ANSWER
};

struct transport {
	struct MHD_Connection *connection;
	struct peer *peer;
	enum stage stage;
	char *target;              /* as it was sent */
	struct http_limits limits; /* as they were when it came */
	size_t length;             /* of the body, as the headers say */
	bool chunked;              /* they do not */
	enum unpack_form form;     /* of the body, as the headers say */
	struct buf body;
	size_t drained;
	size_t lines;     /* of a batch */
	unsigned allowed; /* methods, for 405 */
	unsigned list;    /* of tokens, that let it in */
};

struct transport *transport_new(
    struct MHD_Connection *connection, struct peer *peer, const char *target);
void transport_free(struct transport *t);

/* Target and headers into the request. False, with the answer, when they
 * cannot be what they should. */
bool transport_read_headers(struct transport *t, struct exchange *x,
    const char *method, const char *version);
/* The memory that its body will take, as far as the headers tell. */
size_t transport_room(const struct transport *t);
/* The token that came along; the caller frees it. NULL: none. */
char *transport_token(const struct transport *t);
/* The body that came, unpacked, into the request. False, with the answer. */
bool transport_finish_body(struct transport *t, struct exchange *x);
/* Sends the answer; with `last` no more comes on this connection. */
enum MHD_Result
transport_send(struct transport *t, struct exchange *x, bool last);

#endif

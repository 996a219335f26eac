/* The destinations https:// and http://: what both files of them share. */
#ifndef PF_SHIP_HTTP_H
#define PF_SHIP_HTTP_H

#include <curl/curl.h>

#include "destination.h"
#include "pack.h"

/* One request; a free one has no consignment. */
struct http_request {
	CURL *easy; /* made with the first use */
	struct consignment *consignment;
	struct curl_slist *headers;
	struct buf body;   /* what is sent, packed */
	struct buf answer; /* what came back */
	char error[CURL_ERROR_SIZE];
	struct http_request *next; /* of the free ones */
};

struct http {
	CURLM *multi; /* made with the first use, after any fork */
	char *url;
	char *authorization; /* the header; NULL: none */
	struct pack *pack;
	struct http_request *request; /* as many as may be in flight */
	size_t count;
	struct http_request *free;
};

/*
 * Checks the URL, the token, the files and all that can be known without a
 * connection. 0, or an exit status with the rest of a sentence in *why.
 */
int http_configure(struct http *h, const char *url,
    const struct destination_options *o, struct buf *why);
/* Sets what is the same for all requests. */
void http_prepare(const struct http *h, struct http_request *r,
    const struct destination_options *o);

#endif

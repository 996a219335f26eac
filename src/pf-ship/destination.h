/*
 * Where batches go. One row of the table in destination.c and one file each.
 */
#ifndef PF_SHIP_DESTINATION_H
#define PF_SHIP_DESTINATION_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "strvec.h"

enum delivery {
	DELIVERY_DONE,
	DELIVERY_REMARKED,    /* taken; some line was rejected over there */
	DELIVERY_TEMPORARY,   /* try again later */
	DELIVERY_REFUSED,     /* some of these lines is not wanted */
	DELIVERY_CONFLICT,    /* the key is there with other contents */
	DELIVERY_FORBIDDEN,   /* no permission: stop and keep */
	DELIVERY_UNUSABLE,    /* the destination needs a person: stop, keep */
	DELIVERY_INTERRUPTED, /* a signal came */
};

struct destination_options {
	const char *remote;     /* command for ssh:// */
	const char *ssh_config; /* ssh -F; NULL is ssh's own */
	int64_t timeout_ms;     /* of one batch */
	int signals;            /* readable when delivery is to be left */
};

struct destination {
	const struct destination_scheme *scheme;
	struct destination_options options;
	struct strvec argv; /* of a command */
	char *path;         /* of a file or directory */
};

/* Some lines, whole. */
struct consignment {
	const char *key; /* the same for the same bytes, for ever */
	const char *bytes;
	size_t len;
};

struct destination_scheme {
	const char *prefix; /* "file://" */
	/* NULL, or what is wrong with the rest of the URL. */
	const char *(*open)(struct destination *d, const char *rest);
	/* On anything but success *why gets the reason. */
	enum delivery (*deliver)(struct destination *d,
	    const struct consignment *c, struct buf *why);
};

extern const struct destination_scheme destination_exec;
extern const struct destination_scheme destination_file;
extern const struct destination_scheme destination_ssh;

/* NULL, or what is wrong with the URL as the rest of a sentence. */
const char *destination_open(struct destination *d, const char *url,
    const struct destination_options *options);
void destination_release(struct destination *d);
enum delivery destination_deliver(
    struct destination *d, const struct consignment *c, struct buf *why);

#endif

/*
 * Where batches go. One row of the table in destination.c and one file each.
 *
 * A destination takes consignments until it has enough of them, and then says
 * what has become of one after the other, in any order.
 */
#ifndef PF_SHIP_DESTINATION_H
#define PF_SHIP_DESTINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer.h"
#include "buf.h"
#include "strvec.h"

enum delivery {
	DELIVERY_DONE,        /* taken; what was rejected is in the answer */
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
	int64_t ssh_persist_ms; /* of the control connection; 0: none */
	const char *spool;      /* where that one's socket may be */
	int64_t timeout_ms;     /* of one batch */
	int64_t connect_timeout_ms, stall_timeout_ms;
	uint64_t in_flight; /* consignments, where there may be several */
	const char *compress;
	const char *token_file, *ca_file, *cert, *key, *proxy;
	bool insecure_http; /* credentials over plain http to anywhere */
	int signals;        /* readable when delivery is to be left */
};

/* Some lines, whole, and what has become of them. */
struct consignment {
	const char *key; /* the same for the same bytes, for ever */
	const char *bytes;
	size_t len;
	uint64_t lines;
	uint64_t number; /* counts what was handed over */
	/* Set by the destination. */
	enum delivery result;
	struct buf why;         /* the reason of anything but success */
	int64_t retry_after_ms; /* -1: nothing was said */
	struct answer answer;   /* counts and rejected lines of DELIVERY_DONE */
	struct consignment *next; /* the destination's own */
};

struct destination {
	const struct destination_scheme *scheme;
	struct destination_options options;
	struct strvec argv;          /* of a command */
	char *path;                  /* of a file or directory */
	struct consignment *waiting; /* where there is one at a time */
	void *state;                 /* the scheme's own */
};

struct destination_scheme {
	const char *prefix; /* "file://" */
	bool several;       /* in flight at once */
	/* After a failure there is no other try in this run. */
	bool once;
	/* 0, or an exit status with the rest of a sentence in *why. */
	int (*open)(struct destination *d, const char *rest, struct buf *why);
	void (*close)(struct destination *d);
	/* Takes a consignment, which is borrowed until its result is told. */
	void (*send)(struct destination *d, struct consignment *c);
	/* Waits for a result. NULL when a signal came, which is still there. */
	struct consignment *(*next)(struct destination *d);
};

extern const struct destination_scheme destination_exec;
extern const struct destination_scheme destination_file;
extern const struct destination_scheme destination_http;
extern const struct destination_scheme destination_https;
extern const struct destination_scheme destination_ssh;
extern const struct destination_scheme destination_stdio;

/*
 * 0, or an exit status with what is wrong with the URL, or with what it needs,
 * as the rest of a sentence.
 */
int destination_open(struct destination *d, const char *url,
    const struct destination_options *options, struct buf *why);
/*
 * Appends what messages call it, quoted: the URL without a user and a query,
 * and of exec: no more than that, as a command may have secrets in it.
 */
void destination_name(struct buf *name, const char *url);
/* What is in flight then has no result. */
void destination_close(struct destination *d);
/* How many may be in flight. */
uint64_t destination_window(const struct destination *d);
/* The consignment's result, reason and answer are made empty first. */
void destination_send(struct destination *d, struct consignment *c);
struct consignment *destination_next(struct destination *d);

/* For schemes with one in flight: keeps it until it is asked for. */
void destination_keep(struct destination *d, struct consignment *c);

void consignment_init(struct consignment *c);
void consignment_release(struct consignment *c);

#endif

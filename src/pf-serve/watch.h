/*
 * What is known of a job that somebody watches: for each thing, its state, each
 * fuzzer instance's statistics, each crash, the latest that was said of it.
 * Every change has a number; who knows of all up to one is told of the rest.
 */
#ifndef PF_SERVE_WATCH_H
#define PF_SERVE_WATCH_H

#include <pthread.h>

#include "buf.h"
#include "libstore/db.h"
#include "names.h"

/* Of a job with more crashes, or more instances, the latest. */
#define WATCH_CRASHES_MAX 1000
/* A text that is longer is not told: it can be asked for. */
#define WATCH_TEXT_MAX 512

struct watch_item {
	char *version; /* of what is said */
	char *text;    /* a whole event of the stream */
	uint64_t number;
};

struct watch {
	char *job;
	char boot[17]; /* numbers of another one mean nothing here */
	uint64_t last; /* number given */
	struct watch_item *item;
	size_t count, cap;
	struct names names; /* the place of each thing */
	/* Of what is said. It is not held while the store is asked. */
	pthread_mutex_t lock;
};

void watch_init(struct watch *w, const char *job);
void watch_release(struct watch *w);
/* Asks the store, inside a db_begin_read: by one thread, while others tell. 1
 * when there is something to tell, 0 when not, -1 with db_error. */
int watch_look(struct watch *w, struct db *db);
/* Appends what has a number above *after, in order, about `max` bytes at most;
 * *after becomes the last one's. */
void watch_tell(struct watch *w, uint64_t *after, struct buf *out, size_t max);
/* The number that an id of ours stands for; 0 for any other. */
uint64_t watch_resume(struct watch *w, const char *id);

#endif

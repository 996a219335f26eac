/* One queue for all of them. */
#include "readers.h"

#include <stdlib.h>
#include <sysexits.h>

#include "mem.h"
#include "msg.h"
#include "waiting.h"

struct reader {
	struct readers *readers;
	struct db *db;
	pthread_t thread;
};

struct readers {
	struct readers_options options;
	struct waiting waiting;
	struct reader *reader;
	unsigned count;
};

static void
answer(struct db *db, struct exchange *x)
{
	int tries = 2;

	do {
		db_forget_error(db);
		answer_release(&x->answer);
		answer_init(&x->answer);
		if (db_begin_read(db) < 0)
			route_failed(db, &x->answer);
		else
			x->route->answer(db, &x->request, &x->answer);
		db_rollback(db);
	} while (--tries > 0 && db_error(db)->fault == DB_FAULT_LOST &&
	    db_reopen(db) == 0);
}

static void *
work(void *context)
{
	struct reader *r = context;
	bool closed;
	struct exchange *x;

	while ((x = waiting_take(&r->readers->waiting, -1, &closed)) != NULL) {
		answer(r->db, x);
		r->readers->options.done(x);
	}
	return NULL;
}

struct readers *
readers_start(const struct readers_options *options, int *status)
{
	struct readers *r = mem_calloc(1, sizeof *r);
	struct db_error error;

	r->options = *options;
	r->reader = mem_calloc(options->threads, sizeof *r->reader);
	waiting_init(&r->waiting, options->waiting_max);
	for (; r->count < options->threads; r->count++) {
		struct reader *one = &r->reader[r->count];

		one->readers = r;
		one->db = db_open(options->db,
		    &(struct db_options){
			.mode = DB_READ, .wait_ms = options->wait_ms},
		    &error);
		if (one->db == NULL) {
			msg_warnx("%s", error.text);
			*status = db_exit_code(error.fault);
			readers_stop(r);
			return NULL;
		}
		if (pthread_create(&one->thread, NULL, work, one) != 0)
			msg_diex(EX_OSERR, "no thread can be made to read");
	}
	return r;
}

bool
readers_put(struct readers *r, struct exchange *x)
{
	return waiting_put(&r->waiting, x);
}

void
readers_stop(struct readers *r)
{
	unsigned i;

	waiting_close(&r->waiting);
	for (i = 0; i < r->count; i++) {
		pthread_join(r->reader[i].thread, NULL);
		db_close(r->reader[i].db);
	}
	waiting_release(&r->waiting);
	free(r->reader);
	free(r);
}

/*
 * The life of one fuzzer process as a table: state and event give the next
 * state and one action. Pure: no clock, no process, no memory.
 */
#ifndef PF_MACHINE_H
#define PF_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum machine_state {
	MACHINE_WAITING, /* for the moment to start, or to start again */
	MACHINE_HELD,    /* as waiting, but not before it is released */
	MACHINE_RUNNING,
	MACHINE_LEAVING,  /* it was asked to end, to be started again */
	MACHINE_HOLDING,  /* it was asked to end, to be held */
	MACHINE_STOPPING, /* it was asked to end for good */
	MACHINE_KILLING,  /* its tree is being killed */
	MACHINE_ENDED,
	MACHINE_STATES
};

enum machine_event {
	MACHINE_DUE,          /* the moment to start has come */
	MACHINE_NOT_STARTED,  /* it could not be executed */
	MACHINE_GONE_DONE,    /* it and all its descendants are gone: … */
	MACHINE_GONE_MISUSED, /* … it will not do better the next time */
	MACHINE_GONE_BROKE,   /* … it may */
	MACHINE_LEAVE,        /* it must be started afresh */
	MACHINE_HOLD,         /* it must not run for a while */
	MACHINE_RELEASE,      /* it may again */
	MACHINE_STOP,         /* time used up, or asked to stop */
	MACHINE_GRACE_OVER,   /* it did not end in time */
	MACHINE_EVENTS
};

enum machine_action {
	MACHINE_NOTHING,
	MACHINE_START,
	MACHINE_RETRY, /* schedule the next start */
	MACHINE_ASK,   /* send the stop signal, begin the grace time */
	MACHINE_KILL,
	MACHINE_FINISH, /* ended as it should */
	MACHINE_FAIL,   /* ended for good, with a reason */
};

struct machine_step {
	enum machine_state next;
	enum machine_action action;
};

struct machine_step
machine_step(enum machine_state state, enum machine_event event);

/* Whether a process in this state was asked to end and has time to do so. */
bool machine_has_grace(enum machine_state state);

/*
 * The pause in milliseconds before start number `failures` + 1 in a row that
 * broke: `first`, doubled each time, `most` at the most.
 */
int64_t machine_backoff(unsigned failures, int64_t first, int64_t most);

#endif

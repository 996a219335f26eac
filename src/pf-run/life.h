/*
 * A fuzzer process through the states of machine.h: the actions, and the
 * reasons for which it is stopped, held and started again.
 */
#ifndef PF_LIFE_H
#define PF_LIFE_H

#include "supervisor.h"

/* Lets the event happen to one process. */
void
life_step(struct supervisor *s, struct fuzzer *f, enum machine_event event);
/* Stops all of them for good; a second time kills them. */
void life_stop_all(struct supervisor *s, const char *reason);
/* Has one end and start again, for a reason of ours. */
void life_restart(struct supervisor *s, struct fuzzer *f, const char *reason);
/*
 * Keeps all of them, or with `f` one, from running until life_release; several
 * causes are independent of each other.
 */
void life_hold(struct supervisor *s, struct fuzzer *f, enum fuzzer_hold cause,
    const char *reason);
void
life_release(struct supervisor *s, struct fuzzer *f, enum fuzzer_hold cause);
/* A process and all below it are gone: `event` is the end that it was. */
void
life_gone(struct supervisor *s, struct fuzzer *f, enum machine_event event);

#endif

/* Being asked to stop: SIGINT, SIGTERM, SIGHUP. */
#ifndef PF_INTERRUPT_H
#define PF_INTERRUPT_H

#include <poll.h>

/* From now on they only end interrupt_poll. One that is ignored stays so. */
void interrupt_init(void);
/* The signal that came, or 0. */
int interrupt_signal(void);
/* poll(2) that a signal ends at once, also one that came before it. */
int interrupt_poll(struct pollfd *polls, nfds_t n, int timeout_ms);

#endif

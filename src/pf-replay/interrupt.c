#include "interrupt.h"

#include <signal.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t came;
static sigset_t open_mask;

static void
note(int signal)
{
	came = signal;
}

void
interrupt_init(void)
{
	struct sigaction old, action = {.sa_handler = note};
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler == SIG_IGN)
			continue;
		sigaction(signals[i], &action, NULL);
		sigaddset(&mask, signals[i]);
	}
	sigprocmask(SIG_BLOCK, &mask, &open_mask);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		sigdelset(&open_mask, signals[i]);
}

int
interrupt_signal(void)
{
	return (int)came;
}

int
interrupt_poll(struct pollfd *polls, nfds_t n, int timeout_ms)
{
	struct timespec t = {.tv_sec = timeout_ms / 1000,
	    .tv_nsec = timeout_ms % 1000 * 1000000L};

	return ppoll(polls, n, timeout_ms < 0 ? NULL : &t, &open_mask);
}

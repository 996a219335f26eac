/* pf-serve - the store over HTTP: batches in, questions answered. */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#include "msg.h"
#include "out.h"
#include "server.h"
#include "tokens.h"

#define CHECK_MS 500

/* Blocked for all threads, and read here. */
static int
open_signals(void)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		msg_die(EX_OSERR, "watch for signals");
	return fd;
}

/* The signal that came within a while; 0 when none did. */
static uint32_t
next_signal(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};
	struct signalfd_siginfo info;

	if (poll(&p, 1, CHECK_MS) <= 0 ||
	    read(fd, &info, sizeof info) != (ssize_t)sizeof info)
		return 0;
	return info.ssi_signo;
}

static void
reload(struct server *server, int argc, char *argv[])
{
	struct options o;

	if (options_read(&o, argc, argv, true) == 0)
		server_reload(server, &o);
	else
		msg_warnx("limits and tokens stay as they were");
	options_release(&o);
}

static int
serve(const struct options *o, int argc, char *argv[])
{
	int signals = open_signals(), status = 0;
	struct server *server = server_start(o, &status);
	uint32_t signal = 0;

	while (server != NULL && signal != SIGTERM && signal != SIGINT) {
		signal = next_signal(signals);
		if (signal == SIGHUP)
			reload(server, argc, argv);
		server_check(server);
	}
	if (server != NULL)
		status = server_stop(server);
	close(signals);
	return status;
}

/* "ROLE:NAME" */
static int
make_token(const struct options *o)
{
	char token[TOKEN_TEXT], *colon = strchr(o->token, ':');
	int status;

	if (colon == NULL) {
		msg_warnx("--token is ROLE:NAME: %s", msg_quote(o->token));
		return EX_USAGE;
	}
	*colon = '\0';
	status = tokens_add(o->tokens, o->token, colon + 1, token);
	if (status == 0) {
		out_add(token, strlen(token));
		out_add("\n", 1);
	}
	return status;
}

int
main(int argc, char *argv[])
{
	struct options o;
	int status;

	msg_init("pf-serve");
	/* What a large body took is given back, and threads share the rest. */
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	mallopt(M_ARENA_MAX, 2);
	status = options_read(&o, argc, argv, false);
	if (status == 0) {
		if (o.token != NULL)
			status = make_token(&o);
		else if (o.revoke != NULL)
			status = tokens_revoke(o.tokens, o.revoke);
		else if (o.check_config)
			status = server_try(&o);
		else
			status = serve(&o, argc, argv);
	}
	options_release(&o);
	return out_close(status);
}

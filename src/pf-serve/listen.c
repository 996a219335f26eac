/* Sockets, and the little of systemd's protocol that is needed. */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"
#include "opt.h"

#define BACKLOG 1024
/* SD_LISTEN_FDS_START of sd-daemon.h. */
#define FIRST_HANDED 3

static bool
is_local(const struct sockaddr *address)
{
	const struct sockaddr_in *four = (const void *)address;
	const struct sockaddr_in6 *six = (const void *)address;

	if (address->sa_family == AF_INET)
		return ntohl(four->sin_addr.s_addr) >> 24 == 127;
	if (address->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
	return address->sa_family == AF_UNIX;
}

/* Its name, and who can reach it. */
static void
describe(struct listener *l, const struct sockaddr *address, socklen_t len)
{
	char host[64] = "?", port[16] = "?";
	const struct sockaddr_un *path = (const void *)address;

	l->local = is_local(address);
	if (address->sa_family == AF_UNIX) {
		snprintf(l->name, sizeof l->name, "unix:%s", path->sun_path);
		return;
	}
	getnameinfo(address, len, host, sizeof host, port, sizeof port,
	    NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(l->name, sizeof l->name,
	    address->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

/* As it was bound, with the port that it got. */
static void
describe_bound(struct listener *l)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;

	memset(&address, 0, sizeof address);
	if (getsockname(l->fd, (struct sockaddr *)&address, &len) == 0)
		describe(l, (struct sockaddr *)&address, len);
}

static int
fail(const char *where, const char *what)
{
	int status =
	    errno == EACCES || errno == EPERM ? EX_NOPERM : EX_UNAVAILABLE;

	msg_warn("%s on %s", what, msg_quote(where));
	return status;
}

static int
listen_bound(struct listener *l, const char *where)
{
	if (l->fd < 0)
		return fail(where, "listen");
	if (listen(l->fd, BACKLOG) < 0) {
		int status = fail(where, "listen");

		close(l->fd);
		return status;
	}
	describe_bound(l);
	return 0;
}

/* One that nobody listens on is left over. */
static void
remove_stale(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) <
		0 &&
	    errno == ECONNREFUSED && lstat(address->sun_path, &st) == 0 &&
	    S_ISSOCK(st.st_mode))
		unlink(address->sun_path);
	close(fd);
}

static bool
is_path(const char *where)
{
	return strncmp(where, "unix:", 5) == 0;
}

static int
address_of_path(const char *where, struct sockaddr_un *address)
{
	const char *path = where + strlen("unix:");

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address->sun_path) {
		msg_warnx("listen on %s: the path is too long for a socket",
		    msg_quote(where));
		return EX_USAGE;
	}
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

static int
listen_on_path(struct listener *l, const char *where)
{
	struct sockaddr_un address;
	int status = address_of_path(where, &address);

	if (status != 0)
		return status;
	remove_stale(&address);
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd >= 0 &&
	    bind(l->fd, (struct sockaddr *)&address, sizeof address) < 0) {
		status = fail(where, "bind");
		close(l->fd);
		return status;
	}
	return listen_bound(l, where);
}

/* "HOST:PORT" to its halves; false when it is none. */
static bool
split(const char *where, char **host, const char **port)
{
	const char *colon = strrchr(where, ':');
	size_t len;

	if (colon == NULL || colon[1] == '\0')
		return false;
	*port = colon + 1;
	len = (size_t)(colon - where);
	if (len >= 2 && where[0] == '[' && where[len - 1] == ']') {
		where++;
		len -= 2;
	} else if (memchr(where, ':', len) != NULL)
		return false;
	*host = mem_printf("%.*s", (int)len, where);
	return true;
}

/* What there is at a host and a port; an exit status, after one sentence. */
static int
resolve(const char *where, struct addrinfo **found)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	    .ai_socktype = SOCK_STREAM};
	const char *port;
	uint64_t number;
	char *host;
	int code, status = EX_USAGE;

	*found = NULL;
	if (!split(where, &host, &port)) {
		msg_warnx("listen on %s: not ADDRESS:PORT, [ADDRESS]:PORT or "
			  "unix:PATH",
		    msg_quote(where));
		return status;
	}
	if (!opt_count(port, &number) || number > UINT16_MAX)
		msg_warnx("listen on %s: %s is no port, which is a number up "
			  "to 65535",
		    msg_quote(where), msg_quote(port));
	else if ((code = getaddrinfo(
		      *host == '\0' ? NULL : host, port, &hints, found)) != 0) {
		msg_warnx(
		    "listen on %s: %s", msg_quote(where), gai_strerror(code));
		status = EX_UNAVAILABLE;
	} else
		status = 0;
	free(host);
	return status;
}

static int
bind_one(const struct addrinfo *a)
{
	int fd =
	    socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, off = 0, saved;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (a->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int
listen_on(struct listener *l, const char *where)
{
	struct addrinfo *found, *a;
	int status;

	*l = (struct listener){.fd = -1};
	if (is_path(where))
		return listen_on_path(l, where);
	status = resolve(where, &found);
	if (status != 0)
		return status;
	for (a = found; a != NULL && l->fd < 0; a = a->ai_next)
		l->fd = bind_one(a);
	freeaddrinfo(found);
	return listen_bound(l, where);
}

int
listen_try(struct listener *l, const char *where)
{
	struct addrinfo *found = NULL;
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	int status;

	*l = (struct listener){.fd = -1};
	status = is_path(where) ? address_of_path(where, &path)
				: resolve(where, &found);
	if (status != 0)
		return status;
	if (found == NULL)
		describe(l, (const struct sockaddr *)&path, sizeof path);
	else
		describe(l, found->ai_addr, found->ai_addrlen);
	if (found != NULL)
		freeaddrinfo(found);
	return 0;
}

size_t
listen_handed(struct listener *l, size_t max)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	uint64_t count = 0, wanted = 0;
	size_t i;

	if (pid == NULL || fds == NULL || !opt_count(pid, &wanted) ||
	    wanted != (uint64_t)getpid() || !opt_count(fds, &count))
		return 0;
	/* Not for what we start. */
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	for (i = 0; i < count && i < max; i++) {
		l[i] = (struct listener){
		    .fd = FIRST_HANDED + (int)i, .handed = true};
		fcntl(l[i].fd, F_SETFD, FD_CLOEXEC);
		fcntl(l[i].fd, F_SETFL, fcntl(l[i].fd, F_GETFL) | O_NONBLOCK);
		describe_bound(&l[i]);
	}
	return i;
}

void
listen_close(struct listener *l)
{
	if (l->fd >= 0)
		close(l->fd);
	if (!l->handed && strncmp(l->name, "unix:", 5) == 0)
		unlink(l->name + 5);
	l->fd = -1;
}

void
listen_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = path == NULL ? 0 : strlen(path);
	int fd;

	if (len == 0 || len >= sizeof address.sun_path ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		(struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		msg_warn("tell the service manager");
	close(fd);
}

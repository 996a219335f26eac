/* Paths before the start: found, made absolute, compared. */
#include <errno.h>
#include <sys/stat.h>

#include "mem.h"
#include "msg.h"
#include "preflight_parts.h"

static char *
absolute(const char *path)
{
	char *real = realpath(path, NULL), *copy;

	if (real == NULL)
		return NULL;
	copy = mem_dup(real);
	free(real);
	return copy;
}

int
preflight_resolve(char **path, const char *what)
{
	char *full = absolute(*path);

	if (full == NULL) {
		int status = msg_exit_code(errno);

		msg_warn("%s %s", what, msg_quote(*path));
		return status;
	}
	free(*path);
	*path = full;
	return 0;
}

/* The length of `path` without its last part and the slashes before it. */
static size_t
parent_length(const char *path, size_t n)
{
	while (n > 0 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	while (n > 1 && path[n - 1] == '/')
		n--;
	return n;
}

char *
preflight_existing(const char *path)
{
	size_t n = strlen(path);
	char *part, *real;

	for (;;) {
		part = n == 0 ? mem_dup(".") : mem_dup_n(path, n);
		real = absolute(part);
		free(part);
		if (real != NULL)
			return real;
		if (n == 0 || strcmp(path, "/") == 0)
			return mem_dup("/");
		n = parent_length(path, n);
	}
}

void
preflight_resolve_new(char **path)
{
	size_t n = strlen(*path);
	char *real = absolute(*path), *part, *full;
	const char *rest;

	while (real == NULL && n > 0) {
		n = parent_length(*path, n);
		part = n == 0 ? mem_dup(".") : mem_dup_n(*path, n);
		real = absolute(part);
		free(part);
	}
	if (real == NULL)
		return;
	rest = *path + n + strspn(*path + n, "/");
	full = *rest == '\0'
	    ? mem_dup(real)
	    : mem_printf("%s/%s", strcmp(real, "/") == 0 ? "" : real, rest);
	free(real);
	free(*path);
	*path = full;
}

bool
preflight_is_below(const char *path, const char *above)
{
	size_t n = strlen(above);

	if (strcmp(above, "/") == 0)
		return path[1] != '\0';
	return strncmp(path, above, n) == 0 && path[n] == '/';
}

/* The search of PATH. */
#include "program.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "mem.h"

static bool
is_program(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	if (S_ISREG(st.st_mode))
		return access(path, X_OK) == 0;
	errno = EACCES;
	return false;
}

char *
program_find(const char *name)
{
	const char *path = getenv("PATH"), *end;
	int error = ENOENT;

	if (strchr(name, '/') != NULL)
		return is_program(name) ? mem_dup(name) : NULL;
	if (path == NULL)
		path = "/bin:/usr/bin"; /* as confstr(3) has it */
	for (; *path != '\0'; path = *end == ':' ? end + 1 : end) {
		char *file;

		end = strchrnul(path, ':');
		/* An empty part is the working directory. */
		file = mem_printf("%.*s%s%s", (int)(end - path), path,
		    end > path ? "/" : "./", name);
		if (is_program(file))
			return file;
		if (errno == EACCES)
			error = EACCES;
		free(file);
	}
	errno = error;
	return NULL;
}

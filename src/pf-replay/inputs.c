#include "inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "buf.h"
#include "entries.h"
#include "mem.h"
#include "msg.h"
#include "out.h"

struct walk {
	struct strvec todo; /* directories */
	struct strvec named, plain;
	bool top; /* it is the operand's own entries */
	int status;
};

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool
ends(const char *text, const char *with)
{
	size_t n = strlen(text), m = strlen(with);

	return n >= m && strcmp(text + n - m, with) == 0;
}

/* What lies beside inputs and is none. */
static bool
is_other(const char *name)
{
	return name[0] == '.' || strcmp(name, "README.txt") == 0 ||
	    ends(name, ".json");
}

static bool
is_crash_directory(const char *dir)
{
	static const char *const names[] = {"crashes", "hangs"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i]);

		if (begins(dir, names[i]) && (dir[n] == '\0' || dir[n] == '.'))
			return true;
	}
	return false;
}

bool
inputs_is_crash(const char *dir, const char *name)
{
	static const char *const marks[] = {
	    "crash-", "leak-", "oom-", "timeout-", "slow-unit-", "id:"};

	if (is_other(name))
		return false;
	if (is_crash_directory(dir))
		return true;
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (begins(name, marks[i]))
			return true;
	return false;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool
is_skipped(const char *name)
{
	return name[0] == '.' || strcmp(name, "queue") == 0 ||
	    strcmp(name, "corpus") == 0;
}

static unsigned char
type_of(int dir_fd, const struct dirent64 *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	if (fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return DT_UNKNOWN;
	return (unsigned char)IFTODT(st.st_mode);
}

static void
take_entry(struct walk *w, const char *dir, const char *name,
    const struct dirent64 *entry, unsigned char type)
{
	if (type == DT_DIR && !is_skipped(entry->d_name))
		strvec_addf(&w->todo, "%s/%s", dir, entry->d_name);
	else if (type == DT_REG && inputs_is_crash(name, entry->d_name))
		strvec_addf(&w->named, "%s/%s", dir, entry->d_name);
	else if (type == DT_REG && w->top && !is_other(entry->d_name))
		strvec_addf(&w->plain, "%s/%s", dir, entry->d_name);
}

static void
could_not_read(struct walk *w, const char *dir)
{
	w->status = exit_worse(w->status, msg_exit_code(errno));
	msg_warn("read %s", msg_quote(dir));
}

static bool
is_job(int fd)
{
	return faccessat(fd, "job.json", F_OK, 0) == 0 ||
	    faccessat(fd, "state.json", F_OK, 0) == 0;
}

static void
take_entries(struct walk *w, const char *dir, int fd)
{
	char *whole = realpath(dir, NULL);
	const char *name = base_name(whole != NULL ? whole : dir);
	const struct dirent64 *entry;
	struct entries e;

	entries_begin(&e, fd);
	while ((entry = entries_next(&e)) != NULL)
		take_entry(w, dir, name, entry, type_of(fd, entry));
	if (errno != 0)
		could_not_read(w, dir);
	free(whole);
}

static void
look_into(struct walk *w, const char *dir, int follow)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow);

	if (fd < 0) {
		could_not_read(w, dir);
		return;
	}
	if (!is_job(fd))
		take_entries(w, dir, fd);
	else if (faccessat(fd, "crashes", F_OK, 0) == 0)
		strvec_addf(&w->todo, "%s/crashes", dir);
	close(fd);
}

/* Without the slashes at its end. */
static char *
trimmed(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return mem_dup_n(path, n);
}

int
inputs_add(struct strvec *paths, const char *path)
{
	struct walk w = {.status = 0};
	struct strvec *found;
	struct stat st;
	char *top;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
		strvec_add(paths, path);
		return 0;
	}
	top = trimmed(path);
	strvec_add(&w.todo, top);
	free(top);
	for (size_t i = 0; i < w.todo.count; i++) {
		/* The vector may move while it grows. */
		char *dir = mem_dup(w.todo.item[i]);

		w.top = i == 0;
		look_into(&w, dir, w.top ? 0 : O_NOFOLLOW);
		free(dir);
	}
	found = w.named.count > 0 ? &w.named : &w.plain;
	if (found->count > 0) {
		strvec_sort(found);
		strvec_add_all(paths, found->item);
	}
	strvec_release(&w.todo);
	strvec_release(&w.named);
	strvec_release(&w.plain);
	return w.status;
}

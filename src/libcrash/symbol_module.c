#include "symbol_module.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"

/* A symbolizer holds its module's debug information in memory. */
#define PROCESSES_MAX 16
#define MODULES_MAX 4096

static void
free_module(struct symbol_modules *modules, struct symbol_module *m)
{
	symbol_module_end(modules, m);
	modules->count--;
	free(m->path);
	free(m);
}

static void
forget(struct symbol_modules *modules, bool all)
{
	for (size_t i = 0; i < MODULE_BUCKETS; i++) {
		struct symbol_module **at = &modules->bucket[i], *m;

		while ((m = *at) != NULL) {
			if (!all && m->process.pid != 0) {
				at = &m->next;
				continue;
			}
			*at = m->next;
			free_module(modules, m);
		}
	}
}

void
symbol_modules_release(struct symbol_modules *modules)
{
	forget(modules, true);
}

void
symbol_modules_bound(struct symbol_modules *modules)
{
	if (modules->count > MODULES_MAX / 2)
		forget(modules, false);
}

static void
refuse(struct symbol_module *m, const char *why)
{
	m->state = MODULE_REFUSED;
	msg_warnx("%s %s: not symbolized", msg_quote(m->path), why);
}

/* Of a path that cannot be had, by errno: that there is nothing is no error. */
static void
refuse_path(struct symbol_module *m)
{
	bool told = m->state == MODULE_REFUSED && m->file.st_ino == 0;

	if (errno == ENOENT || errno == ENOTDIR) {
		m->state = MODULE_MISSING;
		return;
	}
	m->state = MODULE_REFUSED;
	if (!told)
		msg_warn("open %s: not symbolized", msg_quote(m->path));
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void
name_build(struct symbol_module *m)
{
	const struct stat *st = &m->file;
	char *name;

	if (m->elf.build_id_len > 0) {
		m->build = XXH3_128bits(m->elf.build_id, m->elf.build_id_len);
		return;
	}
	name = mem_printf("%s %lld.%09ld %lld", m->path,
	    (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
	    (long long)st->st_size);
	m->build = XXH3_128bits(name, strlen(name));
	free(name);
}

/* A regular file, or one that became another in between: not for long. */
static void
look_inside(struct symbol_module *m)
{
	int fd = open(m->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		refuse_path(m);
		return;
	}
	if (fstat(fd, &m->file) < 0 || !S_ISREG(m->file.st_mode))
		refuse(m, "is not a regular file");
	else if (!elffile_read(&m->elf, fd))
		refuse(m, "is not an ELF file");
	else {
		m->state = MODULE_READY;
		name_build(m);
	}
	close(fd);
}

static void
look(struct symbol_modules *modules, struct symbol_module *m)
{
	struct stat st;

	if (stat(m->path, &st) < 0) {
		refuse_path(m);
		m->file = (struct stat){0};
		symbol_module_end(modules, m);
		return;
	}
	if (is_same_file(&st, &m->file))
		return;
	symbol_module_end(modules, m);
	m->told_other_build = false;
	m->file = st;
	/* Opening a device, or a pipe, may do something. */
	if (!S_ISREG(st.st_mode))
		refuse(m, "is not a regular file");
	else
		look_inside(m);
}

struct symbol_module *
symbol_module_find(
    struct symbol_modules *modules, struct span path, uint64_t report)
{
	struct symbol_module **at, *m;

	if (path.len == 0 || path.len >= PATH_MAX || path.at[0] != '/' ||
	    memchr(path.at, '\0', path.len) != NULL)
		return NULL;
	at = &modules->bucket[XXH3_64bits(path.at, path.len) % MODULE_BUCKETS];
	for (m = *at; m != NULL && !span_equal(span_text(m->path), path);)
		m = m->next;
	if (m == NULL && modules->count < MODULES_MAX) {
		m = mem_calloc(1, sizeof *m);
		m->path = mem_dup_n(path.at, path.len);
		m->next = *at;
		*at = m;
		modules->count++;
	}
	if (m != NULL && m->looked != report)
		look(modules, m);
	if (m != NULL)
		m->looked = report;
	return m;
}

static struct symbol_module *
least_recently_used(const struct symbol_modules *modules)
{
	struct symbol_module *least = NULL;

	for (size_t i = 0; i < MODULE_BUCKETS; i++)
		for (struct symbol_module *m = modules->bucket[i]; m != NULL;
		     m = m->next)
			if (m->process.pid != 0 &&
			    (least == NULL || m->last_used < least->last_used))
				least = m;
	return least;
}

int
symbol_module_start(struct symbol_modules *modules, struct symbol_module *m,
    const char *program)
{
	if (m->process.pid != 0)
		return 0;
	if (modules->processes >= PROCESSES_MAX)
		symbol_module_end(modules, least_recently_used(modules));
	if (symbol_process_start(&m->process, program, m->path) < 0)
		return -1;
	modules->processes++;
	return 0;
}

void
symbol_module_end(struct symbol_modules *modules, struct symbol_module *m)
{
	if (m->process.pid == 0)
		return;
	symbol_process_end(&m->process);
	modules->processes--;
}

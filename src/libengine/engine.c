/* The engines that there are, and which one a program was built for. */
#include "engine.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

const struct engine *const engines[] = {
    &engine_aflpp, &engine_libfuzzer, &engine_honggfuzz, &engine_other, NULL};

struct mapping {
	const unsigned char *bytes;
	size_t size;
};

const struct engine *
engine_named(const char *name)
{
	const struct engine *const *e;

	for (e = engines; *e != NULL; e++)
		if (strcmp((*e)->name, name) == 0)
			break;
	return *e;
}

static int
map_file(const char *path, struct mapping *m)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *bytes = NULL;
	int saved;

	m->bytes = NULL;
	m->size = 0;
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		goto failed;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : ENOEXEC;
		goto failed;
	}
	if (st.st_size > 0) {
		bytes = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (bytes == MAP_FAILED)
			goto failed;
		m->bytes = bytes;
		m->size = (size_t)st.st_size;
	}
	close(fd);
	return 0;
failed:
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static void
unmap_file(struct mapping *m)
{
	if (m->bytes != NULL)
		munmap((void *)(uintptr_t)m->bytes, m->size);
}

static bool
mapping_has(const struct mapping *m, const char *bytes)
{
	return m->size > 0 &&
	    memmem(m->bytes, m->size, bytes, strlen(bytes)) != NULL;
}

int
engine_file_has(const char *path, const char *bytes)
{
	struct mapping m;
	int has;

	if (map_file(path, &m) < 0)
		return -1;
	has = mapping_has(&m, bytes);
	unmap_file(&m);
	return has;
}

const struct engine *
engine_recognize(const char *path, const char **why)
{
	const struct engine *const *e, *found = NULL;
	struct mapping m;

	*why = NULL;
	if (map_file(path, &m) < 0)
		return NULL;
	for (e = engines; *e != NULL && found == NULL; e++)
		if ((*e)->marker != NULL && mapping_has(&m, (*e)->marker) &&
		    ((*e)->not_marker == NULL ||
			!mapping_has(&m, (*e)->not_marker)))
			found = *e;
	if (found == NULL)
		*why = m.size > 2 && memcmp(m.bytes, "#!", 2) == 0
		    ? "a script, not a program built for a fuzzer"
		    : "not built for a fuzzer: neither AFL++'s nor "
		      "libFuzzer's nor honggfuzz's instrumentation is in it";
	unmap_file(&m);
	return found;
}

/* One note segment: name size, description size, type, name, description. */
static bool
note_build_id(const unsigned char *at, size_t size, char hex[65])
{
	static const char digits[] = "0123456789abcdef";
	Elf64_Nhdr note;
	size_t name, description, i;

	while (size >= sizeof note) {
		memcpy(&note, at, sizeof note);
		name = ((size_t)note.n_namesz + 3) & ~(size_t)3;
		description = ((size_t)note.n_descsz + 3) & ~(size_t)3;
		if (size - sizeof note < name ||
		    size - sizeof note - name < description)
			return false;
		at += sizeof note;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    memcmp(at, "GNU", 4) == 0 && note.n_descsz <= 32) {
			for (i = 0; i < note.n_descsz; i++) {
				hex[2 * i] = digits[at[name + i] >> 4];
				hex[2 * i + 1] = digits[at[name + i] & 15];
			}
			hex[2 * i] = '\0';
			return i > 0;
		}
		at += name + description;
		size -= sizeof note + name + description;
	}
	return false;
}

static bool
elf_build_id(const struct mapping *m, char hex[65])
{
	Elf64_Ehdr head;
	Elf64_Phdr part;
	size_t i, at;

	if (m->size < sizeof head)
		return false;
	memcpy(&head, m->bytes, sizeof head);
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
	    head.e_ident[EI_CLASS] != ELFCLASS64 ||
	    head.e_phentsize != sizeof part)
		return false;
	for (i = 0; i < head.e_phnum; i++) {
		at = head.e_phoff + i * sizeof part;
		if (at > m->size || m->size - at < sizeof part)
			return false;
		memcpy(&part, m->bytes + at, sizeof part);
		if (part.p_type == PT_NOTE && part.p_offset <= m->size &&
		    m->size - part.p_offset >= part.p_filesz &&
		    note_build_id(
			m->bytes + part.p_offset, (size_t)part.p_filesz, hex))
			return true;
	}
	return false;
}

bool
engine_build_id(const char *path, char hex[65])
{
	struct mapping m;
	bool found;

	if (map_file(path, &m) < 0)
		return false;
	found = elf_build_id(&m, hex);
	unmap_file(&m);
	return found;
}

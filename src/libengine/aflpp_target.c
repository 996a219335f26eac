/*
 * Whether a target logs its comparisons. The functions that do it are part of
 * every AFL++ target, so the calls are looked for: x86-64 `call` instructions
 * whose end is one of the symbols __cmplog_ins_hook… (afl-compiler-rt.o.c).
 */
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "aflpp.h"

#define HOOKS 16
#define CALL 0xe8 /* and a displacement of four bytes */

struct program {
	const unsigned char *bytes;
	size_t size;
	Elf64_Ehdr head;
	Elf64_Addr hook[HOOKS];
	unsigned hooks;
};

static bool
map_program(struct program *p, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *bytes = MAP_FAILED;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (size_t)st.st_size > sizeof p->head)
		bytes = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED)
		return false;
	p->bytes = bytes;
	p->size = (size_t)st.st_size;
	memcpy(&p->head, bytes, sizeof p->head);
	return true;
}

/* Its header number `i`; false when it or its contents are not in the file. */
static bool
section(const struct program *p, unsigned i, Elf64_Shdr *s)
{
	uint64_t at = p->head.e_shoff + (uint64_t)i * sizeof *s;

	if (i >= p->head.e_shnum || at > p->size || p->size - at < sizeof *s)
		return false;
	memcpy(s, p->bytes + at, sizeof *s);
	return s->sh_type != SHT_NOBITS && s->sh_offset <= p->size &&
	    p->size - s->sh_offset >= s->sh_size;
}

static void
keep_hooks(struct program *p, const Elf64_Shdr *symbols)
{
	static const char prefix[] = "__cmplog_ins_hook";
	Elf64_Shdr names;
	Elf64_Sym symbol;
	uint64_t at;

	if (!section(p, symbols->sh_link, &names))
		return;
	for (at = 0; symbols->sh_size - at >= sizeof symbol && p->hooks < HOOKS;
	     at += sizeof symbol) {
		memcpy(
		    &symbol, p->bytes + symbols->sh_offset + at, sizeof symbol);
		if (symbol.st_name < names.sh_size &&
		    names.sh_size - symbol.st_name >= sizeof prefix &&
		    symbol.st_value != 0 &&
		    memcmp(p->bytes + names.sh_offset + symbol.st_name, prefix,
			sizeof prefix - 1) == 0)
			p->hook[p->hooks++] = symbol.st_value;
	}
}

static bool
is_hook(const struct program *p, Elf64_Addr address)
{
	unsigned i;

	for (i = 0; i < p->hooks; i++)
		if (p->hook[i] == address)
			return true;
	return false;
}

static bool
calls_hook(const struct program *p, const Elf64_Shdr *code)
{
	const unsigned char *at = p->bytes + code->sh_offset;
	const unsigned char *end = at + code->sh_size;
	int32_t displacement;

	while (at < end &&
	    (at = memchr(at, CALL, (size_t)(end - at))) != NULL &&
	    end - at >= 5) {
		Elf64_Addr next = code->sh_addr + (Elf64_Addr)(at - p->bytes) -
		    code->sh_offset + 5;

		memcpy(&displacement, at + 1, sizeof displacement);
		if (is_hook(p, next + (Elf64_Addr)(int64_t)displacement))
			return true;
		at++;
	}
	return false;
}

bool
aflpp_logs_comparisons(const char *path)
{
	struct program p = {0};
	Elf64_Shdr s;
	bool found = false;
	unsigned i;

	if (!map_program(&p, path))
		return false;
	if (memcmp(p.head.e_ident, ELFMAG, SELFMAG) == 0 &&
	    p.head.e_ident[EI_CLASS] == ELFCLASS64 &&
	    p.head.e_machine == EM_X86_64 && p.head.e_shentsize == sizeof s) {
		for (i = 0; i < p.head.e_shnum; i++)
			if (section(&p, i, &s) &&
			    (s.sh_type == SHT_SYMTAB ||
				s.sh_type == SHT_DYNSYM))
				keep_hooks(&p, &s);
		for (i = 0; i < p.head.e_shnum && !found && p.hooks > 0; i++)
			found = section(&p, i, &s) &&
			    (s.sh_flags & SHF_EXECINSTR) != 0 &&
			    calls_hook(&p, &s);
	}
	munmap((void *)(uintptr_t)p.bytes, p.size);
	return found;
}

/*
 * What an ELF file says of itself that matters to traces: its build id, which
 * the linker puts there and sanitizers print with a module, and where its code
 * is.
 */
#ifndef PF_ELFFILE_H
#define PF_ELFFILE_H

#include "span.h"

/*
 * As many bytes as the sanitizers keep and print of a build id (compiler-rt
 * 14, sanitizer_common.h: kModuleUUIDSize).
 */
#define ELFFILE_BUILD_ID_MAX 32
/* Linkers make one segment of code, or two. */
#define ELFFILE_CODE_MAX 8

struct elffile {
	unsigned char build_id[ELFFILE_BUILD_ID_MAX];
	size_t build_id_len; /* 0: it has none */
	struct {
		uint64_t from, size;
	} code[ELFFILE_CODE_MAX];
	size_t code_count;
};

/*
 * Reads an open file, wherever its offset is. False when it is no ELF file, or
 * is cut short.
 */
bool elffile_read(struct elffile *elf, int fd);
/* Is its build id what the hexadecimal digits say? */
bool elffile_is_build(const struct elffile *elf, struct span hex);
/* Is there code at that offset, as sanitizers count it: from the load base? */
bool elffile_has_code(const struct elffile *elf, uint64_t offset);

#endif

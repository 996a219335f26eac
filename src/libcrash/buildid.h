/*
 * What tells the builds of a program apart: the build id that the linker puts
 * into an ELF file and that sanitizers print with a module.
 */
#ifndef PF_BUILDID_H
#define PF_BUILDID_H

#include "span.h"

/*
 * As many bytes as the sanitizers keep and print of one (compiler-rt 14,
 * sanitizer_common.h: kModuleUUIDSize).
 */
#define BUILD_ID_MAX 32

struct build_id {
	unsigned char bytes[BUILD_ID_MAX];
	size_t len; /* 0: the file has none */
};

/*
 * Reads that of an open file, wherever its offset is. False when it is no ELF
 * file, or what it says of itself leads out of it.
 */
bool build_id_read(struct build_id *id, int fd);
/* Is that what the hexadecimal digits say? */
bool build_id_is(const struct build_id *id, struct span hex);

#endif

/* Any bytes as an ELF file: what is kept of it is within bounds. */
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "libcrash/elffile.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct elffile elf;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	MUST(ftruncate(fd, 0) == 0);
	MUST(pwrite(fd, data, size, 0) == (ssize_t)size);
	elffile_read(&elf, fd);
	MUST(elf.build_id_len <= ELFFILE_BUILD_ID_MAX);
	MUST(elf.code_count <= ELFFILE_CODE_MAX);
	/* Where a stretch of code begins, there is code if it is not empty. */
	for (size_t i = 0; i < elf.code_count; i++)
		MUST(elf.code[i].size == 0 ||
		    elffile_has_code(&elf, elf.code[i].from));
	MUST(!elffile_is_build(&elf, SPAN_NONE));
	return 0;
}

/* Of files that may be anything: nothing is believed but what is bounded. */
#include "elffile.h"

#include <elf.h>
#include <unistd.h>

/* Programs have about a dozen segments. */
#define SEGMENTS_MAX 1024
/* Of notes, in bytes: a build id stands among a few others. */
#define NOTES_MAX 4096

/* Where a number stands. */
struct field {
	size_t at, size;
};

#define FIELD(type, member)                                            \
	{                                                              \
		offsetof(type, member), sizeof(((type *)NULL)->member) \
	}

/* The two classes of ELF files. */
struct layout {
	size_t header_size, segment_size;
	struct field segments_at, segment_count, segment_bytes;
	struct field type, flags, offset, address, bytes, room, align;
};

static const struct layout layouts[] = {
    {sizeof(Elf32_Ehdr), sizeof(Elf32_Phdr), FIELD(Elf32_Ehdr, e_phoff),
	FIELD(Elf32_Ehdr, e_phnum), FIELD(Elf32_Ehdr, e_phentsize),
	FIELD(Elf32_Phdr, p_type), FIELD(Elf32_Phdr, p_flags),
	FIELD(Elf32_Phdr, p_offset), FIELD(Elf32_Phdr, p_vaddr),
	FIELD(Elf32_Phdr, p_filesz), FIELD(Elf32_Phdr, p_memsz),
	FIELD(Elf32_Phdr, p_align)},
    {sizeof(Elf64_Ehdr), sizeof(Elf64_Phdr), FIELD(Elf64_Ehdr, e_phoff),
	FIELD(Elf64_Ehdr, e_phnum), FIELD(Elf64_Ehdr, e_phentsize),
	FIELD(Elf64_Phdr, p_type), FIELD(Elf64_Phdr, p_flags),
	FIELD(Elf64_Phdr, p_offset), FIELD(Elf64_Phdr, p_vaddr),
	FIELD(Elf64_Phdr, p_filesz), FIELD(Elf64_Phdr, p_memsz),
	FIELD(Elf64_Phdr, p_align)},
};

struct reader {
	int fd;
	bool big_endian;
	const struct layout *layout;
};

static uint64_t
number(const struct reader *r, const unsigned char *bytes, struct field f)
{
	uint64_t value = 0;

	for (size_t i = 0; i < f.size; i++)
		value = value << 8 |
		    bytes[f.at + (r->big_endian ? i : f.size - 1 - i)];
	return value;
}

/* How many bytes of `size` are there. */
static size_t
read_at(int fd, unsigned char *bytes, size_t size, uint64_t offset)
{
	size_t len = 0;

	if (offset > INT64_MAX - size)
		return 0;
	while (len < size) {
		ssize_t n =
		    pread(fd, bytes + len, size - len, (off_t)(offset + len));

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return len;
}

static size_t
aligned(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

/* Takes it from the notes of a segment, where it is among them. */
static bool
take_id(struct elffile *elf, const struct reader *r, const unsigned char *notes,
    size_t len, size_t align)
{
	static const struct field name_len = {0, 4}, desc_len = {4, 4};
	static const struct field type = {8, 4};

	while (len > sizeof(Elf64_Nhdr)) {
		size_t name = number(r, notes, name_len);
		size_t desc = number(r, notes, desc_len);
		size_t at = aligned(sizeof(Elf64_Nhdr) + name, align);
		size_t end = aligned(at + desc, align);

		if (at > len || desc > len - at)
			return false;
		if (number(r, notes, type) == NT_GNU_BUILD_ID && desc > 0 &&
		    name == sizeof ELF_NOTE_GNU &&
		    memcmp(notes + sizeof(Elf64_Nhdr), ELF_NOTE_GNU, name) ==
			0) {
			elf->build_id_len = desc < ELFFILE_BUILD_ID_MAX
			    ? desc
			    : ELFFILE_BUILD_ID_MAX;
			memcpy(elf->build_id, notes + at, elf->build_id_len);
			return true;
		}
		if (end >= len)
			return false;
		notes += end;
		len -= end;
	}
	return false;
}

static bool
begin(struct reader *r, unsigned char *header)
{
	size_t len = read_at(r->fd, header, sizeof(Elf64_Ehdr), 0);

	if (len < EI_NIDENT || memcmp(header, ELFMAG, SELFMAG) != 0 ||
	    (header[EI_CLASS] != ELFCLASS32 &&
		header[EI_CLASS] != ELFCLASS64) ||
	    (header[EI_DATA] != ELFDATA2LSB && header[EI_DATA] != ELFDATA2MSB))
		return false;
	r->big_endian = header[EI_DATA] == ELFDATA2MSB;
	r->layout = &layouts[header[EI_CLASS] == ELFCLASS64];
	return len >= r->layout->header_size;
}

static void
take_notes(
    struct elffile *elf, const struct reader *r, const unsigned char *segment)
{
	const struct layout *l = r->layout;
	uint64_t bytes = number(r, segment, l->bytes);
	unsigned char notes[NOTES_MAX];
	size_t len =
	    read_at(r->fd, notes, bytes < NOTES_MAX ? bytes : NOTES_MAX,
		number(r, segment, l->offset));

	take_id(elf, r, notes, len, number(r, segment, l->align) == 8 ? 8 : 4);
}

static void
take_segment(
    struct elffile *elf, const struct reader *r, const unsigned char *segment)
{
	const struct layout *l = r->layout;
	uint64_t type = number(r, segment, l->type);

	if (type == PT_NOTE && elf->build_id_len == 0)
		take_notes(elf, r, segment);
	if (type != PT_LOAD || (number(r, segment, l->flags) & PF_X) == 0 ||
	    elf->code_count >= ELFFILE_CODE_MAX)
		return;
	elf->code[elf->code_count].from = number(r, segment, l->address);
	elf->code[elf->code_count].size = number(r, segment, l->room);
	elf->code_count++;
}

bool
elffile_read(struct elffile *elf, int fd)
{
	unsigned char header[sizeof(Elf64_Ehdr)], segment[sizeof(Elf64_Phdr)];
	struct reader r = {.fd = fd};
	const struct layout *l;
	uint64_t at, count;

	memset(elf, 0, sizeof *elf);
	if (!begin(&r, header))
		return false;
	l = r.layout;
	at = number(&r, header, l->segments_at);
	count = number(&r, header, l->segment_count);
	if (count > SEGMENTS_MAX || at > INT64_MAX ||
	    (count > 0 &&
		number(&r, header, l->segment_bytes) != l->segment_size))
		return false;
	for (; count > 0; count--, at += l->segment_size) {
		if (read_at(fd, segment, l->segment_size, at) < l->segment_size)
			return false;
		take_segment(elf, &r, segment);
	}
	return true;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
elffile_is_build(const struct elffile *elf, struct span hex)
{
	if (elf->build_id_len == 0 || hex.len != 2 * elf->build_id_len)
		return false;
	for (size_t i = 0; i < elf->build_id_len; i++)
		if (digit(hex.at[2 * i]) != elf->build_id[i] >> 4 ||
		    digit(hex.at[2 * i + 1]) != (elf->build_id[i] & 15))
			return false;
	return true;
}

bool
elffile_has_code(const struct elffile *elf, uint64_t offset)
{
	for (size_t i = 0; i < elf->code_count; i++)
		if (offset - elf->code[i].from < elf->code[i].size)
			return true;
	return false;
}

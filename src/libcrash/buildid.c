/* Of files that may be anything: nothing is believed but what is bounded. */
#include "buildid.h"

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
	struct field type, offset, bytes, align;
};

static const struct layout layouts[] = {
    {sizeof(Elf32_Ehdr), sizeof(Elf32_Phdr), FIELD(Elf32_Ehdr, e_phoff),
	FIELD(Elf32_Ehdr, e_phnum), FIELD(Elf32_Ehdr, e_phentsize),
	FIELD(Elf32_Phdr, p_type), FIELD(Elf32_Phdr, p_offset),
	FIELD(Elf32_Phdr, p_filesz), FIELD(Elf32_Phdr, p_align)},
    {sizeof(Elf64_Ehdr), sizeof(Elf64_Phdr), FIELD(Elf64_Ehdr, e_phoff),
	FIELD(Elf64_Ehdr, e_phnum), FIELD(Elf64_Ehdr, e_phentsize),
	FIELD(Elf64_Phdr, p_type), FIELD(Elf64_Phdr, p_offset),
	FIELD(Elf64_Phdr, p_filesz), FIELD(Elf64_Phdr, p_align)},
};

struct elf {
	int fd;
	bool big_endian;
	const struct layout *layout;
};

static uint64_t
number(const struct elf *elf, const unsigned char *bytes, struct field f)
{
	uint64_t value = 0;

	for (size_t i = 0; i < f.size; i++)
		value = value << 8 |
		    bytes[f.at + (elf->big_endian ? i : f.size - 1 - i)];
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
take_id(struct build_id *id, const struct elf *elf, const unsigned char *notes,
    size_t len, size_t align)
{
	static const struct field name_len = {0, 4}, desc_len = {4, 4};
	static const struct field type = {8, 4};

	while (len > sizeof(Elf64_Nhdr)) {
		size_t name = number(elf, notes, name_len);
		size_t desc = number(elf, notes, desc_len);
		size_t at = aligned(sizeof(Elf64_Nhdr) + name, align);
		size_t end = aligned(at + desc, align);

		if (at > len || desc > len - at)
			return false;
		if (number(elf, notes, type) == NT_GNU_BUILD_ID && desc > 0 &&
		    name == sizeof ELF_NOTE_GNU &&
		    memcmp(notes + sizeof(Elf64_Nhdr), ELF_NOTE_GNU, name) ==
			0) {
			id->len = desc < BUILD_ID_MAX ? desc : BUILD_ID_MAX;
			memcpy(id->bytes, notes + at, id->len);
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
begin(struct elf *elf, unsigned char *header)
{
	size_t len = read_at(elf->fd, header, sizeof(Elf64_Ehdr), 0);

	if (len < EI_NIDENT || memcmp(header, ELFMAG, SELFMAG) != 0 ||
	    (header[EI_CLASS] != ELFCLASS32 &&
		header[EI_CLASS] != ELFCLASS64) ||
	    (header[EI_DATA] != ELFDATA2LSB && header[EI_DATA] != ELFDATA2MSB))
		return false;
	elf->big_endian = header[EI_DATA] == ELFDATA2MSB;
	elf->layout = &layouts[header[EI_CLASS] == ELFCLASS64];
	return len >= elf->layout->header_size;
}

bool
build_id_read(struct build_id *id, int fd)
{
	unsigned char header[sizeof(Elf64_Ehdr)], segment[sizeof(Elf64_Phdr)];
	unsigned char notes[NOTES_MAX];
	struct elf elf = {.fd = fd};
	const struct layout *l;
	uint64_t at, count;

	id->len = 0;
	if (!begin(&elf, header))
		return false;
	l = elf.layout;
	at = number(&elf, header, l->segments_at);
	count = number(&elf, header, l->segment_count);
	if (count > SEGMENTS_MAX || at > INT64_MAX ||
	    (count > 0 &&
		number(&elf, header, l->segment_bytes) != l->segment_size))
		return false;
	for (; count > 0; count--, at += l->segment_size) {
		uint64_t bytes;
		size_t len;

		if (read_at(fd, segment, l->segment_size, at) < l->segment_size)
			return false;
		if (number(&elf, segment, l->type) != PT_NOTE)
			continue;
		bytes = number(&elf, segment, l->bytes);
		len = read_at(fd, notes, bytes < NOTES_MAX ? bytes : NOTES_MAX,
		    number(&elf, segment, l->offset));
		if (take_id(id, &elf, notes, len,
			number(&elf, segment, l->align) == 8 ? 8 : 4))
			break;
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
build_id_is(const struct build_id *id, struct span hex)
{
	if (id->len == 0 || hex.len != 2 * id->len)
		return false;
	for (size_t i = 0; i < id->len; i++)
		if (digit(hex.at[2 * i]) != id->bytes[i] >> 4 ||
		    digit(hex.at[2 * i + 1]) != (id->bytes[i] & 15))
			return false;
	return true;
}

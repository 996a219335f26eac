/* Build ids and code of ELF files: whole, cut short and hostile ones. */
#include "unit.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "libcrash/elffile.h"

#define ID "\x0a\x1b\x2c\x3d\x4e\x5f\x60\x71"
#define ID_HEX "0a1b2c3d4e5f6071"

/* A file of a header, a segment of code, one of notes, and a note. */
struct image {
	unsigned char bytes[512];
	size_t len;
	bool wide, big_endian;
	size_t code_at, notes_at, note_at; /* in bytes: headers, the note */
};

static void
put(struct image *m, size_t at, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size; i++)
		m->bytes[at + (m->big_endian ? size - 1 - i : i)] =
		    (unsigned char)(value >> 8 * i);
	if (at + size > m->len)
		m->len = at + size;
}

static void
put_segment(struct image *m, size_t at, uint32_t type, uint32_t flags,
    uint64_t offset, uint64_t size)
{
	size_t word = m->wide ? 8 : 4;

	put(m, at, 4, type);
	put(m, at + (m->wide ? 4 : 24), 4, flags);
	put(m, at + (m->wide ? 8 : 4), word, offset);
	put(m, at + (m->wide ? 16 : 8), word, offset);
	put(m, at + (m->wide ? 32 : 16), word, size);
	put(m, at + (m->wide ? 40 : 20), word, size);
	put(m, at + (m->wide ? 48 : 28), word, 4);
}

/* The note's three numbers, its name and its bytes. */
static void
put_note(struct image *m, size_t at, const char *bytes, size_t n)
{
	put(m, at, 4, sizeof ELF_NOTE_GNU);
	put(m, at + 4, 4, n);
	put(m, at + 8, 4, NT_GNU_BUILD_ID);
	memcpy(m->bytes + at + 12, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU);
	memcpy(m->bytes + at + 16, bytes, n);
	m->len = at + 16 + n;
}

static struct image
image(bool wide, bool big_endian, const char *id, size_t n)
{
	struct image m = {.wide = wide, .big_endian = big_endian};
	size_t header = wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	size_t segment = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

	memcpy(m.bytes, ELFMAG, SELFMAG);
	m.bytes[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
	m.bytes[EI_DATA] = big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	put(&m, wide ? 32 : 28, wide ? 8 : 4, header);
	put(&m, wide ? 54 : 42, 2, segment);
	put(&m, wide ? 56 : 44, 2, 2);
	m.code_at = header;
	m.notes_at = header + segment;
	m.note_at = header + 2 * segment;
	put_segment(&m, m.code_at, PT_LOAD, PF_R | PF_X, 0x1000, 0x200);
	put_segment(&m, m.notes_at, PT_NOTE, PF_R, m.note_at, 16 + n);
	put_note(&m, m.note_at, id, n);
	return m;
}

static bool
read_bytes(struct elffile *elf, const void *bytes, size_t n)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);
	bool is;

	assert_int_equal(write(fd, bytes, n), n);
	is = elffile_read(elf, fd);
	close(fd);
	return is;
}

static bool
read_image(struct elffile *elf, const struct image *m)
{
	return read_bytes(elf, m->bytes, m->len);
}

static void
reads_both_classes_and_byte_orders(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct image m = image(i & 1, i & 2, ID, sizeof ID - 1);
		struct elffile elf;

		assert_true(read_image(&elf, &m));
		assert_true(elffile_is_build(&elf, SPAN(ID_HEX)));
		assert_true(elffile_has_code(&elf, 0x1000));
		assert_true(elffile_has_code(&elf, 0x11ff));
		assert_false(elffile_has_code(&elf, 0x1200));
		assert_false(elffile_has_code(&elf, 0xfff));
		assert_false(elffile_has_code(&elf, UINT64_MAX));
	}
}

static void
compares_all_digits(void **state)
{
	struct image m = image(true, false, ID, sizeof ID - 1);
	struct elffile elf;

	(void)state;
	assert_true(read_image(&elf, &m));
	assert_true(elffile_is_build(&elf, SPAN("0A1B2C3D4E5F6071")));
	assert_false(elffile_is_build(&elf, SPAN("0a1b2c3d4e5f6072")));
	assert_false(elffile_is_build(&elf, SPAN("1a1b2c3d4e5f6071")));
	assert_false(elffile_is_build(&elf, SPAN("0a1b2c3d4e5f60")));
	assert_false(elffile_is_build(&elf, SPAN("0a1b2c3d4e5f607100")));
	assert_false(elffile_is_build(&elf, SPAN("0g1b2c3d4e5f6071")));
	assert_false(elffile_is_build(&elf, SPAN_NONE));
}

/* As the sanitizers do, which print no more of it. */
static void
keeps_32_bytes(void **state)
{
	static const char hex[] =
	    "ababababababababababababababababababababababababababababababababab";
	struct elffile elf;
	struct image m;
	char id[33];

	(void)state;
	memset(id, 0xab, sizeof id);
	m = image(true, false, id, sizeof id);
	assert_true(read_image(&elf, &m));
	assert_int_equal(elf.build_id_len, ELFFILE_BUILD_ID_MAX);
	assert_true(elffile_is_build(&elf, (struct span){hex, 64}));
	assert_false(elffile_is_build(&elf, (struct span){hex, 66}));
}

static void
a_file_without_one_is_no_build(void **state)
{
	struct image m = image(true, false, ID, sizeof ID - 1);
	struct elffile elf;

	(void)state;
	put(&m, m.notes_at, 4, PT_NULL);
	assert_true(read_image(&elf, &m));
	assert_int_equal(elf.build_id_len, 0);
	assert_false(elffile_is_build(&elf, SPAN_NONE));
	assert_false(elffile_is_build(&elf, SPAN("")));
}

/* Another owner's note of the same number, then the one that is meant. */
static void
passes_over_other_notes(void **state)
{
	struct image m = image(true, false, ID, sizeof ID - 1);
	struct elffile elf;

	(void)state;
	put_note(&m, m.note_at + 24, "\x99\x99", 2);
	memcpy(m.bytes + m.note_at + 12, "XYZ", 4);
	put_segment(&m, m.notes_at, PT_NOTE, PF_R, m.note_at, 24 + 18);
	assert_true(read_image(&elf, &m));
	assert_true(elffile_is_build(&elf, SPAN("9999")));
}

static void
every_beginning_of_a_file(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct image m = image(i & 1, i & 2, ID, sizeof ID - 1);
		struct elffile elf;

		for (size_t n = 0; n < m.len; n++) {
			bool is = read_bytes(&elf, m.bytes, n);

			assert_int_equal(is, n >= m.note_at);
			assert_int_equal(elf.build_id_len, 0);
		}
	}
}

static void
numbers_that_lead_out_of_the_file(void **state)
{
	static const uint64_t values[] = {0x7fffffff, 0x80000000, 0xffffffff,
	    INT64_MAX - 3, INT64_MAX, UINT64_MAX - 3, UINT64_MAX};
	struct elffile elf;

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		struct image m = image(true, false, ID, sizeof ID - 1);

		put(&m, 32, 8, values[i]);
		assert_false(read_image(&elf, &m));
		m = image(true, false, ID, sizeof ID - 1);
		put(&m, m.notes_at + 8, 8, values[i]);
		assert_true(read_image(&elf, &m));
		assert_int_equal(elf.build_id_len, 0);
		for (size_t k = 0; k < 8; k += 4) {
			m = image(true, false, ID, sizeof ID - 1);
			put(&m, m.note_at + k, 4, values[i]);
			assert_true(read_image(&elf, &m));
			assert_int_equal(elf.build_id_len, 0);
		}
	}
}

static void
segments_of_no_such_size_or_number(void **state)
{
	static const struct {
		size_t at;
		uint16_t value;
	} rows[] = {{54, 0}, {54, 55}, {54, 57}, {54, 0xffff}, {56, 3},
	    {56, 1025}, {56, 0xffff}};
	struct elffile elf;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct image m = image(true, false, ID, sizeof ID - 1);

		put(&m, rows[i].at, 2, rows[i].value);
		assert_false(read_image(&elf, &m));
	}
}

static void
notes_of_nothing_come_to_an_end(void **state)
{
	struct image m = image(true, false, ID, sizeof ID - 1);
	struct elffile elf;

	(void)state;
	memset(m.bytes + m.note_at, 0, sizeof m.bytes - m.note_at);
	m.len = sizeof m.bytes;
	put_segment(&m, m.notes_at, PT_NOTE, PF_R, m.note_at, UINT64_MAX);
	assert_true(read_image(&elf, &m));
	assert_int_equal(elf.build_id_len, 0);
}

static void
any_damage_is_borne(void **state)
{
	uint64_t seed = 7;
	unsigned read = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct image m = image(i & 1, (i & 2) != 0, ID, sizeof ID - 1);
		struct elffile elf;

		for (int k = 0; k < 3; k++)
			m.bytes[unit_random(&seed) % m.len] =
			    (unsigned char)unit_random(&seed);
		read += read_image(&elf, &m);
		assert_true(elf.build_id_len <= ELFFILE_BUILD_ID_MAX);
		assert_true(elf.code_count <= ELFFILE_CODE_MAX);
	}
	assert_true(read > 1000);
}

static int
take_base(struct dl_phdr_info *info, size_t size, void *base)
{
	(void)size;
	*(uint64_t *)base = info->dlpi_addr;
	return 1; /* the program itself is the first */
}

static void
knows_our_own_code(void **state)
{
	static const char data[] = "no code";
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct elffile elf;
	uint64_t base = 0;

	(void)state;
	dl_iterate_phdr(take_base, &base);
	assert_true(elffile_read(&elf, fd));
	assert_true(elf.build_id_len >= 8);
	assert_true(
	    elffile_has_code(&elf, (uint64_t)(uintptr_t)take_base - base));
	assert_false(elffile_has_code(&elf, (uint64_t)(uintptr_t)data - base));
	close(fd);
	assert_false(elffile_read(&elf, -1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_both_classes_and_byte_orders),
	    cmocka_unit_test(compares_all_digits),
	    cmocka_unit_test(keeps_32_bytes),
	    cmocka_unit_test(a_file_without_one_is_no_build),
	    cmocka_unit_test(passes_over_other_notes),
	    cmocka_unit_test(every_beginning_of_a_file),
	    cmocka_unit_test(numbers_that_lead_out_of_the_file),
	    cmocka_unit_test(segments_of_no_such_size_or_number),
	    cmocka_unit_test(notes_of_nothing_come_to_an_end),
	    cmocka_unit_test(any_damage_is_borne),
	    cmocka_unit_test(knows_our_own_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

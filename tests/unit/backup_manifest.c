/* Manifests read back as they were written, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "pf-backup/manifest.c"

#define HASH_A "0123456789abcdef0123456789abcdef"

static void
make(struct manifest *m)
{
	struct manifest_entry *entry;

	*m = (struct manifest){.time_ms = 1763690400123, .archive_bytes = 99};
	m->name = mem_dup("snap");
	m->node = mem_dup("node");
	m->source = mem_dup("/srv/\xff\\x");
	memcpy(m->archive_xxh128, HASH_A, HASH_TEXT);
	entry = manifest_add(m);
	entry->path = mem_dup("a\nb\xfe\\\"");
	entry->bytes = 1234567890123;
	entry->mode = 04755;
	entry->mtime_ms = 1;
	entry->changed = true;
	memcpy(entry->xxh128, HASH_A, HASH_TEXT);
	entry = manifest_add(m);
	entry->type = MANIFEST_LINK;
	entry->path = mem_dup("link");
	entry->target = mem_dup("../\xc3\xbc");
	entry->mode = 0777;
}

static void
reads_back(void **state)
{
	struct manifest m, again;
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	make(&m);
	manifest_write(&text, &m);
	assert_null(manifest_read(&again, text.data, text.len));
	assert_string_equal(again.source, m.source);
	assert_true(again.time_ms == m.time_ms && again.archive_bytes == 99);
	assert_int_equal(again.count, 2);
	for (i = 0; i < 2; i++)
		assert_null(manifest_differs(&m.entries[i], &again.entries[i]));
	assert_true(again.entries[0].changed && !again.entries[1].changed);
	buf_release(&text);
	manifest_release(&m);
	manifest_release(&again);
}

static void
every_flipped_bit_and_every_length_shows(void **state)
{
	struct manifest m, again;
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	make(&m);
	manifest_write(&text, &m);
	for (i = 0; i < 8 * text.len; i++) {
		text.data[i / 8] ^= (char)(1 << i % 8);
		assert_non_null(manifest_read(&again, text.data, text.len));
		manifest_release(&again);
		text.data[i / 8] ^= (char)(1 << i % 8);
	}
	for (i = 0; i < text.len; i++) {
		assert_non_null(manifest_read(&again, text.data, i));
		manifest_release(&again);
	}
	buf_release(&text);
	manifest_release(&m);
}

static void
each_property_counts(void **state)
{
	struct manifest_entry a = {.path = (char[]){"p"}, .bytes = 1}, b = a;

	(void)state;
	memcpy(a.xxh128, HASH_A, HASH_TEXT);
	b = a;
	assert_null(manifest_differs(&a, &b));
	b.xxh128[0] = 'f';
	assert_string_equal(manifest_differs(&a, &b), "other contents");
	b = a;
	b.bytes = 2;
	assert_string_equal(manifest_differs(&a, &b), "another size");
	b = a;
	b.mode = 1;
	assert_string_equal(manifest_differs(&a, &b), "another mode");
	b = a;
	b.mtime_ms = 1;
	assert_string_equal(manifest_differs(&a, &b), "another time");
	b = a;
	b.type = MANIFEST_DIRECTORY;
	assert_string_equal(manifest_differs(&a, &b), "another type");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_back),
	    cmocka_unit_test(every_flipped_bit_and_every_length_shows),
	    cmocka_unit_test(each_property_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

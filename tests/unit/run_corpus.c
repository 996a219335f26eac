/* A corpus directory as it changes between two looks. */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pf-run/corpus.h"

struct place {
	char dir[32];
	int fd, corpus_fd;
	struct corpus corpus;
	struct journal journal;
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	memcpy(p->dir, "/tmp/pf-corpus-XXXXXX", 22);
	assert_non_null(mkdtemp(p->dir));
	p->fd = open(p->dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(p->fd, "corpus", 0700), 0);
	p->corpus_fd = openat(p->fd, "corpus", O_RDONLY | O_DIRECTORY);
	corpus_init(&p->corpus, "corpus", "one");
	assert_int_equal(
	    journal_open(&p->journal, p->fd, 1 << 24, "job", "target", "other"),
	    0);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	DIR *dir = fdopendir(p->corpus_fd);
	struct dirent *entry;

	while ((entry = readdir(dir)) != NULL)
		unlinkat(p->corpus_fd, entry->d_name, 0);
	closedir(dir);
	corpus_release(&p->corpus);
	close(p->journal.fd);
	buf_release(&p->journal.waiting);
	unlinkat(p->fd, "events.jsonl", 0);
	unlinkat(p->fd, "corpus", AT_REMOVEDIR);
	close(p->fd);
	rmdir(p->dir);
	free(p);
	return 0;
}

static void
put(struct place *p, const char *name, size_t size)
{
	int fd = openat(p->corpus_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	close(fd);
}

static void
put_many(struct place *p, unsigned from, unsigned to)
{
	char name[16];

	for (; from < to; from++) {
		snprintf(name, sizeof name, "%u", from);
		put(p, name, from % 100);
	}
}

/* Looks, and gives how many names the events since the last look had. */
static unsigned
names_told(struct place *p, bool *more)
{
	int64_t before = p->journal.size;
	char *text, *at;
	unsigned names = 0;

	*more = corpus_tell(&p->corpus, p->fd, &p->journal);
	text = calloc(1, (size_t)(p->journal.size - before) + 1);
	assert_int_equal(pread(p->journal.fd, text,
			     (size_t)(p->journal.size - before), before),
	    p->journal.size - before);
	for (at = text; (at = strstr(at, "\"name\":")) != NULL; at++)
		names++;
	free(text);
	return names;
}

static void
assert_told(struct place *p, unsigned names)
{
	bool more;

	assert_int_equal(names_told(p, &more), names);
	assert_false(more);
}

static void
assert_stands(const struct place *p, size_t count, uint64_t bytes)
{
	assert_int_equal(p->corpus.count, count);
	assert_int_equal(p->corpus.bytes, bytes);
}

static void
does_not_tell_what_was_there(void **state)
{
	struct place *p = *state;

	put(p, "old", 5);
	assert_true(corpus_baseline(&p->corpus, p->fd));
	assert_stands(p, 1, 5);
	assert_told(p, 0);
	put(p, "young", 7);
	put(p, ".hidden", 9);
	assert_int_equal(mkdirat(p->corpus_fd, "dir", 0700), 0);
	assert_int_equal(symlinkat("young", p->corpus_fd, "link"), 0);
	assert_told(p, 1);
	assert_stands(p, 2, 12);
	unlinkat(p->corpus_fd, "dir", AT_REMOVEDIR);
}

static void
has_no_directory_yet(void **state)
{
	struct place *p = *state;
	struct corpus none;

	corpus_init(&none, "missing", "one");
	assert_false(corpus_baseline(&none, p->fd));
	assert_false(corpus_tell(&none, p->fd, &p->journal));
	corpus_release(&none);
	corpus_init(&none, NULL, "one");
	assert_false(corpus_baseline(&none, p->fd));
	assert_false(corpus_tell(&none, p->fd, &p->journal));
	corpus_release(&none);
}

static void
counts_what_vanishes_and_what_takes_its_place(void **state)
{
	struct place *p = *state;

	put(p, "a", 100);
	put(p, "b", 10);
	assert_told(p, 2);
	assert_stands(p, 2, 110);
	/* As libFuzzer reduces: another name, and the old one goes. */
	put(p, "c", 60);
	unlinkat(p->corpus_fd, "a", 0);
	assert_told(p, 1);
	assert_stands(p, 2, 70);
}

/* As afl-fuzz trims: the same name with less in it. */
static void
sees_what_is_written_anew_in_place(void **state)
{
	struct place *p = *state;

	put_many(p, 0, 300);
	assert_told(p, 300);
	put(p, "99", 1);
	put(p, "other", 0);
	assert_told(p, 1);
	assert_stands(p, 301, 3 * 4950 - 98);
}

static void
tells_a_flood_in_bounded_steps(void **state)
{
	struct place *p = *state;
	unsigned names, told = 0, calls = 0;
	bool more = true;

	put_many(p, 0, 50);
	assert_told(p, 50);
	put_many(p, 50, 7050);
	for (; more; calls++) {
		names = names_told(p, &more);
		assert_true(names <= 2000);
		told += names;
		/* Counted at once, told by and by. */
		assert_stands(p, 7050, 70 * 4950 + 50 * 49 / 2);
		/* More comes while it is told. */
		if (calls == 0)
			put(p, "7050", 0), unlinkat(p->corpus_fd, "0", 0);
	}
	assert_int_equal(told, 7001);
	assert_told(p, 0);
}

/* A change right after a look leaves the directory's time as it was. */
static void
does_not_trust_a_young_time(void **state)
{
	struct place *p = *state;
	unsigned i;
	char name[16];

	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "%u", i);
		put(p, name, 1);
		assert_told(p, 1);
	}
	assert_stands(p, 200, 200);
}

/* An old directory is passed over, but not for ever. */
static void
passes_over_what_has_not_changed(void **state)
{
	const struct timespec times[2] = {{1000, 0}, {1000, 0}};
	struct place *p = *state;
	unsigned i, seen = 0;

	put(p, "a", 10);
	assert_int_equal(futimens(p->corpus_fd, times), 0);
	assert_told(p, 1);
	put(p, "a", 20); /* the directory does not change by it */
	for (i = 1; i <= 10; i++) {
		assert_told(p, 0);
		if (p->corpus.bytes == 20 && seen == 0)
			seen = i;
	}
	assert_int_equal(seen, 10);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(does_not_tell_what_was_there),
	    TEST(has_no_directory_yet),
	    TEST(counts_what_vanishes_and_what_takes_its_place),
	    TEST(sees_what_is_written_anew_in_place),
	    TEST(tells_a_flood_in_bounded_steps),
	    TEST(does_not_trust_a_young_time),
	    TEST(passes_over_what_has_not_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

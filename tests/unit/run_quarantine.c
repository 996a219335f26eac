/* Inputs that are taken out of the corpus and left out of the seeds. */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "clock.h"
#include "mem.h"
#include "pf-run/quarantine.h"
#include "stage.h"

static struct job job;
static char root[32];
static int err;

static void
put(const char *path, const char *text)
{
	char *full = mem_printf("%s/%s", root, path);

	assert_int_equal(stage_write_path(full, text, strlen(text)), 0);
	free(full);
}

static bool
there(const char *path)
{
	char *full = mem_printf("%s/%s", root, path);
	bool is = access(full, F_OK) == 0;

	free(full);
	return is;
}

/* How many files a directory holds. */
static unsigned
count(const char *path)
{
	char *full = mem_printf("%s/%s", root, path);
	unsigned n = 0;
	struct dirent **list;
	int i, found = scandir(full, &list, NULL, NULL);

	for (i = 0; i < found; i++) {
		n += list[i]->d_name[0] != '.';
		free(list[i]);
	}
	if (found >= 0)
		free(list);
	free(full);
	return n;
}

static int
begin(void **state)
{
	static const char *const dirs[] = {
	    "seeds-given", "seeds-given/more", "corpus", "artifacts"};
	char *full;
	size_t i;

	(void)state;
	job_init(&job);
	snprintf(root, sizeof root, "/tmp/unit-quarantine.XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	for (i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
		full = mem_printf("%s/%s", root, dirs[i]);
		if (mkdir(full, 0777) < 0)
			return -1;
		free(full);
	}
	job.directory = mem_dup(root);
	job.run.directory = job.directory;
	job.seeds = mem_printf("%s/seeds-given", root);
	job.run.seeds = job.seeds;
	job.engine = &engine_libfuzzer;
	job.fd = open(root, O_RDONLY | O_DIRECTORY);
	/* What is told is not under test. */
	err = dup(STDERR_FILENO);
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int
end(void **state)
{
	(void)state;
	dup2(err, STDERR_FILENO);
	job_release(&job);
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
moves_what_lies_in_the_corpus(void **state)
{
	struct quarantine q;

	(void)state;
	put("corpus/a", "bad");
	put("corpus/b", "good");
	put("artifacts/crash-x", "bad");
	quarantine_init(&q, &job);
	assert_true(quarantine_take(&q, "artifacts/crash-x", 1));
	assert_false(there("corpus/a"));
	assert_true(there("corpus/b"));
	assert_int_equal(count("quarantine"), 1);
	quarantine_release(&q);
}

static void
leaves_it_out_of_the_seeds(void **state)
{
	struct quarantine q;

	(void)state;
	put("seeds-given/a", "bad");
	put("seeds-given/more/again", "bad");
	put("seeds-given/more/b", "good");
	put("artifacts/crash-x", "bad");
	quarantine_init(&q, &job);
	assert_string_equal(job.run.seeds, job.seeds);
	assert_true(quarantine_take(&q, "artifacts/crash-x", 1));
	assert_string_not_equal(job.run.seeds, job.seeds);
	assert_int_equal(count("seeds"), 1);
	assert_true(there("seeds-given/a") && there("seeds-given/more/again"));
	quarantine_release(&q);
	/* And the next run of the job. */
	job.run.seeds = job.seeds;
	put("seeds-given/c", "fine");
	quarantine_init(&q, &job);
	assert_string_not_equal(job.run.seeds, job.seeds);
	assert_int_equal(count("seeds"), 2);
	quarantine_release(&q);
}

/* Only so does a restart make sense. */
static void
says_when_it_was_not_there(void **state)
{
	struct quarantine q;

	(void)state;
	put("seeds-given/a", "good");
	put("artifacts/crash-x", "bad");
	put("artifacts/crash-0", "");
	put("corpus/empty", "");
	quarantine_init(&q, &job);
	assert_false(quarantine_take(&q, "artifacts/crash-x", 1));
	assert_false(quarantine_take(&q, "artifacts/crash-0", 1));
	assert_false(quarantine_take(&q, "artifacts/missing", 1));
	assert_true(there("corpus/empty"));
	assert_string_equal(job.run.seeds, job.seeds);
	quarantine_release(&q);
}

/* Two processes that were started together end on the same seed. */
static void
counts_for_all_that_were_started_before(void **state)
{
	struct quarantine q;
	int64_t before = clock_monotonic();

	(void)state;
	put("seeds-given/a", "bad");
	put("artifacts/crash-x", "bad");
	quarantine_init(&q, &job);
	assert_true(quarantine_take(&q, "artifacts/crash-x", before));
	assert_true(quarantine_take(&q, "artifacts/crash-x", before));
	assert_false(
	    quarantine_take(&q, "artifacts/crash-x", clock_monotonic() + 1));
	quarantine_release(&q);
}

/* libFuzzer cuts a long seed, and the artifact is what is left of it. */
static void
finds_a_seed_that_was_cut(void **state)
{
	struct quarantine q;
	char text[6001];

	(void)state;
	memset(text, 'a', sizeof text);
	text[6000] = '\0';
	put("seeds-given/long", text);
	text[3000] = '\0';
	put("seeds-given/short", text);
	text[3000] = 'a';
	text[5000] = '\0';
	put("artifacts/crash-x", text);
	quarantine_init(&q, &job);
	assert_true(quarantine_take(&q, "artifacts/crash-x", 1));
	assert_int_equal(count("seeds"), 1);
	quarantine_release(&q);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(moves_what_lies_in_the_corpus),
	    TEST(leaves_it_out_of_the_seeds),
	    TEST(says_when_it_was_not_there),
	    TEST(counts_for_all_that_were_started_before),
	    TEST(finds_a_seed_that_was_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

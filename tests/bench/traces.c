/*
 * usage: traces COUNT FILE...
 *
 * How many traces a second of processor time the library alone reads: the files
 * one after the other, again and again, as one log in memory, with a
 * fingerprint and a rating each, and without.
 */
#include <fcntl.h>
#include <string.h>

#include "libcrash/fingerprint.h"
#include "libcrash/severity.h"

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
run(const struct buf *log, const struct rules *rules)
{
	struct span rest = {log->data, log->len};
	struct fingerprint f;
	struct report report;
	size_t count = 0;
	double start = seconds(), took;

	report_init(&report);
	fingerprint_init(&f);
	for (; report_next(&report, &rest); count++)
		if (rules != NULL) {
			fingerprint_make(&f, &report, rules, NULL, NULL);
			severity_rate(&report);
		}
	took = seconds() - start;
	printf("%-24s %8.0f traces/s %6.0f MB/s of %zu in %.2f s\n",
	    rules != NULL ? "read, fingerprint, rate" : "read",
	    (double)count / took, (double)log->len / took / 1e6, count, took);
	report_release(&report);
	fingerprint_release(&f);
}

int
main(int argc, char *argv[])
{
	struct rules *rules = rules_default();
	struct buf log = BUF_INIT;
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

	if (argc < 3 || count <= 0)
		return 64;
	for (long i = 0; i < count; i++) {
		const char *file = argv[2 + i % (argc - 2)];

		buf_add_str(&log, "INFO: Seed: 1\n");
		if (buf_read_file(&log, AT_FDCWD, file, 1 << 20) != 0)
			return 66;
	}
	run(&log, NULL);
	run(&log, rules);
	buf_release(&log);
	rules_free(rules);
	return 0;
}

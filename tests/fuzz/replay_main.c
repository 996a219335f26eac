/*
 * Runs a harness over its corpus, FUZZ_CORPUS, as one test. Each file's name
 * is told first, so that the last one told is the one that broke it. With
 * operands it runs these files instead.
 */
#include <dirent.h>
#include <fcntl.h>

#include "buf.h"
#include "harness.h"

static void
replay(int dir_fd, const char *name)
{
	struct buf bytes = BUF_INIT;
	uint8_t *exact;

	printf("# %s\n", name);
	fflush(stdout);
	MUST(buf_read_file(&bytes, dir_fd, name, 16 << 20) == 0);
	/* Of its very size, so that reading beyond it is seen. */
	exact = malloc(bytes.len > 0 ? bytes.len : 1);
	MUST(exact != NULL);
	memcpy(exact, bytes.data, bytes.len);
	LLVMFuzzerTestOneInput(exact, bytes.len);
	free(exact);
	buf_release(&bytes);
}

int
main(int argc, char *argv[])
{
	DIR *corpus;
	struct dirent *entry;
	unsigned count = 0;
	int i;

	for (i = 1; i < argc; i++)
		replay(AT_FDCWD, argv[i]);
	if (argc > 1)
		return 0;
	puts("1..1");
	corpus = opendir(FUZZ_CORPUS);
	while (corpus != NULL && (entry = readdir(corpus)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		replay(dirfd(corpus), entry->d_name);
		count++;
	}
	if (corpus != NULL)
		closedir(corpus);
	printf("%s 1 - replays its corpus of %u inputs\n",
	    count > 0 ? "ok" : "not ok", count);
	return count > 0 ? 0 : 1;
}

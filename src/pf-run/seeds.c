/* The files in the seeds' directory. */
#include "seeds.h"

#include <errno.h>
#include <fts.h>
#include <sys/stat.h>

#include "mem.h"

static void
add(struct seeds *seeds, const char *name, const struct stat *st)
{
	if (st->st_size == 0) {
		seeds->empty++;
		return;
	}
	strvec_add(&seeds->name, name);
	if ((uint64_t)st->st_size > seeds->largest_bytes) {
		seeds->largest_bytes = (uint64_t)st->st_size;
		free(seeds->largest);
		seeds->largest = mem_dup(name);
	}
}

/* 0, or -1 with errno. */
static int
take(struct seeds *seeds, FTS *fts, FTSENT *entry, bool plain)
{
	switch (entry->fts_info) {
	case FTS_ERR:
	case FTS_DNR:
	case FTS_NS:
		/* What vanished while we looked is no seed. */
		if (entry->fts_errno == ENOENT && entry->fts_level > 0)
			return 0;
		errno = entry->fts_errno;
		return -1;
	case FTS_DP:
		return 0;
	}
	if (plain && entry->fts_info == FTS_D && entry->fts_level > 0 &&
	    entry->fts_name[0] == '.')
		fts_set(fts, entry, FTS_SKIP);
	else if (entry->fts_info == FTS_F && entry->fts_level > 0 &&
	    S_ISREG(entry->fts_statp->st_mode))
		add(seeds, entry->fts_path + seeds->root_length + 1,
		    entry->fts_statp);
	else if (entry->fts_info == FTS_F && entry->fts_level == 0) {
		errno = ENOTDIR;
		return -1;
	}
	return 0;
}

int
seeds_read(struct seeds *seeds, const char *directory, bool plain)
{
	char *root = mem_dup(directory);
	char *const roots[] = {root, NULL};
	FTS *fts = fts_open(roots,
	    (plain ? FTS_PHYSICAL | FTS_COMFOLLOW : FTS_LOGICAL) | FTS_NOCHDIR,
	    NULL);
	FTSENT *entry;
	int status = fts == NULL ? -1 : 0, saved;

	*seeds = (struct seeds){
	    .name = STRVEC_INIT, .root_length = strlen(directory)};
	while (status == 0 && (errno = 0, entry = fts_read(fts)) != NULL)
		status = take(seeds, fts, entry, plain);
	if (status == 0 && errno != 0)
		status = -1;
	saved = errno;
	if (fts != NULL)
		fts_close(fts);
	free(root);
	strvec_sort(&seeds->name);
	errno = saved;
	return status;
}

void
seeds_release(struct seeds *seeds)
{
	strvec_release(&seeds->name);
	free(seeds->largest);
}

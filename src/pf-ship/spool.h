/*
 * The spool: a directory whose five parts are the state of what lies in them.
 *
 *	tmp/       batches that are being written; flock held by who writes
 *	new/       sealed batches, to be delivered; named by their key
 *	rejected/  lines that were refused, with the reason, as JSON lines
 *	corrupt/   what was found in tmp/ or new/ and is no batch
 *	breaker/   which destinations fail (breaker_file.h)
 *	totals     what was done (totals.h)
 *	lock       held by the one who delivers
 *
 * Any number of writers, one who delivers. There is no index.
 */
#ifndef PF_SHIP_SPOOL_H
#define PF_SHIP_SPOOL_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "buf.h"

struct spool {
	int dir, tmp, new, rejected, corrupt;
	char run[BATCH_RUN]; /* of this process */
	unsigned sequence;   /* of the last batch begun in this run */
};

/* The longest file that can be a batch. */
#define SPOOL_FILE_MAX (64 * 1024 * 1024)
/* Names that are held at once, of however many there are. */
#define SPOOL_WINDOW 4096

struct names;
struct spool_names {
	char **name;
	size_t count;
	uint64_t total; /* of which these are the oldest */
};

struct spool_size {
	uint64_t files, bytes;
};

/*
 * Opens the spool and, with `create`, makes what is missing of it (mode 0700).
 * -1 with errno; nothing is left open then.
 */
int spool_open(struct spool *s, const char *path, bool create);
void spool_release(struct spool *s);

/* An empty, locked file in tmp/ under a name of its own; -1 with errno. */
int spool_create(struct spool *s, char name[BATCH_KEY]);
/* Whether spool_create makes such names. */
bool spool_name_valid(const char *name);
/*
 * A whole batch at once: written to tmp/, fsynced, renamed into new/. -1 with
 * errno; no half of it is left.
 */
int
spool_store(struct spool *s, const char *key, const char *payload, size_t len);
/*
 * The names of the oldest entries of new/, sorted, that come after `after`
 * (NULL: all do) and are not in `skip` (NULL: none is). -1 with errno, and
 * nothing is to be released.
 */
int spool_oldest(const struct spool *s, const char *after,
    const struct names *skip, struct spool_names *names);
void spool_names_release(struct spool_names *names);
/* Whether a batch of this run is still there; errs on the side of yes. */
bool spool_has_own(const struct spool *s);
/*
 * Reads the whole file `name` of new/ and checks it. NULL, or what is wrong
 * with it; `file` holds the header and the payload. *error is 0 for a damaged
 * file and errno when it could not be read.
 */
const char *spool_read(const struct spool *s, const char *name, struct batch *b,
    struct buf *file, int *error);
/* Moves an entry to corrupt/ and says why. -1 with errno, also told. */
int spool_set_aside(
    const struct spool *s, int from, const char *name, const char *why);

/* opendir below an open directory, from its start; NULL with errno. */
DIR *spool_list(int dir);
/* The next entry but "." and ".."; NULL at the end or with errno. */
const char *spool_next(DIR *d);
/* The sealed batches, counted; -1 with errno. */
int spool_measure(const struct spool *s, struct spool_size *size);

#endif

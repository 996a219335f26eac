/*
 * The batch that this process is writing. Its lines are in a file in tmp/ as
 * soon as they are flushed, so that a killed writer loses none; the memory copy
 * is for writing the batch anew when an fsync fails.
 */
#ifndef PF_SHIP_WRITER_H
#define PF_SHIP_WRITER_H

#include "spool.h"

struct writer {
	struct spool *spool; /* borrowed */
	int fd;              /* -1 between batches */
	char name[BATCH_KEY];
	char key[BATCH_KEY]; /* empty until the batch is sealed */
	struct buf payload;
	size_t saved;   /* bytes of it that are in the file */
	bool spoiled;   /* the file cannot be trusted any more */
	uint64_t lines; /* 0: no batch is open */
	int64_t begun;  /* clock_monotonic() of the first line */
};

void writer_init(struct writer *w, struct spool *spool);
/* Forgets an unsealed batch; what the file has of it is recovered later. */
void writer_release(struct writer *w);
/* Takes the line into memory and gives it a newline. */
void writer_add(struct writer *w, const char *line, size_t len);
/*
 * Writes what was added since to the file. -1 with errno; calling it again is
 * right, and so is writer_seal.
 */
int writer_flush(struct writer *w);
/*
 * Seals the batch, if there is one. -1 with errno; nothing is lost then and
 * calling it again is right: where the file failed, a new one is written.
 */
int writer_seal(struct writer *w);

#endif

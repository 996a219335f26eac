/*
 * breaker/ of the spool: one small file for each destination, named by the hash
 * of its URL. Nothing depends on it: without it the breaker is closed.
 */
#ifndef PF_SHIP_BREAKER_FILE_H
#define PF_SHIP_BREAKER_FILE_H

#include "breaker.h"
#include "hash.h"
#include "spool.h"

struct breaker_file {
	struct spool *spool; /* borrowed */
	char name[HASH_TEXT];
	const char *url; /* borrowed */
	bool told;       /* that it could not be written */
};

/* Reads it; a damaged one is told of and counts as closed. */
void breaker_file_open(struct breaker_file *f, struct spool *s, const char *url,
    struct breaker *b);
/* A closed one without failures has no file. A failure is told of once. */
void breaker_file_save(struct breaker_file *f, const struct breaker *b);

#endif

/*
 * One batch, one self-describing file: a header of BATCH_HEADER bytes of text,
 * then the payload, whole event lines.
 *
 *	pf-batch 1
 *	key 019aa3c4d5e6-node1-8f2d6c0a1b3e4f57-00000001
 *	lines 100
 *	codec none
 *	bytes 28950
 *	xxh3-64 0f1e2d3c4b5a6978
 *
 * filled up with spaces to its length. Nothing else says what the batch is,
 * so nothing can disagree with it.
 */
#ifndef PF_BATCH_H
#define PF_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BATCH_HEADER 256
/* A key and its NUL. */
#define BATCH_KEY 112
/* 16 hex digits of one run of a writer, and the NUL. */
#define BATCH_RUN 17

struct batch {
	char key[BATCH_KEY];
	uint64_t lines;
	uint64_t bytes; /* of the payload */
	uint64_t hash;  /* XXH3-64 of the payload */
};

/*
 * The key: 12 hex digits of the time in milliseconds, node, run, sequence.
 * Keys sort by time. Bytes of `node` that have no place in a file name become
 * '_', and its first 64 count.
 */
void batch_make_key(char key[BATCH_KEY], int64_t time_ms, const char *node,
    const char *run, unsigned sequence);
bool batch_key_valid(const char *name);

/* What the payload is; the key is left alone. */
void batch_describe(struct batch *b, const char *payload, size_t len);
void batch_write_header(char header[BATCH_HEADER], const struct batch *b);
/* Whether a batch, of whatever version, can begin with these bytes. */
bool batch_can_begin(const char *bytes, size_t len);
/*
 * Both return NULL, or what is wrong as the rest of a sentence. The first
 * wants the header alone, the second the whole file.
 */
const char *batch_read_header(struct batch *b, const char *header, size_t len);
const char *batch_read(struct batch *b, const char *file, size_t len);

#endif

/* Reading what pack.h wrote, with a digest of every byte of it. */
#ifndef PF_BACKUP_UNPACK_H
#define PF_BACKUP_UNPACK_H

#include "hash.h"

struct archive;
struct unpack;

/* `fd` is borrowed and read from where it stands. */
struct unpack *unpack_open(int fd);
/* libarchive's reader, for archive_read_next_header and the like. */
struct archive *unpack_archive(struct unpack *u);
/*
 * Reads the rest, so that every byte was seen, and says how many there were
 * and what their xxh128 is. NULL, or what was wrong with the compressed
 * stream. Frees.
 */
const char *
unpack_close(struct unpack *u, uint64_t *bytes, char xxh128[HASH_TEXT]);

#endif

/*
 * A tar archive (pax) through zstd into a descriptor. zstd's checksum is on,
 * which libarchive 3.6's own zstd filter leaves off (libarchive issue 2675).
 */
#ifndef PF_BACKUP_PACK_H
#define PF_BACKUP_PACK_H

#include <stdint.h>

#include "hash.h"
#include "manifest.h"

struct archive;
struct pack;

/* `fd` is borrowed. */
struct pack *pack_open(int fd, int level);
/*
 * Begins an entry; a file's `bytes` must follow by pack_data. -1 with errno,
 * after which the archive is of no use.
 */
int pack_entry(struct pack *p, const struct manifest_entry *entry);
int pack_data(struct pack *p, const void *bytes, size_t len);
/*
 * Ends the archive and says how long it is and what its xxh128 is. -1 with
 * errno. Frees in either case.
 */
int pack_close(struct pack *p, uint64_t *bytes, char xxh128[HASH_TEXT]);

#endif

/* Bodies packed in one pass, as Content-Encoding has them. */
#ifndef PF_SHIP_PACK_H
#define PF_SHIP_PACK_H

#include <stdbool.h>

#include "buf.h"

struct pack;

/* NULL when there is no such encoding: "zstd", "gzip", "none". */
struct pack *pack_new(const char *encoding);
/* NULL is allowed. */
void pack_free(struct pack *p);
/* The value for Content-Encoding; NULL where bytes stay as they are. */
const char *pack_encoding(const struct pack *p);
/* Appends the packed bytes. */
void pack_bytes(struct pack *p, struct buf *out, const char *bytes, size_t n);

#endif

/* Base64 as RFC 4648, section 4, has it: padded, no line breaks. */
#ifndef PF_BASE64_H
#define PF_BASE64_H

#include <stdbool.h>

#include "buf.h"

/* Appends the bytes that `text` stands for; false when it is not base64. */
bool base64_decode(struct buf *out, const char *text, size_t n);

#endif

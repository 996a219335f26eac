/* Rust's old symbol names, as they are where nobody has decoded them. */
#ifndef PF_RUSTNAME_H
#define PF_RUSTNAME_H

#include "buf.h"
#include "span.h"

/* Has the name an escape such as $LT$ or $u20$? */
bool rustname_is_escaped(struct span name);
/* Appends it decoded: "_$LT$a..B$u20$as$u20$C$GT$::d" is "<a::B as C>::d". */
void rustname_decode(struct buf *out, struct span name);

#endif

/*
 * A function's name as the rules see it: without return type, arguments,
 * template arguments and anonymous namespaces.
 */
#ifndef PF_NAME_H
#define PF_NAME_H

#include "buf.h"
#include "span.h"

/* Appends the clean form of `function`, at most `max` bytes of it. */
void name_clean(struct buf *out, struct span function, size_t max);
/*
 * The last component: "read" of "ns::Class::read", "json.(*decoder).read" of
 * Go's "encoding/json.(*decoder).read".
 */
struct span name_last(struct span name);
/*
 * Calls `each` for every word of a name (copyBytes_u32 has copy, bytes, u,
 * lower-cased); true when it is true for all and there is at least one.
 */
bool name_all_words(struct span name,
    bool (*each)(struct span word, const void *context), const void *context);

#endif

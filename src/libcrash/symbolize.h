/*
 * Names for the frames of which a trace tells only a module and an offset, from
 * the module itself, by llvm-symbolizer. Where the module is another build, or
 * not there, or nothing answers, the frames stay as they are.
 */
#ifndef PF_SYMBOLIZE_H
#define PF_SYMBOLIZE_H

#include "trace.h"

struct symbolizer;

/*
 * `program` is an llvm-symbolizer; NULL: one is looked for when it is needed
 * first. It is killed when it does not answer within `limit_ms`. What belongs
 * to one symbolizer is used by one thread at a time.
 */
struct symbolizer *symbolizer_new(const char *program, int64_t limit_ms);
/* Ends its processes. */
void symbolizer_free(struct symbolizer *symbolizer);
/*
 * Gives the frames of a report their names, and each function that is inlined
 * a frame of its own. What they point to is the report's.
 */
void symbolizer_report(struct symbolizer *symbolizer, struct report *report);
/*
 * What a user would expect to be taken: that of LLVM_SYMBOLIZER_PATH, of
 * ASAN_SYMBOLIZER_PATH, llvm-symbolizer in PATH, else the newest with its
 * version in its name, as Debian has them. NULL where there is none; the
 * caller frees it.
 */
char *symbolizer_program(void);

#endif

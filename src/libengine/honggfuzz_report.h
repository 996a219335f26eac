/*
 * What honggfuzz 2.6 wrote of a crash: a section of HONGGFUZZ.REPORT.TXT, and
 * the sanitizer's own report in HF.sanitizer.log.<pid> where it made one.
 */
#ifndef PF_HONGGFUZZ_REPORT_H
#define PF_HONGGFUZZ_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

/*
 * The last section about the crash file `name`, and in *pid the process that
 * it is of (0: it does not say). NULL when there is none that is whole; *len
 * is its length.
 */
const char *honggfuzz_section(
    const char *text, size_t size, const char *name, size_t *len, int64_t *pid);
/*
 * Appends the report, at most `max` bytes from its end: the sanitizer's, else
 * the section. False when there is none (yet).
 */
bool
honggfuzz_report(int job_fd, const char *name, size_t max, struct buf *report);

#endif

/* A configuration file's bytes, which are known to be text. */
#ifndef PF_JOB_CONF_FILE_H
#define PF_JOB_CONF_FILE_H

#include "buf.h"

/*
 * Reads the file, or standard input where `path` is NULL or "-", into `text`:
 * UTF-8 without control bytes but tabs and newlines, lines ending with
 * newlines alone, at most 1 MiB. Returns 0, or an exit status after one
 * sentence: 65 when it is anything else, 66 when it is not there, 77 when it
 * may not be read.
 */
int conf_file_read(const char *path, struct buf *text);

/*
 * The file as messages call it: the name quoted, or "standard input". Valid as
 * long as what msg_quote returns.
 */
const char *conf_file_name(const char *path);

#endif

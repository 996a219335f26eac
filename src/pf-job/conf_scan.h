/*
 * The first look at a configuration's text, before libconfuse has it. That
 * (version 3.3) counts a line or two too many for each comment, knows none in
 * lists, takes a variable that is not set for an empty one, drops characters
 * that it does not know, ends a string at \0, and takes a section that is never
 * closed for a whole one.
 */
#ifndef PF_JOB_CONF_SCAN_H
#define PF_JOB_CONF_SCAN_H

#include <stdbool.h>

#include "buf.h"
#include "faults.h"

/* What names and what else can be shown without quotes is made of. */
#define CONF_PLAIN                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789._-"

/* Stands in the text for what was wrong and has been added to the faults. */
#define CONF_TOLD '\001'
/* The key that stands for one that is not known. */
#define CONF_TOLD_KEY "\001"
/* The value that stands for an empty list, which libconfuse passes over. */
#define CONF_EMPTY "\004"

/*
 * Checks the text, which is as conf_file_read leaves it, and replaces comments
 * by blanks; no newline comes or goes. `keys` are those of all sections and end
 * with NULL. Variables are looked up in the environment, from which an empty
 * one that has a default is removed. False when the rest of the text cannot be
 * made sense of, as after a string that is not closed.
 */
bool
conf_scan(struct buf *text, const char *const keys[], struct faults *faults);

#endif

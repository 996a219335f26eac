/* Which files of a directory are crash inputs. */
#ifndef PF_INPUTS_H
#define PF_INPUTS_H

#include <stdbool.h>

#include "strvec.h"

/*
 * Appends `path`, or where it is a directory the crash inputs below it, in
 * the order of their paths:
 *
 * - all files of directories called crashes, hangs, crashes.DATE, hangs.DATE,
 *   but for README.txt, *.json and hidden ones;
 * - elsewhere what is called as libFuzzer (crash-, leak-, oom-, timeout-,
 *   slow-unit-) or AFL++ (id:) call them;
 * - of a job of pf-run (a directory with a job.json or state.json) only
 *   those in its crashes;
 * - where there is none of this anywhere, the directory's own files.
 *
 * Directories called queue or corpus, hidden ones and symbolic links are not
 * looked into. 0, or the exit status of what could not be read, each told.
 */
int inputs_add(struct strvec *paths, const char *path);
/* Pure: the middle two rules; `dir` is the directory's name. */
bool inputs_is_crash(const char *dir, const char *name);

#endif

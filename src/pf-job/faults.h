/*
 * What is wrong with a file, by line: gathered while the file is looked at,
 * told in the order of its lines when all of it has been.
 */
#ifndef PF_JOB_FAULTS_H
#define PF_JOB_FAULTS_H

#include <stddef.h>

struct fault {
	unsigned line;
	char *text;
};

struct faults {
	struct fault *item;
	size_t count, cap;
};

/* clang-format off */
#define FAULTS_INIT {NULL, 0, 0}
/* clang-format on */

void faults_release(struct faults *f);
/*
 * One sentence, as for msg_warnx; `line` 0 is the file as a whole. Of a long
 * one, which may hold any value of the file, the middle is left out.
 */
void faults_add(struct faults *f, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * Writes a sentence each to standard error, "SOURCE line N: TEXT": the same
 * one only once, and of more than 100 only how many others there are.
 */
void faults_tell(struct faults *f, const char *source);

#endif

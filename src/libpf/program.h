/* Programs as execvp(3) finds them. */
#ifndef PF_PROGRAM_H
#define PF_PROGRAM_H

/*
 * The file that `name` runs, looked up in PATH where it has no slash; the
 * caller frees it. NULL with errno when there is none that may be executed:
 * EACCES where one was met that may not, else ENOENT.
 */
char *program_find(const char *name);

#endif

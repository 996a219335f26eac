/* Commands of the user's that get an event. */
#ifndef PF_HOOK_H
#define PF_HOOK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Runs `command` by sh -c with the bytes on its standard input, its standard
 * output to our standard error and no other descriptors, and waits for it;
 * after `limit_ms` it and its process group are killed. Returns an exit status:
 * 0, or 1 after one sentence, which begins with `option`, when it failed or
 * could not be run.
 */
int hook_run(const char *option, const char *command, const void *bytes,
    size_t n, int64_t limit_ms);

#endif

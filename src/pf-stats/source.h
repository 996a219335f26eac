/*
 * Where statistics are read from: recognized by what a path holds, never by
 * what it is called.
 */
#ifndef PF_SOURCE_H
#define PF_SOURCE_H

/*
 * Tells a stats event for each fuzzer found in `path`: an AFL++ instance or
 * output directory, a fuzzer_stats file, a libFuzzer log, a job's directory
 * or a directory of jobs. Returns an exit status, after one sentence for each
 * thing that could not be read: 0, 1 nothing there or not all of it, 65 not
 * statistics, 66 missing, 74, 77 no permission.
 */
struct reader;

int source_read(struct reader *reader, const char *path);

#endif

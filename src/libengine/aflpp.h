/*
 * The parts of the AFL++ engine: how afl-fuzz is called, what the installed
 * one knows, what it says of its end, and what it needs of the machine.
 */
#ifndef PF_AFLPP_H
#define PF_AFLPP_H

#include "engine.h"

/* Words that only some versions of afl-fuzz know. */
enum aflpp_word {
	AFLPP_FOREIGN,       /* -F */
	AFLPP_CMPLOG,        /* -c */
	AFLPP_CMPLOG_LEVEL,  /* -l 2AT */
	AFLPP_SEQUENTIAL,    /* -Z */
	AFLPP_MOPT,          /* -L */
	AFLPP_INIT_TIMEOUT,  /* AFL_FORKSRV_INIT_TMOUT */
	AFLPP_NO_FASTRESUME, /* AFL_NO_FASTRESUME */
	AFLPP_WORDS
};

/*
 * Which of them the program at `path` knows, a bit each, from its help and its
 * names of variables. A script that stands before afl-fuzz cannot be asked: it
 * is believed to know the options, and is given no variables.
 */
unsigned aflpp_words(const char *path);
/*
 * The same of the afl-fuzz in PATH, which is read once. 0 when there is none.
 */
unsigned aflpp_installed_words(void);
static inline bool
aflpp_knows(unsigned words, enum aflpp_word word)
{
	return (words >> word & 1) != 0;
}

/*
 * Whether the target's own code logs comparisons (built with
 * AFL_LLVM_CMPLOG=1). Every target holds the functions that do it; whether
 * they are called is seen in x86-64 programs that have a symbol table. False
 * where it cannot be seen.
 */
bool aflpp_logs_comparisons(const char *path);

/* See engine.h. */
char *aflpp_instance(const struct engine_job *job, unsigned index);
void aflpp_command(const struct engine_job *job, unsigned index,
    struct strvec *argv, struct strvec *env);
/* With the words that afl-fuzz knows given. */
void aflpp_command_for(const struct engine_job *job, unsigned index,
    unsigned words, struct strvec *argv, struct strvec *env);
void aflpp_minimize(const struct engine_job *job, unsigned index,
    const char *from, const char *to, struct strvec *argv, struct strvec *env);
void aflpp_beside(
    const struct engine_job *job, char **cmplog, struct strvec *variants);
int aflpp_minimized(int from_fd, int to_fd);
void
aflpp_corpus_replaced(const struct engine_job *job, int job_fd, unsigned index);
int aflpp_unready(const struct engine_job *job, char **why);

struct engine_log *aflpp_log_new(void);
void aflpp_log_free(struct engine_log *log);
void aflpp_log_line(struct engine_log *log, const char *line, size_t len);
bool aflpp_log_stats(struct engine_log *log, int job_fd, const char *instance,
    struct stats *stats);
enum engine_end aflpp_log_ended(const struct engine_log *log, int wait_status,
    int64_t lived_ms, const char **reason);

/*
 * How many instances the job needs so that each build that was named has one:
 * the main one fuzzes the target itself, a build for comparisons and each
 * variant take one more. A job of one instance gives the former to that one.
 */
unsigned aflpp_instances_needed(bool cmplog, unsigned variants);

#endif

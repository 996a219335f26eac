/*
 * Fuzzing engines: what the supervisor must know of each to run it and to find
 * what it leaves behind. One file and one row of `engines` each; facts are of
 * AFL++ 2.68c to 4.3x and of libFuzzer in LLVM 14.
 */
#ifndef PF_ENGINE_H
#define PF_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"
#include "strvec.h"

enum engine_mode {
	ENGINE_MODE_FORK,  /* one process that keeps its own workers */
	ENGINE_MODE_SINGLE /* a process a worker, started again at each crash */
};

/* Paths are absolute; lists end with NULL and are NULL when empty. */
struct engine_job {
	char *const *target;    /* argv; "@@" stands where the input goes */
	const char *directory;  /* the job's */
	const char *seeds;      /* NULL when there are none */
	const char *dictionary; /* NULL when there is none */
	const char *cmplog;     /* a build that logs comparisons, or NULL */
	char *const *variants;  /* other builds of the target */
	char *const *foreign;   /* directories that others put testcases in */
	const char *crash_dir;  /* where "other" leaves crash inputs, or NULL */
	char *const *crash_patterns; /* fnmatch(3) of their names */
	enum engine_mode mode;       /* of libFuzzer */
	unsigned instances;
	int64_t timeout_ms; /* of one execution */
	uint64_t memory_bytes;
};

/* What a directory below the job's directory is to the engine. */
enum engine_directory {
	ENGINE_IGNORED,
	ENGINE_PARENT,     /* holds directories that matter */
	ENGINE_CRASHES,    /* each file is a crash input */
	ENGINE_HANGS,      /* each file is an input that took too long */
	ENGINE_CORPUS,     /* each file is a testcase */
	ENGINE_WORKER_LOGS /* files that the fuzzer logs to and removes */
};

/* What an artifact's name says of it. */
struct engine_artifact {
	bool is_crash;    /* README.txt and slow units are none */
	const char *kind; /* "timeout", "out-of-memory", "leak" or NULL */
	int signal;       /* 0 when the name does not say */
};

/* How a process of the engine ended, from its status and its last words. */
enum engine_end {
	ENGINE_DONE,     /* it did what it was asked to, or was stopped */
	ENGINE_MISUSED,  /* its configuration is wrong: not to be restarted */
	ENGINE_DOUBTFUL, /* the same if it ends so twice in a row; once it may
			  * be an accident */
	ENGINE_FOUND, /* it ends with each find and wants to be started again */
	/* An input that it began with ended it, and will each time. */
	ENGINE_STUMBLED,
	ENGINE_BROKE /* anything that may go better the next time */
};

struct engine_log; /* an engine's reader of what it prints */

struct engine {
	const char *name;    /* as in the `fuzzer` of events */
	const char *program; /* what must be on PATH, or NULL */
	/* Bytes that each target built for it holds; NULL when there are none
	 * to know it by. */
	const char *marker;
	const char *not_marker; /* bytes that no such target holds, or NULL */
	bool needs_seeds;
	bool counts_anew; /* its execs_total begins at 0 with each start */
	bool rewrites_artifacts; /* the same input again truncates its file */
	bool logs_reports;       /* a crash's report is told apart from its
				  * file, and perhaps after it */
	bool
	    any_target; /* what runs it may stand before it, as a script does */
	bool sha1_names; /* where an artifact's name ends in 40 hex digits, they
			  * are the SHA-1 of its content */
	int64_t pause_ms; /* the least between two starts; 0 when it is safe */
	int stop_signal;  /* on which it saves its state */
	bool stop_group;  /* whether its whole process group must have it */

	/* The number of processes that the supervisor starts. */
	unsigned (*processes)(const struct engine_job *job);
	/* The name of process `index`, which the caller frees. */
	char *(*instance)(const struct engine_job *job, unsigned index);
	/*
	 * The directory of the testcases of process `index`, relative, which
	 * the caller frees; NULL when it keeps none of its own.
	 */
	char *(*corpus)(const struct engine_job *job, unsigned index);
	/* The memory that process `index` and all below it may take. */
	uint64_t (*memory)(const struct engine_job *job, unsigned index);
	/*
	 * What the machine or the job lacks for this engine: 0, or an exit
	 * status with a sentence in *why, which the caller frees. NULL when it
	 * needs nothing.
	 */
	int (*unready)(const struct engine_job *job, char **why);
	/*
	 * Builds of the target that lie beside it and that the job could use:
	 * sets *cmplog where the job names none, and adds to `variants` where
	 * it names none, as many as there are instances for. NULL when the
	 * engine uses none.
	 */
	void (*beside)(const struct engine_job *job, char **cmplog,
	    struct strvec *variants);
	/*
	 * The longest in milliseconds that nothing may be heard of it while it
	 * is well; 0 when that is not known. NULL stands for 0.
	 */
	int64_t (*silence)(const struct engine_job *job);
	/* Directories that must be there first, relative, added to `out`. */
	void (*directories)(const struct engine_job *job, struct strvec *out);
	/*
	 * The command line and what the environment needs (`env` comes as the
	 * supervisor's own).
	 */
	void (*command)(const struct engine_job *job, unsigned index,
	    struct strvec *argv, struct strvec *env);
	/*
	 * The command that puts into the empty directory `to` testcases of
	 * `from` that together reach all that those of `from` do. NULL when
	 * the engine has no such means.
	 */
	void (*minimize)(const struct engine_job *job, unsigned index,
	    const char *from, const char *to, struct strvec *argv,
	    struct strvec *env);
	/*
	 * Completes what that left in `to`: puts in what must not go. -1 with
	 * errno. NULL when nothing is to be done.
	 */
	int (*minimized)(int from_fd, int to_fd);
	/*
	 * The corpus of process `index` is another now, with other names: what
	 * the others have noted of them is forgotten. NULL when they note
	 * nothing.
	 */
	void (*corpus_replaced)(
	    const struct engine_job *job, int job_fd, unsigned index);
	/*
	 * The command that runs one input ("@@") against the target; none
	 * when that is not known.
	 */
	void (*replay)(const struct engine_job *job, struct strvec *argv);
	/* `path` is relative to the job's directory, without a final slash. */
	enum engine_directory (*directory)(const char *path);
	struct engine_artifact (*artifact)(const char *name);

	/* A reader for one process; log_free ends it. */
	struct engine_log *(*log_new)(void);
	void (*log_free)(struct engine_log *log);
	/* A whole line without its newline; not NUL-terminated. */
	void (*log_line)(struct engine_log *log, const char *line, size_t len);
	/*
	 * The statistics of process `index` as they stand. False when there is
	 * nothing to tell since the last call.
	 */
	bool (*stats)(struct engine_log *log, int job_fd, const char *instance,
	    struct stats *stats);
	/*
	 * In words, that it goes on and does nothing of use; NULL when that is
	 * not so. May be NULL.
	 */
	const char *(*failing)(const struct engine_log *log);
	/*
	 * Appends what the fuzzer reported of the artifact `name` in the
	 * relative directory `dir`, at most `max` bytes from its end. False
	 * while it is not there or may not be whole; what there is of it is
	 * appended all the same. NULL when reports are in its workers' logs.
	 */
	bool (*report)(const struct engine_log *log, int job_fd,
	    const char *dir, const char *name, size_t max, struct buf *report);
	/*
	 * The relative path of the artifact of the input that ended the
	 * process, which the caller frees; NULL when it left none. May be NULL.
	 */
	char *(*last_artifact)(
	    const struct engine_log *log, const char *instance);
	/*
	 * Removes what process `index` left behind and nobody needs any more,
	 * before each start, at the end of the job, and now and then while it
	 * is `running`. May be NULL.
	 */
	void (*tidy)(const struct engine_job *job, int job_fd, unsigned index,
	    bool running);
	/*
	 * Why it ended. *reason gets its own words, or NULL, valid while the
	 * log is.
	 */
	enum engine_end (*ended)(const struct engine_log *log, int wait_status,
	    int64_t lived_ms, const char **reason);
};

extern const struct engine engine_aflpp, engine_honggfuzz, engine_libfuzzer,
    engine_other;
/* Ends with NULL. */
extern const struct engine *const engines[];

const struct engine *engine_named(const char *name);
/*
 * The engine that the program at `path` was built for. NULL with *why set
 * when it is for none, or with *why NULL and errno when it cannot be read.
 */
const struct engine *engine_recognize(const char *path, const char **why);
/* Whether the file holds the bytes: 1, 0, or -1 with errno. */
int engine_file_has(const char *path, const char *bytes);
/* The GNU build id of an ELF file as hex; false when it has none. */
bool engine_build_id(const char *path, char hex[65]);

#endif

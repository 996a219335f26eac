/* One llvm-symbolizer, which answers for one module as long as it is asked. */
#ifndef PF_SYMBOL_PROCESS_H
#define PF_SYMBOL_PROCESS_H

#include <sys/types.h>

#include "buf.h"
#include "span.h"

struct symbol_process {
	pid_t pid; /* 0: there is none */
	int fd;    /* a socket: its standard input and output */
};

enum symbol_reply {
	SYMBOL_REPLY,
	SYMBOL_ENDED,   /* it has ended instead */
	SYMBOL_LATE,    /* it has said nothing in time */
	SYMBOL_NONSENSE /* what it said is no line, or more than one */
};

/* -1 with errno when it cannot be forked. `module` is an absolute path. */
int symbol_process_start(
    struct symbol_process *p, const char *program, const char *module);
/* Asks about an offset; the line that comes, without its end, in `reply`. */
enum symbol_reply symbol_process_ask(struct symbol_process *p, uint64_t offset,
    int64_t limit_ms, struct buf *reply);
/* Kills it and what it has started, if it is there. */
void symbol_process_end(struct symbol_process *p);

#endif

/*
 * Who may do what: a file of lines, one for each token that was given out.
 *
 *	# role  name    SHA-256 of the token
 *	node    sgp1    sha256:5e88…64 hex
 *	reader  board   sha256:…
 *	admin   anna    sha256:…
 *
 * A node's name is the one that it may speak for. Roles can be joined by
 * commas. The tokens themselves are nowhere: they are random, so that a plain
 * hash of one tells nothing about it.
 */
#ifndef PF_SERVE_TOKENS_H
#define PF_SERVE_TOKENS_H

#include "role.h"

struct tokens;

/*
 * Reads the file. NULL after one sentence that names file and line; *status is
 * the exit status then. It must not be writable by others than its owner.
 */
struct tokens *tokens_read(const char *path, int *status);
void tokens_free(struct tokens *t);

/*
 * Who has the token; roles is 0 for one that is not in the list. The time it
 * takes says nothing about which of them it is, or is nearly.
 */
void
tokens_find(const struct tokens *t, const char *token, struct caller *caller);

/*
 * Makes a token, appends it to the file, which may be missing yet, and writes
 * it to `token`. An exit status, after one sentence: 75 when others change the
 * list for longer than one waits for them.
 */
#define TOKEN_TEXT 48
int tokens_add(const char *path, const char *roles, const char *name,
    char token[TOKEN_TEXT]);
/* Takes out all of that name: 1, with a sentence, when there is none, 66 when
 * there is no such file. */
int tokens_revoke(const char *path, const char *name);

#endif

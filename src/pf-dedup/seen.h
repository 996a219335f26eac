/*
 * --seen: what earlier runs have seen, in one file.
 *
 *	pf-seen 1 RULES site            the version and how groups were made
 *	i 01a1fbd5…b792 0123456789abcdef  records (records.h), sorted
 *	…
 *	{"group":"0123456789abcdef",…}  groups (groups.h), sorted by name
 *	…
 *	end 2 1 XXH128                  how many of each; hash of all before
 *
 * The same crashes make the same file, however many runs they come in.
 */
#ifndef PF_SEEN_H
#define PF_SEEN_H

#include <stdbool.h>

#include "groups.h"
#include "hash.h"

struct seen;

/*
 * Locks and reads the file, whose groups go into `groups`; where there is none
 * nothing was seen. Ends the program with a sentence when another holds it
 * (75), when it is damaged or made by other rules (65), or cannot be read.
 * `how` is the rules' version and what is grouped by, as one word each.
 */
struct seen *
seen_open(const char *path, const char *how, struct groups *groups);
void seen_free(struct seen *seen);

/* The name of a file as it stands, with what is beside it. */
void seen_file_key(const char *path, char key[HASH_TEXT]);
/* The group that the file was in; false where it has to be read. */
bool
seen_file(const struct seen *seen, const char key[HASH_TEXT], char group[17]);
/* A crash of this run; `kind` is 'i' for an event's id, 'f' for a file. */
void seen_add(struct seen *seen, char kind, const char *id, const char *group);

/*
 * Counts each group's total and writes the file, which gets its name by
 * seen_commit alone. Both return an exit status after a sentence.
 */
int seen_write(struct seen *seen, struct groups *groups);
int seen_commit(struct seen *seen);

#endif

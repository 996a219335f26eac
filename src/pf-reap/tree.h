/*
 * The regular files below one directory, found and removed without ever
 * leaving it: every directory is opened below the first one by openat2(2),
 * which neither follows a symbolic link nor crosses a mount, not even a bind
 * mount of the same file system.
 */
#ifndef PF_REAP_TREE_H
#define PF_REAP_TREE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "policy.h"

struct tree_dir {
	char *path; /* below the root; "." is the root */
	dev_t dev;
	ino_t ino;
};

struct tree_file {
	struct policy_file policy; /* the first member: see tree_policy */
	size_t dir;
	char *name;
};

struct tree {
	int root;
	const char *name; /* of the root as the user said it; borrowed */
	struct tree_dir *dirs;
	size_t dir_count, dir_cap;
	struct tree_file *files;
	size_t file_count, file_cap;
	int *locks; /* of job directories; held until the release */
	size_t lock_count, lock_cap;
	uint64_t busy;   /* job directories in use: skipped */
	uint64_t failed; /* what could not be looked at or removed; each told */
};

/*
 * Lists everything. A directory with a file `lock` is a job's: held by
 * another, it is skipped with all below it; else its lock is taken, and its
 * job.json, state.json, lock and events.jsonl are not listed.
 */
void tree_list(struct tree *t, int root, const char *name);
void tree_release(struct tree *t);
/* Pointers to all files' policy_file, for policy_apply; the caller frees. */
struct policy_file **tree_policy(struct tree *t);
/* 0 when the very file that was listed is removed; -1 after a message. */
int tree_remove(struct tree *t, const struct policy_file *file);

#endif

/* The event line that says what was done. */
#ifndef PF_BACKUP_TELL_H
#define PF_BACKUP_TELL_H

#include <stdint.h>

struct tell {
	const char *action;    /* "create", "verify" or "restore" */
	const char *name;      /* of the snapshot */
	const char *path;      /* what was stored, looked at or filled */
	const char *archive;   /* the archive's file name */
	uint64_t count, bytes; /* of files that are well */
	uint64_t archive_bytes;
	uint64_t failed; /* files that are not */
};

void tell(const struct tell *t);

#endif

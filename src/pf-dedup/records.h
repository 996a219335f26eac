/*
 * A sorted set of fixed-size records that need not fit into memory: what is
 * added is gathered, sorted and laid down in files without a name, which are
 * merged in the end.
 *
 * As text, which sorts the same way, a record is a line of RECORD_TEXT bytes:
 *
 *	i 01a1fbd5df60f13b70665893f4a4b792 0123456789abcdef
 *
 * an input (i: an event's id; f: a file as seen_file_key names it) and the
 * group it is in.
 */
#ifndef PF_RECORDS_H
#define PF_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RECORD_TEXT 52
/* Where the id and the group begin in that text. */
#define RECORD_ID 2
#define RECORD_GROUP 35

struct record {
	unsigned char bytes[25];
};

/* False when `text`, RECORD_TEXT bytes, is no record. */
bool record_read(struct record *record, const char *text);
void record_write(const struct record *record, char text[RECORD_TEXT]);

struct records {
	struct record *buffer;
	size_t count;
	int *runs;
	off_t *run_bytes;
	size_t run_count, run_cap, bytes_cap;
	int dir_fd; /* borrowed: where the files without a name lie */
};

void records_init(struct records *records, int dir_fd);
void records_release(struct records *records);
/* Ends the program with 74 or 75 when it cannot be laid down. */
void records_add(struct records *records, const struct record *record);

/* Where sorted records lie as text already, in a file of the caller's. */
struct records_old {
	int fd;
	off_t at;
	uint64_t count;
};

/*
 * Calls `each` for every record of both, in order and each once. Returns -1
 * with errno when a file cannot be read, EBADMSG when `old` is not sorted or
 * holds something else, or what `each` returned first that is not 0.
 */
int records_merge(struct records *records, const struct records_old *old,
    int (*each)(const struct record *record, void *context), void *context);
/*
 * The group of `id` among the old records of that kind; false where there is
 * none, or not one alone.
 */
bool records_find(
    const struct records_old *old, char kind, const char *id, char group[17]);

#endif

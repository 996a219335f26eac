/*
 * The write-ahead log: written back in time, and believed no further than the
 * disk has it. The kernel tells of a page that could not be written once, and
 * counts it as written from then on: a later fsync succeeds without it.
 */
#include <fcntl.h>
#include <unistd.h>

#include "db_sqlite.h"
#include "msg.h"

/* Of 4 KiB, in the log: when it is written back, and when that ought to have
 * worked for long. */
#define CHECKPOINT_PAGES 4096
#define TELL_PAGES 16384

/* The log's index, which all processes share (sqlite.org/walformat.html, 2.1),
 * and of its locks that of who writes back. */
#define INDEX_VERSION 3007000
#define INDEX_REGION 32768
#define INDEX_BACKFILL 96
#define INDEX_ATTEMPTED 128
#define LOCK_CHECKPOINT 1

/*
 * Out of memory, written first, for a dirty page would stay there; whether that
 * worked is for a sync to say, which would take a failing file system's journal
 * down with it.
 */
static void
let_go(int fd)
{
	(void)sync_file_range(fd, 0, 0,
	    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
		SYNC_FILE_RANGE_WAIT_AFTER);
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

/*
 * The pages that a writer could not sync are in memory still, look whole, and
 * would be taken for committed by who recovers the log after that writer was
 * killed. It harms nobody who has the store open.
 */
void
sqlite_forget_log(struct sqlite *s)
{
	const char *path =
	    sqlite3_filename_wal(sqlite3_db_filename(s->handle, "main"));
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return;
	let_go(fd);
	close(fd);
}

/* The number at that place of the index; NULL if it is not what we know. */
static volatile uint32_t *
number_at(struct sqlite *s, size_t at)
{
	sqlite3_file *file = NULL;
	volatile void *index = NULL;
	volatile uint32_t *word;

	sqlite3_file_control(
	    s->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (file->pMethods->xShmMap(file, 0, INDEX_REGION, 0, &index) !=
		SQLITE_OK ||
	    index == NULL)
		return NULL;
	word = index;
	return word[0] == INDEX_VERSION ? word + at / sizeof *word : NULL;
}

/*
 * Nothing of the log counts as written back. A checkpoint that readers cut
 * short leaves that to the next one, does not sync what it wrote, and still
 * counts it: when the sync of a later one fails, the pages of both may be lost,
 * and the next but one would go on behind them and let the log go.
 */
static int
count_from_start(struct sqlite *s)
{
	const int all = SQLITE_SHM_EXCLUSIVE;
	volatile uint32_t *backfill = number_at(s, INDEX_BACKFILL);
	sqlite3_file *file = NULL;

	sqlite3_file_control(
	    s->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (backfill == NULL ||
	    file->pMethods->xShmLock(
		file, LOCK_CHECKPOINT, 1, SQLITE_SHM_LOCK | all) != SQLITE_OK)
		return -1;
	__atomic_store_n(backfill, 0, __ATOMIC_SEQ_CST);
	file->pMethods->xShmLock(
	    file, LOCK_CHECKPOINT, 1, SQLITE_SHM_UNLOCK | all);
	return 0;
}

/*
 * What is written over a page that was lost does not reach the disk either: its
 * blocks stay marked as never written (ext4), until the page is read anew.
 */
void
sqlite_distrust(struct sqlite *s)
{
	if (!s->writes)
		return;
	sqlite_forget_log(s);
	/* Never closed: that would end the locks that SQLite has on it. */
	if (s->file < 0)
		s->file = open(sqlite3_db_filename(s->handle, "main"),
		    O_RDONLY | O_CLOEXEC);
	if (s->file >= 0)
		let_go(s->file);
	s->uncounted = count_from_start(s) < 0;
	sqlite3_db_config(
	    s->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, s->uncounted, NULL);
}

static int
write_back(struct sqlite *s, int *pages)
{
	int code;

	if (s->uncounted)
		sqlite_distrust(s);
	if (s->uncounted)
		return SQLITE_BUSY;
	code = sqlite3_wal_checkpoint_v2(
	    s->handle, "main", SQLITE_CHECKPOINT_PASSIVE, pages, NULL);
	if ((code & 0xff) == SQLITE_IOERR)
		sqlite_distrust(s);
	return code;
}

int
sqlite_write_back(struct db *db)
{
	int pages, code = write_back(sqlite_of(db), &pages);

	return code == SQLITE_OK || code == SQLITE_BUSY ? 0 : sqlite_fail(db);
}

/*
 * A log that was recovered, or that nobody could write back yet: he may have
 * tried, and the disk may have refused it.
 */
int
sqlite_settle_log(struct db *db)
{
	struct sqlite *s = sqlite_of(db);
	volatile uint32_t *backfill = number_at(s, INDEX_BACKFILL),
			  *attempted = number_at(s, INDEX_ATTEMPTED);
	int pages;

	if (backfill == NULL || attempted == NULL || *backfill != 0 ||
	    *attempted == 0)
		return 0;
	sqlite_distrust(s);
	if ((write_back(s, &pages) & 0xff) != SQLITE_IOERR)
		return 0;
	sqlite_fail(db);
	/* A full disk is for who writes to meet. */
	return db->error.fault == DB_FAULT_FULL ? 0 : -1;
}

/*
 * After each commit, in the place of wal_autocheckpoint: a reader that never
 * ends keeps the log from being emptied, as does a disk that fails, and
 * somebody must be told.
 */
int
sqlite_watch_log(void *context, sqlite3 *handle, const char *name, int pages)
{
	struct sqlite *s = context;
	int code;

	(void)handle;
	(void)name;
	if (pages < CHECKPOINT_PAGES)
		return SQLITE_OK;
	code = write_back(s, &pages);
	if (code == SQLITE_OK)
		s->told_of_failure = false;
	else if ((code & 0xff) == SQLITE_IOERR && !s->told_of_failure) {
		s->told_of_failure = true;
		msg_warnx("store %s: what is in its write-ahead log cannot be"
			  " written back: %s",
		    msg_quote(s->db.name), sqlite3_errstr(code));
	}
	if (pages < TELL_PAGES || s->told_of_wal)
		return SQLITE_OK;
	s->told_of_wal = true;
	msg_warnx("store %s: its write-ahead log has grown to %d MiB, since"
		  " somebody reads the store without an end",
	    msg_quote(s->db.name), pages / 256);
	return SQLITE_OK;
}

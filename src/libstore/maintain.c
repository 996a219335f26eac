/* What each engine has of its own is asked of it; the rest is SQL. */
#include "maintain.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>

#include "mem.h"
#include "msg.h"
#include "stage.h"

#define PROBLEMS_MAX 100
#define PAGES_A_STEP "1000"

/* A row a problem, as text. */
static int
ask(struct db *db, const char *sql, struct buf *problems, int *count)
{
	struct db_statement *s = db_prepare(db, NULL, sql);
	enum db_step step;

	if (s == NULL)
		return -1;
	while ((step = db_step(s)) == DB_ROW) {
		const char *text = db_column_text(s, 0);

		if (text == NULL || strcmp(text, "ok") == 0)
			continue;
		if (++*count <= PROBLEMS_MAX)
			buf_addf(problems, "%s\n", text);
	}
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

int
maintain_check(struct db *db, struct buf *problems)
{
	static const char groups[] =
	    "SELECT 'group ' || g.key || ' counts ' || g.crashes ||"
	    " ' crashes and has ' || count(c.event) FROM crash_groups g"
	    " LEFT JOIN crashes c ON c.group_key = g.key"
	    " GROUP BY g.key, g.crashes HAVING g.crashes <> count(c.event)";
	int count = 0;

	if (db_is_file(db_name(db)) &&
	    (ask(db, "PRAGMA integrity_check", problems, &count) < 0 ||
		ask(db,
		    "SELECT 'a row of ' || \"table\" || ' refers to no row of '"
		    " || parent FROM pragma_foreign_key_check",
		    problems, &count) < 0))
		return -1;
	return ask(db, groups, problems, &count) < 0 ? -1 : count;
}

static int64_t
number_of(struct db *db, const char *sql)
{
	struct db_statement *s = db_prepare(db, NULL, sql);
	int64_t number = -1;

	if (s != NULL && db_step(s) == DB_ROW)
		number = db_column_integer(s, 0);
	if (s != NULL)
		db_reset(s);
	return number;
}

static int
run_to_end(struct db *db, const char *sql)
{
	struct db_statement *s = db_prepare(db, NULL, sql);
	enum db_step step;

	if (s == NULL)
		return -1;
	while ((step = db_step(s)) == DB_ROW)
		;
	db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

static int
vacuum_file(struct db *db, int64_t *freed)
{
	int64_t page = number_of(db, "PRAGMA page_size");
	int64_t free_pages, before;

	before = free_pages = number_of(db, "PRAGMA freelist_count");
	if (page < 0 || before < 0)
		return -1;
	while (free_pages > 0) {
		int64_t left;

		if (run_to_end(
			db, "PRAGMA incremental_vacuum(" PAGES_A_STEP ")") < 0)
			return -1;
		left = number_of(db, "PRAGMA freelist_count");
		/* Others delete at the same time, or it gives nothing back. */
		if (left < 0 || left >= free_pages)
			break;
		free_pages = left;
	}
	*freed = free_pages < before ? (before - free_pages) * page : 0;
	return db_write_back(db);
}

int
maintain_vacuum(struct db *db, int64_t *freed)
{
	int64_t before, after;

	*freed = 0;
	if (db_is_file(db_name(db)))
		return vacuum_file(db, freed);
	before = number_of(db, "SELECT pg_database_size(current_database())");
	if (before < 0 || db_exec(db, "VACUUM") < 0)
		return -1;
	after = number_of(db, "SELECT pg_database_size(current_database())");
	if (after >= 0 && after < before)
		*freed = before - after;
	return after < 0 ? -1 : 0;
}

static int
fail(struct db *db, const char *path)
{
	enum db_fault fault = errno == ENOSPC || errno == EDQUOT ? DB_FAULT_FULL
	    : errno == EACCES || errno == EPERM || errno == EROFS
	    ? DB_FAULT_PERMISSION
	    : errno == ENOENT || errno == ENOTDIR ? DB_FAULT_CREATE
						  : DB_FAULT_IO;

	return db_fail(
	    db, fault, "back up to %s: %s", msg_quote(path), strerror(errno));
}

/* Synced, and given its name. */
static int
publish(struct db *db, const char *temporary, const char *path)
{
	char *copy = mem_dup(path), *other = mem_dup(path);
	const char *directory = dirname(copy), *name = basename(other);
	int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = open(temporary, O_RDONLY | O_CLOEXEC), result = 0;
	const char *slash = strrchr(temporary, '/');

	if (dir < 0 || fd < 0 || fsync(fd) < 0 ||
	    stage_rename(
		dir, slash == NULL ? temporary : slash + 1, dir, name) < 0)
		result = fail(db, path);
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	free(copy);
	free(other);
	return result;
}

int
maintain_backup(struct db *db, const char *path)
{
	char *temporary;
	struct db_statement *s;
	int result = -1;

	if (!db_is_file(db_name(db)))
		return db_fail(db, DB_FAULT_CONFIG,
		    "a store on a server is backed up by pg_dump");
	temporary = mem_printf("%s.%d.tmp", path, getpid());
	unlink(temporary);
	s = db_prepare(db, NULL, "VACUUM INTO ?1");
	if (s != NULL) {
		db_bind_text(s, 1, temporary);
		result = db_run(s);
	}
	if (result == 0)
		result = publish(db, temporary, path);
	if (result < 0)
		unlink(temporary);
	free(temporary);
	return result;
}

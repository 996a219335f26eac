/*
 * Event lines as rows: whatever is read is refused with a reason, or is what
 * the schema takes.
 */
#include <jansson.h>
#include <unistd.h>

#include "harness.h"
#include "libstore/ingest_store.h"
#include "libstore/migrate.h"

static struct db *db;
static struct ingest *in;

static void
ignore(void *context, const struct ingest_refused *line)
{
	(void)context;
	(void)line;
}

static char path[64];

static void
remove_store(void)
{
	unlink(path);
}

/* A store of this process alone, in memory. */
static void
make_store(void)
{
	struct db_options how = {.mode = DB_CREATE, .wait_ms = 1000};
	struct db_error why;

	snprintf(path, sizeof path, "/dev/shm/pf-fuzz-%ld", (long)getpid());
	unlink(path);
	db = db_open(path, &how, &why);
	MUST(db != NULL);
	MUST(db_exec(db,
		 "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF") == 0);
	MUST(migrate_to(db, migrate_latest()) == 0);
	atexit(remove_store);
	in = ingest_new(db, &(struct ingest_options){.reject = ignore});
}

static void
check_texts(const struct field *fields, const struct field_value *values)
{
	size_t i;

	for (i = 0; fields[i].name != NULL; i++)
		if (values[i].type == VALUE_TEXT &&
		    fields[i].kind != FIELD_BASE64)
			MUST(strlen(values[i].is.text) == values[i].len);
}

static void
check_json(const char *text)
{
	json_t *tree;

	if (text == NULL)
		return;
	tree = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	MUST(json_is_object(tree));
	json_decref(tree);
}

/* Nothing of it stays, and no embedded input is kept. */
static void
store(struct record *r)
{
	struct ingest_batch batch = {.key = NULL};

	r->batch = &batch;
	if (r->type != NULL && strcmp(r->type->name, "crash") == 0 &&
	    record_text(r, "input.content") != NULL)
		return;
	MUST(db_begin(db) == 0);
	if (ingest_write(in, &r, 1) < 0) {
		fprintf(stderr, "%s\n", db_error(db)->text);
		MUST(!"the schema takes it");
	}
	MUST(batch.counts.stored == 1);
	db_rollback(db);
	ingest_forget_known(in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *why = NULL;
	struct record *r;

	if (db == NULL)
		make_store();
	r = record_from_line(&in->reader, (const char *)data, size, &why);
	if (r == NULL) {
		MUST(why != NULL && *why != '\0');
		arena_clear(&in->reader.arena);
		return 0;
	}
	if (r->type != NULL)
		check_texts(r->type->fields, r->values);
	check_json(r->extra);
	store(r);
	arena_clear(&in->reader.arena);
	return 0;
}

/* Jobs in and out: each step one statement where it must not be torn. */
#include "queue.h"

#include "emit.h"
#include "mem.h"

/* Leases are looked at again after this. */
#define SWEEP_MS 1000

/* A row of one column that may not be there. */
static enum db_step
first_row(struct db_statement *s, int64_t *value)
{
	enum db_step step = db_step(s);

	if (step == DB_ROW)
		*value = db_column_integer(s, 0);
	db_reset(s);
	return step;
}

static int
add_needs(struct db *db, int64_t lane, const char *needs)
{
	struct db_statement *s = db_static(db,
	    "INSERT INTO lane_needs (lane, capability)"
	    " SELECT CAST(?1 AS {integer}), told.* FROM {each ?2} AS told"
	    " WHERE true ON CONFLICT DO NOTHING");

	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, lane);
	db_bind_text(s, 2, needs);
	return db_run(s);
}

/* -1 with db_error. */
static int64_t
lane_of(struct db *db, const struct queue_job *job)
{
	struct db_statement *find = db_static(
	    db, "SELECT id FROM lanes WHERE tier = ?1 AND needs = ?2");
	struct db_statement *add = db_static(db,
	    "INSERT INTO lanes (tier, needs) VALUES (?1, ?2)"
	    " ON CONFLICT DO NOTHING");
	enum db_step step;
	int64_t lane;

	if (find == NULL || add == NULL)
		return -1;
	db_bind_text(find, 1, job->tier);
	db_bind_text(find, 2, job->needs);
	if ((step = first_row(find, &lane)) != DB_DONE)
		return step == DB_ROW ? lane : -1;
	db_bind_text(add, 1, job->tier);
	db_bind_text(add, 2, job->needs);
	if (db_run(add) < 0)
		return -1;
	db_bind_text(find, 1, job->tier);
	db_bind_text(find, 2, job->needs);
	if (first_row(find, &lane) != DB_ROW ||
	    add_needs(db, lane, job->needs) < 0)
		return -1;
	return lane;
}

/* The turn at which the queue stands: no target begins before it. -1 with
 * db_error. */
static int64_t
present_turn(struct db *db, int64_t lane, int64_t priority)
{
	struct db_statement *s = db_static(db,
	    "SELECT coalesce((SELECT turn FROM jobs WHERE state = 'queued'"
	    " AND lane = ?1 AND priority = ?2 ORDER BY turn LIMIT 1),"
	    " (SELECT max(turn) + 1 FROM lane_turns WHERE lane = ?1"
	    " AND priority = ?2), 1)");
	int64_t turn = 1;

	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, lane);
	db_bind_integer(s, 2, priority);
	return first_row(s, &turn) == DB_ROW ? turn : -1;
}

static int64_t
next_turn(struct db *db, int64_t lane, const struct queue_job *job)
{
	struct db_statement *s = db_static(db,
	    "INSERT INTO lane_turns (lane, priority, target, turn)"
	    " VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (lane, priority, target) DO UPDATE SET turn ="
	    " CASE WHEN lane_turns.turn >= excluded.turn"
	    " THEN lane_turns.turn + 1 ELSE excluded.turn END RETURNING turn");
	int64_t present = present_turn(db, lane, job->priority), turn;

	if (s == NULL || present < 0)
		return -1;
	db_bind_integer(s, 1, lane);
	db_bind_integer(s, 2, job->priority);
	db_bind_text(s, 3, job->target);
	db_bind_integer(s, 4, present);
	return first_row(s, &turn) == DB_ROW ? turn : -1;
}

/* What there is of that name: QUEUE_DONE when it may be queued. */
static enum queue_answer
look(struct db *db, const struct queue_job *job, bool *there)
{
	struct db_statement *s = db_static(db,
	    "SELECT j.state IS NULL OR j.state IN ('finished', 'failed',"
	    " 'timed_out', 'cancelled'), c.spec FROM jobs j"
	    " LEFT JOIN job_configs c ON c.job = j.name WHERE j.name = ?1");
	enum queue_answer answer = QUEUE_DONE;
	const char *spec;
	enum db_step step;

	if (s == NULL)
		return QUEUE_FAILED;
	db_bind_text(s, 1, job->name);
	step = db_step(s);
	*there = step == DB_ROW;
	if (step == DB_ROW && db_column_integer(s, 0) != 1) {
		spec = db_column_text(s, 1);
		answer = spec != NULL && strcmp(spec, job->spec) == 0
		    ? QUEUE_THERE
		    : QUEUE_OTHER;
	}
	db_reset(s);
	return step == DB_FAILED ? QUEUE_FAILED : answer;
}

/* What the queue knows of a job, in a row that is there or is made. */
static int
put_job(struct db *db, const struct queue_job *job, bool there, int64_t lane,
    int64_t turn, int64_t now)
{
	struct db_statement *s = there
	    ? db_static(db,
		  "UPDATE jobs SET state = 'queued', state_time = ?2,"
		  " node = NULL, reason = NULL, lane = ?3, priority = ?4,"
		  " turn = ?5, queued_at = ?2, attempt = 0, max_attempts = ?6,"
		  " epoch = coalesce(epoch, 0) + 1, lease_until = NULL"
		  " WHERE name = ?1")
	    : db_static(db,
		  "INSERT INTO jobs (name, state, state_time, lane, priority,"
		  " turn, queued_at, attempt, max_attempts, epoch)"
		  " VALUES (?1, 'queued', ?2, ?3, ?4, ?5, ?2, 0, ?6, 0)");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, job->name);
	db_bind_integer(s, 2, now);
	db_bind_integer(s, 3, lane);
	db_bind_integer(s, 4, job->priority);
	db_bind_integer(s, 5, turn);
	db_bind_integer(s, 6, job->max_attempts);
	return db_run(s);
}

static int
put_config(struct db *db, const struct queue_job *job)
{
	struct db_statement *s = db_static(db,
	    "INSERT INTO job_configs (job, target, fuzzer, spec)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (job) DO UPDATE SET"
	    " target = excluded.target, fuzzer = excluded.fuzzer,"
	    " spec = excluded.spec");

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, job->name);
	db_bind_text(s, 2, job->target);
	db_bind_text(s, 3, job->fuzzer);
	db_bind_text(s, 4, job->spec);
	return db_run(s);
}

enum queue_answer
queue_submit(struct db *db, const struct queue_job *job, int64_t now)
{
	bool there;
	enum queue_answer answer = look(db, job, &there);
	int64_t lane, turn;

	if (answer != QUEUE_DONE)
		return answer;
	if ((lane = lane_of(db, job)) < 0 ||
	    (turn = next_turn(db, lane, job)) < 0 ||
	    put_job(db, job, there, lane, turn, now) < 0 ||
	    put_config(db, job) < 0)
		return QUEUE_FAILED;
	return QUEUE_DONE;
}

/* Runs one statement as a transaction of its own: how many rows changed, or
 * -1. */
static int64_t
run_alone(struct db *db, struct db_statement *s)
{
	int64_t changed;

	if (db_begin(db) == 0 && db_run(s) == 0 &&
	    (changed = db_changes(db)) >= 0 && db_commit(db) == 0)
		return changed;
	db_rollback(db);
	return -1;
}

int64_t
queue_sweep(struct db *db, int64_t now)
{
	struct db_statement *any =
	    db_static(db, "SELECT 1 FROM jobs WHERE lease_until < ?1 LIMIT 1");
	struct db_statement *take = db_static(db,
	    "UPDATE jobs SET state = CASE WHEN attempt < max_attempts"
	    " THEN 'queued' ELSE 'failed' END, state_time = ?1, node = NULL,"
	    " reason = 'the lease ended', lease_until = NULL,"
	    " epoch = epoch + 1 WHERE lease_until < ?1");
	enum db_step step;
	int64_t one;

	if (any == NULL || take == NULL)
		return -1;
	db_bind_integer(any, 1, now);
	step = first_row(any, &one);
	if (step != DB_ROW)
		return step == DB_FAILED ? -1 : 0;
	db_bind_integer(take, 1, now);
	return run_alone(db, take);
}

/* A node that never told of itself may work all the same. */
static int
know_node(struct db *db, const char *node, int64_t now)
{
	struct db_statement *find =
	    db_static(db, "SELECT 1 FROM nodes WHERE name = ?1");
	struct db_statement *add = db_static(db,
	    "INSERT INTO nodes (name, first_seen, last_seen)"
	    " VALUES (?1, ?2, ?2) ON CONFLICT DO NOTHING");
	enum db_step step;
	int64_t one;

	if (find == NULL || add == NULL)
		return -1;
	db_bind_text(find, 1, node);
	if ((step = first_row(find, &one)) != DB_DONE)
		return step == DB_ROW ? 0 : -1;
	db_bind_text(add, 1, node);
	db_bind_integer(add, 2, now);
	return run_alone(db, add) < 0 ? -1 : 0;
}

/* The first of a lane, and the lanes that fit (?1 are the tiers, ?2 what the
 * node can): each look goes to the head of an index, however long the queue. */
#define FIRST_OF(lane)                                            \
	"(SELECT q.name FROM jobs q WHERE q.state = 'queued' AND" \
	" q.lane = " lane " ORDER BY q.priority DESC, q.turn,"    \
	" q.queued_at, q.name LIMIT 1"
#define FITTING                                                        \
	"lanes l WHERE (?1 = '[]' OR l.tier {in ?1}) AND NOT EXISTS (" \
	"SELECT 1 FROM lane_needs n WHERE n.lane = l.id"               \
	" AND NOT n.capability {in ?2})"

/* The lane whose first job is the first of all. */
#define LANE                                                            \
	"(SELECT j.lane FROM jobs j WHERE j.name IN (SELECT " FIRST_OF( \
	    "l.id") ") FROM " FITTING ")"                               \
		    " ORDER BY j.priority DESC, j.turn, j.queued_at, j.name LIMIT 1)"

/* clang-format off */
static const char claim_one[] =
    "UPDATE jobs SET state = 'assigned', node = ?3, state_time = ?4,"
    " reason = NULL, attempt = attempt + 1, epoch = epoch + 1,"
    " lease_until = ?5"
    " WHERE state = 'queued' AND name = " FIRST_OF(LANE) " {skip locked})"
    " RETURNING name, epoch, attempt, lease_until,"
    " (SELECT spec FROM job_configs WHERE job = name)";
/* clang-format on */

static enum queue_answer
take_one(struct db *db, const struct queue_claim *claim,
    const char *capabilities, struct queue_lease *lease)
{
	struct db_statement *s = db_static(db, claim_one);
	enum db_step step;

	if (s == NULL)
		return QUEUE_FAILED;
	db_bind_text(s, 1, claim->tiers);
	db_bind_text(s, 2, capabilities);
	db_bind_text(s, 3, claim->node);
	db_bind_integer(s, 4, claim->now);
	db_bind_integer(s, 5, claim->now + claim->lease_ms);
	step = db_step(s);
	if (step == DB_ROW) {
		lease->name = mem_dup(db_column_text(s, 0));
		lease->epoch = db_column_integer(s, 1);
		lease->attempt = db_column_integer(s, 2);
		lease->until = db_column_integer(s, 3);
		lease->spec = mem_dup(db_column_text(s, 4));
		/* Run to its end it is committed. */
		if (db_step(s) == DB_FAILED)
			step = DB_FAILED;
	}
	db_reset(s);
	return step == DB_FAILED ? QUEUE_FAILED
	    : step == DB_ROW     ? QUEUE_DONE
				 : QUEUE_NONE;
}

/* Where others hold the locks on all that would fit, one of them may yet take
 * another: 1 when there is still something to be had, 0, -1. */
static int
is_any_left(
    struct db *db, const struct queue_claim *claim, const char *capabilities)
{
	struct db_statement *s = db_static(db,
	    "SELECT 1 FROM jobs WHERE state = 'queued' AND lane IN (SELECT l.id FROM " FITTING
	    ") LIMIT 1");
	enum db_step step;
	int64_t one;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, claim->tiers);
	db_bind_text(s, 2, capabilities);
	step = first_row(s, &one);
	return step == DB_FAILED ? -1 : step == DB_ROW;
}

/* What the node told of itself, as a JSON array; NULL with db_error. */
static char *
told_capabilities(struct db *db, const char *node)
{
	struct db_statement *s = db_static(db,
	    "SELECT capability FROM node_capabilities WHERE node = ?1"
	    " ORDER BY capability");
	struct buf list = BUF_INIT;
	enum db_step step;
	struct emit e;

	if (s == NULL)
		return NULL;
	emit_begin(&e, &list);
	emit_array(&e, NULL);
	db_bind_text(s, 1, node);
	while ((step = db_step(s)) == DB_ROW)
		emit_string(&e, NULL, db_column_text(s, 0));
	emit_end(&e);
	db_reset(s);
	if (step != DB_FAILED)
		return buf_take(&list);
	buf_release(&list);
	return NULL;
}

static enum queue_answer
take_any(struct db *db, const struct queue_claim *claim,
    const char *capabilities, struct queue_lease *lease)
{
	const struct timespec pause = {0, 1000000};
	enum queue_answer answer;
	int left;

	while (
	    (answer = take_one(db, claim, capabilities, lease)) == QUEUE_NONE) {
		left = is_any_left(db, claim, capabilities);
		if (left <= 0)
			return left < 0 ? QUEUE_FAILED : QUEUE_NONE;
		nanosleep(&pause, NULL);
	}
	return answer;
}

/* What need not be looked at for each of many claims. */
static int
look_around(struct db *db, struct queue_claim *claim)
{
	if (claim->now >= claim->next_sweep) {
		if (queue_sweep(db, claim->now) < 0)
			return -1;
		claim->next_sweep = claim->now + SWEEP_MS;
	}
	if (!claim->known && know_node(db, claim->node, claim->now) < 0)
		return -1;
	claim->known = true;
	return 0;
}

enum queue_answer
queue_claim(struct db *db, struct queue_claim *claim, struct queue_lease *lease)
{
	const char *capabilities = claim->capabilities;
	enum queue_answer answer = QUEUE_FAILED;
	char *told = NULL;

	*lease = (struct queue_lease){.name = NULL};
	if (look_around(db, claim) < 0)
		return QUEUE_FAILED;
	if (capabilities == NULL)
		capabilities = told = told_capabilities(db, claim->node);
	if (capabilities != NULL)
		answer = take_any(db, claim, capabilities, lease);
	free(told);
	return answer;
}

void
queue_lease_release(struct queue_lease *lease)
{
	free(lease->name);
	free(lease->spec);
}

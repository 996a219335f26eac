/* Questions about what the fuzzers achieved. */
#include "query.h"

/* The last value that a series has in a column: a look into its index. */
#define LAST(column)                                                    \
	"(SELECT " column " FROM stats WHERE series = r.id AND " column \
	" IS NOT NULL ORDER BY time DESC, event DESC LIMIT 1)"

/* clang-format off */
static const char efforts[] =
    "SELECT target, fuzzer, count(*),"
    /* Integers would overflow, which is an error. */
    " CAST(sum(execs * 1.0) AS {integer}), max(edges),"
    " max(edges_total), max(corpus),"
    " sum(CASE WHEN coalesce(alive, 1) = 1 THEN speed END),"
    " min(first), max(last)"
    " FROM (SELECT r.target AS target, r.fuzzer AS fuzzer,"
    LAST("execs_total") " AS execs,"
    LAST("edges_found") " AS edges,"
    LAST("edges_total") " AS edges_total,"
    LAST("corpus_count") " AS corpus,"
    LAST("execs_per_second") " AS speed,"
    LAST("alive") " AS alive,"
    " (SELECT min(time) FROM stats WHERE series = r.id) AS first,"
    " (SELECT max(time) FROM stats WHERE series = r.id) AS last"
    " FROM series r) AS latest"
    /* A series may be known by its coverage or corpus only. */
    " WHERE first IS NOT NULL"
    " GROUP BY target, fuzzer ORDER BY target, fuzzer";
/* clang-format on */

int
query_efforts(struct db *db,
    int (*each)(void *context, const struct query_effort *effort),
    void *context)
{
	struct db_statement *s = db_static(db, efforts);
	enum db_step step = DB_FAILED;

	while (s != NULL && (step = db_step(s)) == DB_ROW) {
		struct query_effort e = {
		    .target = db_column_text(s, 0),
		    .fuzzer = db_column_text(s, 1),
		    .instances = db_column_integer(s, 2),
		    .execs = db_column_integer_or(s, 3, QUERY_UNKNOWN),
		    .edges = db_column_integer_or(s, 4, QUERY_UNKNOWN),
		    .edges_total = db_column_integer_or(s, 5, QUERY_UNKNOWN),
		    .corpus = db_column_integer_or(s, 6, QUERY_UNKNOWN),
		    .execs_per_second = db_column_real_or(s, 7, -1),
		    .first = db_column_integer_or(s, 8, QUERY_UNKNOWN),
		    .last = db_column_integer_or(s, 9, QUERY_UNKNOWN),
		};

		if (each(context, &e) != 0)
			break;
	}
	if (s != NULL)
		db_reset(s);
	return step == DB_FAILED ? -1 : 0;
}

/* The points of one series; `point` has what they share. 1 ended early. */
static int
points_of_series(struct db *db, struct query_point *point,
    int (*each)(void *context, const struct query_point *point), void *context)
{
	struct db_statement *s = db_static(db,
	    "SELECT time, edges_found, execs_per_second FROM stats"
	    " WHERE series = ?1 ORDER BY time");
	enum db_step step;
	int ended = 0;

	if (s == NULL)
		return -1;
	db_bind_integer(s, 1, point->series);
	while (!ended && (step = db_step(s)) != DB_DONE) {
		if (step == DB_FAILED) {
			ended = -1;
			break;
		}
		point->time = db_column_integer(s, 0);
		point->edges = db_column_integer_or(s, 1, QUERY_UNKNOWN);
		point->execs_per_second = db_column_real_or(s, 2, -1);
		ended = each(context, point) != 0;
	}
	db_reset(s);
	return ended;
}

int
query_points(struct db *db, const char *target,
    int (*each)(void *context, const struct query_point *point), void *context)
{
	struct db_statement *s = db_static(db,
	    "SELECT id, fuzzer FROM series"
	    " WHERE coalesce(target, '') = coalesce(?1, '')"
	    " ORDER BY fuzzer, id");
	enum db_step step = DB_FAILED;
	int ended = 0;

	if (s == NULL)
		return -1;
	db_bind_text(s, 1, target);
	while (!ended && (step = db_step(s)) == DB_ROW) {
		struct query_point point = {
		    .series = db_column_integer(s, 0),
		    .target = target,
		    .fuzzer = db_column_text(s, 1),
		};

		ended = points_of_series(db, &point, each, context);
	}
	db_reset(s);
	return ended < 0 || step == DB_FAILED ? -1 : 0;
}

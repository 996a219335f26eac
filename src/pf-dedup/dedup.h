/* What pf-dedup's files share. */
#ifndef PF_DEDUP_H
#define PF_DEDUP_H

#include <jansson.h>
#include <stdbool.h>

#include "content.h"
#include "details.h"
#include "diff.h"
#include "groups.h"
#include "hash.h"
#include "libcrash/fingerprint.h"
#include "libcrash/rules.h"
#include "libcrash/trace.h"
#include "log.h"
#include "output.h"
#include "seen.h"

struct dedup {
	/* Options. */
	bool explain;
	bool group_by_stack;
	const struct output *output;
	const char *selected; /* the group that a page is about */
	const char *on_new;
	int64_t on_new_ms;
	const char *sort_into;
	bool no_symbolize;
	const char *symbolizer_name;
	int64_t symbolizer_ms;

	struct symbolizer *symbolizer; /* NULL with --no-symbolize */
	struct rules *rules;
	struct report report, ahead;
	struct fingerprint fingerprint;
	struct groups groups;
	struct details details;
	/* The directory that is being read, as given and absolute; or NULL. */
	char *root, *root_whole;
	bool remembers;           /* groups of earlier runs are known */
	struct seen *seen;        /* NULL without --seen */
	struct diff *diff;        /* NULL without --diff */
	char file_key[HASH_TEXT]; /* of the file that is read; for `seen` */
	json_t *provenance;       /* that lies beside it; or NULL */
	struct content content;   /* of the file that is read */
	/* Room that is used again and again. */
	struct buf text, line, derived;

	/* The account: lines + paths in, and what became of them. */
	unsigned long long lines, paths, crashes, unresolved, rejected;
	unsigned long long passed, ignored;
	int status;
};

/* One line of standard input, as it came, without its newline. */
void dedup_line(struct dedup *d, const char *line, size_t len);
enum {
	FILE_MAYBE = 1, /* it is passed over if it shows nothing of a crash */
	FILE_UNEXPLAINED = 2, /* there is no provenance beside it */
};
/* A file that is a trace, a crash input or has event lines. */
int dedup_file(struct dedup *d, const char *path, unsigned how);
/*
 * Reads every operand up to NULL or, where there is none, standard input: what
 * came of it is in d->status. Each is a trace, a crash input, a file of event
 * lines or a directory.
 */
void dedup_input(struct dedup *d, char *const operands[]);

/*
 * Enriches one crash event, unless that has been done by the same rules.
 * Returns whether the tree was changed.
 */
bool crash_enrich(struct dedup *d, json_t *event);
/* A file that is a crash's input, or its trace where that is all there is. */
struct found {
	const char *path;
	int64_t time_ms;
	uint64_t size;
	char hex[HASH_TEXT];
	char *whole; /* its absolute path, once that was asked for */
};

/*
 * Tells the crash whose trace is in d->text (empty: there is none) and, with
 * `has_report`, read into d->report.
 */
void crash_from_file(struct dedup *d, struct found *found, bool has_report);
/* The same of a log in d->content that was begun: each of its reports. */
void crash_from_log(struct dedup *d, struct found *found, struct log *log);
/*
 * Tells a crash without a tree of its event, where all that is wanted is its
 * line or its group: false when more is. `number` of its log counts from 1.
 */
bool crash_direct(struct dedup *d, struct found *found, struct span trace,
    unsigned long long number, bool has_report);
/*
 * A crash event's line goes out, or into the groups: whatever was asked for.
 */
void crash_out(struct dedup *d, json_t *event, const char *line, size_t len);
/*
 * Whether only groups are asked for and the file's is known from an earlier
 * run: then it is counted, and need not be read.
 */
bool crash_is_known(struct dedup *d, const char *path);

/* The JSON object in "PATH.json", or NULL. The caller owns it. */
json_t *provenance_beside(const char *path);
/* Appends the trace or log that it has, as bytes. */
void provenance_trace(const json_t *provenance, struct buf *text);
/* The event's id by pf-events(5), from its node, job and time. */
void crash_set_id(json_t *event, const char *fact);
/* The event gets what it knows of the crash: where, when, by whom and how. */
void provenance_apply(const json_t *provenance, json_t *event);

#endif

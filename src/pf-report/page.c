/* The page from top to bottom. */
#include "page.h"

#include "clock.h"
#include "html.h"
#include "plot.h"

static void
number(struct buf *out, const char *name, int64_t n)
{
	buf_addf(out, "<div><dt>%s</dt><dd>", name);
	html_count(out, n);
	buf_add_str(out, "</dd></div>\n");
}

static void
write_numbers(struct buf *out, const struct board *b)
{
	static const char *const names[SEVERITY_COUNT] = {"critical bugs",
	    "high bugs", "medium bugs", "low bugs", "unrated bugs"};
	int i;

	buf_add_str(out,
	    "<section aria-label=\"Headline numbers\">\n"
	    "<dl class=\"numbers\">\n");
	number(out, "executions", b->execs);
	number(out, "edges", b->edges);
	number(out, "corpus", b->corpus);
	number(out, "jobs", b->totals.jobs);
	number(out, "crash inputs", b->totals.crashes);
	number(out, "distinct bugs", board_bugs(b));
	for (i = 0; i < SEVERITY_COUNT; i++)
		if (i != SEVERITY_UNRATED || b->totals.groups[i] > 0)
			number(out, names[i], b->totals.groups[i]);
	number(out, "unresolved crashes", b->totals.unresolved);
	buf_add_str(out, "</dl>\n</section>\n");
}

static void
cell_count(struct buf *out, int64_t n)
{
	buf_add_str(out, "<td class=\"n\">");
	html_count(out, n);
	buf_add_str(out, "</td>");
}

static void
cell_text(struct buf *out, const char *text)
{
	buf_add_str(out, "<td class=\"text\">");
	html_line(out, text != NULL ? text : "\xe2\x80\x93");
	buf_add_str(out, "</td>");
}

static void
row_head(struct buf *out, const char *text)
{
	buf_add_str(out, "<tr><th scope=\"row\">");
	html_line(out, text != NULL ? text : "not named");
	buf_add_str(out, "</th>");
}

static void
write_board_row(struct buf *out, const struct board_row *row)
{
	int i;

	row_head(out, row->target);
	cell_text(out, row->fuzzer);
	cell_count(out, row->instances);
	cell_count(out, row->execs);
	buf_add_str(out, "<td class=\"n\">");
	if (row->execs_per_second < 0)
		html_count(out, QUERY_UNKNOWN);
	else
		short_number(out, row->execs_per_second);
	buf_add_str(out, "</td>");
	cell_count(out, row->edges);
	cell_count(out, row->corpus);
	cell_count(out, row->crashes);
	for (i = 0; i < SEVERITY_COUNT; i++)
		cell_count(out, row->groups[i]);
	cell_count(out, row->unresolved);
	buf_add_str(out, "</tr>\n");
}

static void
table_head(struct buf *out, const char *name, const char *caption,
    const char *const titles[], size_t text_columns)
{
	size_t i;

	buf_addf(out,
	    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"%s\">\n<table>\n<caption>%s</caption>\n<thead><tr>",
	    name, caption);
	for (i = 0; titles[i] != NULL; i++)
		buf_addf(out, "<th scope=\"col\"%s>%s</th>",
		    i >= text_columns ? " class=\"n\"" : "", titles[i]);
	buf_add_str(out, "</tr></thead>\n<tbody>\n");
}

static void
table_end(struct buf *out)
{
	buf_add_str(out, "</tbody>\n</table>\n</div>\n");
}

static void
write_board(struct buf *out, const struct board *b)
{
	static const char *const titles[] = {"Target", "Fuzzer", "Instances",
	    "Executions", "Per second", "Edges", "Corpus", "Crash inputs",
	    "Critical", "High", "Medium", "Low", "Unrated", "Unresolved", NULL};
	size_t i;

	buf_add_str(out, "<section>\n<h2>Targets and fuzzers</h2>\n");
	if (b->count == 0)
		buf_add_str(out, "<p>No job ever ran.</p>\n");
	else {
		table_head(out, "Targets and fuzzers",
		    "Executions are totals of all instances, per second is "
		    "their sum as last told; edges and corpus are the most "
		    "that one instance has; a bug counts once in each row in "
		    "which it was found.",
		    titles, 2);
		for (i = 0; i < b->count; i++)
			write_board_row(out, &b->row[i]);
		table_end(out);
	}
	buf_add_str(out, "</section>\n");
}

static void
write_target_plots(struct buf *out, const struct plot *plot, const char *target,
    size_t number_of)
{
	char edges_id[32], speed_id[32];
	struct plot_text edges = {
	    "Edges found over time", "edges", edges_id, target};
	struct plot_text speed = {
	    "Executions per second over time", "exec/s", speed_id, target};

	snprintf(edges_id, sizeof edges_id, "edges-%zu", number_of);
	snprintf(speed_id, sizeof speed_id, "speed-%zu", number_of);
	buf_add_str(out, "<h3>");
	html_line(out, target != NULL ? target : "not named");
	buf_add_str(out, "</h3>\n<div class=\"plots\">\n");
	plot_draw(out, plot, plot->edges, &edges);
	plot_draw(out, plot, plot->speed, &speed);
	buf_add_str(out, "</div>\n");
}

static bool
same_target(const struct board_row *a, const struct board_row *b)
{
	if (a->target == NULL || b->target == NULL)
		return a->target == b->target;
	return strcmp(a->target, b->target) == 0;
}

static int
write_plots(struct buf *out, struct db *db, const struct board *b)
{
	size_t i, drawn = 0;
	struct plot plot;
	int status = 0;

	buf_add_str(out, "<section>\n<h2>Progress</h2>\n");
	for (i = 0; i < b->count && status == 0; i++) {
		if (i > 0 && same_target(&b->row[i - 1], &b->row[i]))
			continue;
		status = plot_load(&plot, db, b->row[i].target);
		if (status == 0 && plot.points > 0)
			write_target_plots(
			    out, &plot, b->row[i].target, ++drawn);
		plot_release(&plot);
	}
	if (drawn == 0)
		buf_add_str(out, "<p>No fuzzer has told any statistics.</p>\n");
	buf_add_str(out, "</section>\n");
	return status;
}

static void
write_seconds(struct buf *out, double seconds)
{
	long s = seconds < 1e9 ? (long)seconds : 0;

	buf_add_str(out, "<td class=\"n\">");
	if (seconds < 0)
		html_count(out, QUERY_UNKNOWN);
	else if (s >= 86400)
		buf_addf(out, "%ld d %ld h", s / 86400, s % 86400 / 3600);
	else if (s >= 3600)
		buf_addf(out, "%ld h %ld min", s / 3600, s % 3600 / 60);
	else if (s >= 60)
		buf_addf(out, "%ld min %ld s", s / 60, s % 60);
	else
		buf_addf(out, "%.3g s", seconds);
	buf_add_str(out, "</td>");
}

static int
write_job(void *context, const struct query_job *j)
{
	struct buf *out = context;

	row_head(out, j->job);
	cell_text(out, j->node);
	cell_text(out, j->target);
	cell_text(out, j->fuzzer);
	cell_text(out, j->state);
	cell_text(out, j->reason);
	buf_add_str(out, "<td>");
	html_time(out, j->time);
	buf_add_str(out, "</td>");
	write_seconds(out, j->duration_seconds);
	cell_count(out, j->exit_code);
	cell_count(out, j->restarts);
	buf_add_str(out, "</tr>\n");
	return 0;
}

static int
write_jobs(struct buf *out, struct db *db, const struct board *b)
{
	static const char *const titles[] = {"Job", "Node", "Target", "Fuzzer",
	    "State", "Reason", "Since", "Ran for", "Exit code", "Restarts",
	    NULL};
	struct buf rows = BUF_INIT;
	int status = query_jobs(db, write_job, &rows);

	buf_add_str(out, "<section>\n<h2>Jobs</h2>\n");
	if (rows.len > 0) {
		table_head(out, "Jobs",
		    "What each job said of itself last, on each node.", titles,
		    7);
		buf_add(out, rows.data, rows.len);
		table_end(out);
	} else if (b->totals.jobs > 0)
		buf_add_str(out, "<p>No job has told its state.</p>\n");
	else
		buf_add_str(out, "<p>No job ever ran.</p>\n");
	buf_add_str(out, "</section>\n");
	buf_release(&rows);
	return status;
}

static void
write_top(struct buf *out, const struct board *b, const char *title)
{
	buf_add_str(out, "<header>\n<h1>");
	html_bytes(out, title, strlen(title));
	buf_add_str(out, "</h1>\n<p class=\"soft\">As of ");
	html_time(out, clock_now());
	buf_addf(out, " UTC</p>\n<p class=\"verdict\">%s</p>\n</header>\n",
	    board_verdict(b));
	buf_add_str(out, "<main>\n");
}

static int
write_crashes(struct buf *out, struct db *db, const struct board *b)
{
	int status = 0;

	buf_add_str(out, "<section>\n<h2>Bugs</h2>\n");
	if (board_bugs(b) > 0)
		status = page_groups(out, db);
	else if (b->totals.unresolved > 0)
		buf_add_str(out,
		    "<p>No bug could be told from the crashes: all of them "
		    "are unresolved.</p>\n");
	else
		buf_addf(out, "<p>%s</p>\n", board_verdict(b));
	buf_add_str(out, "</section>\n");
	if (status < 0 || b->totals.unresolved == 0)
		return status;
	buf_add_str(out, "<section>\n<h2>Unresolved crashes</h2>\n");
	status = page_unresolved(out, db, b->totals.unresolved);
	buf_add_str(out, "</section>\n");
	return status;
}

int
page_write(struct buf *out, struct db *db, const struct board *board,
    const char *title)
{
	html_head(out, title);
	write_top(out, board, title);
	write_numbers(out, board);
	if (write_crashes(out, db, board) < 0)
		return -1;
	write_board(out, board);
	if (write_plots(out, db, board) < 0 || write_jobs(out, db, board) < 0)
		return -1;
	buf_add_str(out, "</main>\n</body>\n</html>\n");
	return 0;
}

/*
 * Curves that a person can read: axes with units, a legend, and lines that
 * differ in dash and mark as well as in colour.
 */
#include "plot.h"

#include "clock.h"
#include "html.h"

/* The drawing is 640 by 300; the page scales it. */
enum { LEFT = 62, TOP = 16, RIGHT = 612, BOTTOM = 232, TICKS = 5 };

struct scale {
	int64_t first, span; /* ms */
	double most;         /* the highest value on the axis */
};

double
plot_nice(double value)
{
	double unit = 1;

	if (!(value > 0))
		return 1;
	while (unit * 10 <= value && unit < 1e300)
		unit *= 10;
	while (unit > value && unit > 1e-300)
		unit /= 10;
	if (value <= unit)
		return unit;
	if (value <= unit * 2)
		return unit * 2;
	return value <= unit * 5 ? unit * 5 : unit * 10;
}

int64_t
plot_time_step(int64_t span_ms)
{
	static const int64_t seconds[] = {1, 2, 5, 10, 15, 30, 60, 120, 300,
	    600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
	size_t i;
	int64_t day = 86400000, days;

	for (i = 0; i < sizeof seconds / sizeof seconds[0]; i++)
		if (span_ms <= seconds[i] * 1000 * 6)
			return seconds[i] * 1000;
	days = (span_ms / day + 5) / 6;
	return (int64_t)plot_nice((double)days) * day;
}

static double
x_of(const struct scale *scale, int64_t ms)
{
	if (scale->span == 0)
		return LEFT;
	return LEFT +
	    (double)(ms - scale->first) / (double)scale->span * (RIGHT - LEFT);
}

static double
y_of(const struct scale *scale, double value)
{
	return BOTTOM - value / scale->most * (BOTTOM - TOP);
}

static double
x_of_bucket(const struct scale *scale, size_t bucket)
{
	return scale->span == 0
	    ? LEFT
	    : LEFT + (double)bucket / (PLOT_BUCKETS - 1) * (RIGHT - LEFT);
}

static void
draw_value_axis(
    struct buf *out, const struct scale *scale, double step, const char *unit)
{
	int lines = (int)(scale->most * 1.001 / step), i;

	for (i = 0; i <= lines; i++) {
		double value = i * step, y = y_of(scale, value);

		buf_addf(out,
		    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" "
		    "y2=\"%.1f\"/><text class=\"value\" x=\"%d\" "
		    "y=\"%.1f\">",
		    LEFT, RIGHT, y, y, LEFT - 8, y + 4);
		short_number(out, value);
		buf_add_str(out, "</text>\n");
	}
	buf_addf(out,
	    "<text class=\"unit\" transform=\"translate(14 %d) "
	    "rotate(-90)\">%s</text>\n",
	    (TOP + BOTTOM) / 2, unit);
}

/* The part of the time that changes from tick to tick. */
static void
add_tick_text(struct buf *out, int64_t ms, int64_t step)
{
	char text[CLOCK_TEXT];

	clock_format(ms, text);
	if (step >= 86400000)
		buf_addf(out, "%.5s", text + 5);
	else
		buf_addf(out, "%.*s", step >= 60000 ? 5 : 8, text + 11);
}

static void
draw_time_axis(struct buf *out, const struct scale *scale)
{
	int64_t step = plot_time_step(scale->span), ms;
	char text[CLOCK_TEXT];

	ms = (scale->first + step - 1) / step * step;
	/* Too short for a tick: the one moment there is. */
	if (ms > scale->first + scale->span)
		ms = scale->first;
	for (; ms <= scale->first + scale->span; ms += step) {
		buf_addf(out,
		    "<line class=\"tick\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" "
		    "y2=\"%d\"/><text class=\"time\" x=\"%.1f\" y=\"%d\">",
		    x_of(scale, ms), x_of(scale, ms), BOTTOM, BOTTOM + 5,
		    x_of(scale, ms), BOTTOM + 18);
		add_tick_text(out, ms, step);
		buf_add_str(out, "</text>\n");
	}
	clock_format(scale->first, text);
	buf_addf(out,
	    "<text class=\"unit\" x=\"%d\" y=\"%d\">time (UTC), from %.10s "
	    "%.8s</text>\n"
	    "<path class=\"axis\" d=\"M%d %dV%dH%d\"/>\n",
	    (LEFT + RIGHT) / 2, BOTTOM + 36, text, text + 11, LEFT, TOP, BOTTOM,
	    RIGHT);
}

static void
draw_mark(struct buf *out, size_t style, double x, double y)
{
	static const char *const shapes[PLOT_LINES] = {
	    "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
	    "m-4 -4h8v8h-8z",
	    "m0 -5l5 9h-10z",
	    "m0 -5l5 5l-5 5l-5 -5z",
	    "m0 5l5 -9h-10z",
	    "m-4 -4l8 8m0 -8l-8 8",
	};

	buf_addf(out, "<path class=\"mark s%zu\" d=\"M%.1f %.1f%s\"/>", style,
	    x, y, shapes[style]);
}

static void
draw_line(struct buf *out, const struct scale *scale,
    const struct plot_line *line, size_t style)
{
	size_t i, from = PLOT_BUCKETS, to = 0;

	buf_addf(out, "<path class=\"line s%zu\" d=\"", style);
	for (i = 0; i < PLOT_BUCKETS; i++) {
		if (line->value[i] < 0)
			continue;
		if (from == PLOT_BUCKETS)
			from = i;
		buf_addf(out, "%c%.1f %.1f",
		    i == 0 || line->value[i - 1] < 0 ? 'M' : 'L',
		    x_of_bucket(scale, i), y_of(scale, line->value[i]));
		to = i;
	}
	buf_add_str(out, "\"/>");
	/* Marks at a third of the way from one line to the next, so that lines
	 * that lie on each other still show both. */
	for (i = from; i <= to && i < PLOT_BUCKETS; i++)
		if (line->value[i] >= 0 &&
		    (i == to || (i - from) % 32 == 5 * style))
			draw_mark(out, style, x_of_bucket(scale, i),
			    y_of(scale, line->value[i]));
	buf_add_char(out, '\n');
}

static void
draw_legend(struct buf *out, const struct plot *plot,
    const struct plot_line *lines, size_t drawn)
{
	size_t i;

	for (i = 0; i < drawn; i++) {
		int x = LEFT + (int)(i % 3) * 190;
		int y = BOTTOM + 54 + (int)(i / 3) * 16;

		buf_addf(out, "<path class=\"line s%zu\" d=\"M%d %dh34\"/>", i,
		    x, y);
		draw_mark(out, i, x + 17, y);
		buf_addf(out, "<text class=\"name\" x=\"%d\" y=\"%d\">", x + 42,
		    y + 4);
		html_line(out,
		    lines[i].fuzzer != NULL ? lines[i].fuzzer : "not named");
		buf_add_str(out, "</text>\n");
	}
	if (plot->lines > drawn)
		buf_addf(out,
		    "<text class=\"name\" x=\"%d\" y=\"%d\">and %zu more, not "
		    "drawn</text>\n",
		    LEFT, BOTTOM + 86, plot->lines - drawn);
}

static double
highest(const struct plot_line *lines, size_t count)
{
	double most = -1;
	size_t i, bucket;

	for (i = 0; i < count; i++)
		for (bucket = 0; bucket < PLOT_BUCKETS; bucket++)
			if (lines[i].value[bucket] > most)
				most = lines[i].value[bucket];
	return most;
}

/* The last value of each line, for who cannot see the drawing. */
static void
describe(struct buf *out, const struct plot_line *lines, size_t drawn,
    const char *unit)
{
	size_t i, bucket;

	for (i = 0; i < drawn; i++) {
		html_line(out,
		    lines[i].fuzzer != NULL ? lines[i].fuzzer : "not named");
		bucket = PLOT_BUCKETS;
		while (bucket > 0 && lines[i].value[bucket - 1] < 0)
			bucket--;
		if (bucket == 0) {
			buf_add_str(out, ": not known. ");
			continue;
		}
		buf_add_str(out, ": ");
		short_number(out, lines[i].value[bucket - 1]);
		buf_addf(out, " %s at the end. ", unit);
	}
}

void
plot_draw(struct buf *out, const struct plot *plot,
    const struct plot_line *lines, const struct plot_text *text)
{
	size_t drawn = plot->lines < PLOT_LINES ? plot->lines : PLOT_LINES;
	double most = highest(lines, drawn), step;
	struct scale scale = {plot->first, plot->last - plot->first, 0};
	size_t i;

	if (most < 0) {
		buf_addf(
		    out, "<p class=\"none\">%s: not known.</p>\n", text->title);
		return;
	}
	step = plot_nice(most / TICKS);
	/* At most TICKS steps, by the choice of the step. */
	scale.most = step;
	while (scale.most < most)
		scale.most += step;
	buf_addf(out,
	    "<figure>\n<svg viewBox=\"0 0 640 324\" role=\"img\" "
	    "aria-labelledby=\"%s-t %s-d\">\n<title id=\"%s-t\">%s of ",
	    text->id, text->id, text->id, text->title);
	html_line(out, text->target != NULL ? text->target : "no target");
	buf_addf(out, "</title>\n<desc id=\"%s-d\">", text->id);
	describe(out, lines, drawn, text->unit);
	buf_add_str(out, "</desc>\n");
	draw_value_axis(out, &scale, step, text->unit);
	draw_time_axis(out, &scale);
	for (i = 0; i < drawn; i++)
		draw_line(out, &scale, &lines[i], i);
	draw_legend(out, plot, lines, drawn);
	buf_addf(out, "</svg>\n<figcaption>%s</figcaption>\n</figure>\n",
	    text->title);
}

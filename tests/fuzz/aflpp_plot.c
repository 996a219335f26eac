/* AFL++'s plot_data. */
#include "libengine/aflpp_plot.h"
#include "stats_check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data, *end = line + size, *newline;
	struct aflpp_plot plot = {0};
	struct stats s;
	int64_t time_ms;
	bool relative;

	for (; line < end; line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(end - line));
		if (newline == NULL)
			newline = end;
		if (aflpp_plot_head(&plot, line, (size_t)(newline - line)))
			MUST(plot.count >= 2);
		stats_init(&s);
		if (aflpp_plot_row(&plot, line, (size_t)(newline - line), &s,
			&time_ms, &relative))
			MUST(time_ms >= 0 && plot.count > 0);
		stats_check(&s);
	}
	return 0;
}

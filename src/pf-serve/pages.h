/* pf-report's pages, made when they are asked for and kept for a moment. */
#ifndef PF_SERVE_PAGES_H
#define PF_SERVE_PAGES_H

#include <stdint.h>

struct pages_options {
	const char *db;
	int64_t fresh_ms; /* a page is made anew when it is older */
	int64_t limit_ms; /* to make one */
};

/* Before the first request; copied. */
void pages_set(const struct pages_options *options);
void pages_release(void);

#endif

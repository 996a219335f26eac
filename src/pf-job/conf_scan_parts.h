/* Between the parts of conf_scan only. */
#ifndef PF_JOB_CONF_SCAN_PARTS_H
#define PF_JOB_CONF_SCAN_PARTS_H

#include "conf_scan.h"

#define CONF_SCAN_DEPTH 8

/* A part of the text that can be shown as it is; none where `len` is 0. */
struct conf_piece {
	const char *at;
	int len;
};

struct conf_brace {
	char *at;
	unsigned line;
	bool list;
};

struct conf_scan {
	char *at; /* a NUL ends the text */
	unsigned line;
	const char *value_end; /* where the last word or string ended */
	bool after_equal;      /* nothing but blanks since */
	unsigned equal_line;   /* of the equal sign then */
	bool broken;           /* the rest makes no sense */
	struct conf_brace open[CONF_SCAN_DEPTH];
	unsigned depth, sections;
	/* Where we are, for sentences. */
	struct conf_piece kind, title, key;
	struct conf_piece before, last; /* the last two words outside values */
	const char *const *keys;
	struct faults *faults;
};

/* Adds a fault of the key or section that is being read. */
void conf_scan_fault(const struct conf_scan *s, unsigned line,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* What stands between `begin` and the place that was reached is told. */
void conf_scan_told(const struct conf_scan *s, char *begin);

/* From the opening quote to behind the closing one. */
void conf_scan_string(struct conf_scan *s);
/* A word without quotes, or a variable. */
void conf_scan_word(struct conf_scan *s);
/* Whether what is there would be part of a word. */
bool conf_scan_is_word(const char *at);

#endif

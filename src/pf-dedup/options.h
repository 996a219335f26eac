/* Options of pf-dedup. */
#ifndef PF_OPTIONS_H
#define PF_OPTIONS_H

struct dedup;

/* Files that options name; NULL where they do not. */
struct files {
	const char *rules, *seen, *known;
	const char *old, *new; /* the two of --diff */
};

/*
 * Sets what is asked for in *d and opens nothing. Ends the program when the
 * options are not right; what follows them is argv[optind].
 */
void
options_parse(struct dedup *d, struct files *files, int argc, char *argv[]);

#endif

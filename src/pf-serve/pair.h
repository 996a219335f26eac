/* A certificate and its key, as files of PEM. */
#ifndef PF_SERVE_PAIR_H
#define PF_SERVE_PAIR_H

/* Both NULL: no TLS. */
struct pair {
	char *cert, *key; /* the text of the files */
};

/*
 * Reads both, and proves that the key is the first certificate's. An exit
 * status, after one sentence; the pair is to be released either way.
 */
int pair_read(struct pair *pair, const char *cert, const char *key);
void pair_release(struct pair *pair);

#endif

/* What somebody may have meant who wrote a word that is not known. */
#ifndef PF_JOB_NEAREST_H
#define PF_JOB_NEAREST_H

/*
 * The word of the list, which ends with NULL, that `word` becomes by the fewest
 * changes, at most two and fewer than half of its letters; NULL if there is
 * none. A change is a letter that comes, goes or becomes another.
 */
const char *nearest(const char *const list[], const char *word);

#endif

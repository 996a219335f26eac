/* Kinds of settings: which values each takes, and their form in JSON. */
#ifndef PF_JOB_SETTING_KIND_H
#define PF_JOB_SETTING_KIND_H

#include "setting.h"

struct setting_kind {
	bool list;
	/* Takes one value, good or not; false after a sentence in `why`. */
	bool (*take)(struct setting *s, const struct setting_key *key,
	    const char *text, struct buf *why);
	/* Adds a word that another setting took; of a list only. */
	void (*add)(struct setting *s, const char *word);
	void (*emit)(struct emit *e, const struct setting_key *key,
	    const struct setting *s);
};

extern const struct setting_kind setting_name, setting_text, setting_fuzzer,
    setting_mode, setting_count, setting_size, setting_duration,
    setting_arguments, setting_tiers, setting_capabilities, setting_variables;

#endif

/*
 * Room on the job's disk. Both fuzzers go on writing when there is none, and
 * leave empty files: so they are held before.
 */
#ifndef PF_SPACE_H
#define PF_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "job.h"

enum space_lack { SPACE_ENOUGH, SPACE_FREE_SHORT, SPACE_JOB_LARGE };

struct space {
	enum space_lack lack;
	uint64_t free_bytes;       /* as last seen */
	uint64_t used_bytes;       /* by the job's directory, as last counted */
	int64_t look_ms, count_ms; /* when to do so again (monotonic) */
	bool unseen; /* told once that not all of it could be looked at */
};

/*
 * Pure: what is lacking, given what was. Once something is, a tenth more than
 * the bound must be there before it is not any more.
 */
enum space_lack space_judge(enum space_lack before, uint64_t free_bytes,
    uint64_t min_free, uint64_t used_bytes, uint64_t used_max);
/*
 * Looks if it is time to; true when the lack has changed. Free space is looked
 * at each 5 s, or each second where it may soon be short; the directory's size
 * each 5 min, or each 20 s where it may soon be too large, if it has a bound.
 */
bool space_look(struct space *s, const struct job *job, int64_t now_ms);

#endif

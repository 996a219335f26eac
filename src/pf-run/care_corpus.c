/* When a corpus is minimized, and how that is told. */
#include "care.h"
#include "life.h"
#include "mem.h"
#include "msg.h"

/* All that share it are held, or none but the one. */
static void
hold_sharers(struct supervisor *s, unsigned index, const char *reason)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (fuzzer_share(&s->fuzzer[i], &s->fuzzer[index]))
			life_hold(
			    s, &s->fuzzer[i], FUZZER_HOLD_MINIMIZE, reason);
}

static void
release_sharers(struct supervisor *s, unsigned index, const char *reason)
{
	unsigned i;

	for (i = 0; i < s->count; i++) {
		struct fuzzer *f = &s->fuzzer[i];

		if (!fuzzer_share(f, &s->fuzzer[index]))
			continue;
		free(f->reason);
		f->reason = mem_dup(reason);
		life_release(s, f, FUZZER_HOLD_MINIMIZE);
	}
}

static bool
is_first_sharer(const struct supervisor *s, unsigned index)
{
	unsigned i;

	for (i = 0; i < index; i++)
		if (fuzzer_share(&s->fuzzer[i], &s->fuzzer[index]))
			return false;
	return true;
}

static void
ask(struct supervisor *s)
{
	unsigned i;
	char *reason;

	for (i = 0; i < s->count; i++)
		if (is_first_sharer(s, i) &&
		    s->fuzzer[i].state != MACHINE_ENDED &&
		    minimize_ask(&s->minimize, i, &s->fuzzer[i].corpus))
			break;
	if (i == s->count)
		return;
	reason = mem_printf("its corpus of %zu testcases is minimized",
	    s->fuzzer[i].corpus.count);
	hold_sharers(s, i, reason);
	free(reason);
}

static void
failed(struct supervisor *s, unsigned index)
{
	char *reason = mem_printf(
	    "the corpus could not be minimized: %s", s->minimize.why);

	msg_warnx("%s: %s", s->fuzzer[index].instance, msg_quote(reason));
	release_sharers(s, index, reason);
	free(reason);
}

static void
done(struct supervisor *s, unsigned index)
{
	struct corpus *corpus = &s->fuzzer[index].corpus;
	char *reason;
	unsigned i;

	/* Under whatever names: all of it was told when it came. */
	for (i = 0; i < s->count; i++)
		if (fuzzer_share(&s->fuzzer[i], &s->fuzzer[index]))
			corpus_baseline(&s->fuzzer[i].corpus, s->job->fd);
	corpus_tell_count(corpus, s->job->fd, s->journal);
	reason = mem_printf("the corpus was minimized from %llu to %llu "
			    "testcases",
	    (unsigned long long)s->minimize.before.count,
	    (unsigned long long)s->minimize.after.count);
	release_sharers(s, index, reason);
	free(reason);
}

/* True when all whose corpus it is stand still. */
static bool
are_held(const struct supervisor *s, unsigned index)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (fuzzer_share(&s->fuzzer[i], &s->fuzzer[index]) &&
		    s->fuzzer[i].state != MACHINE_HELD &&
		    s->fuzzer[i].state != MACHINE_ENDED)
			return false;
	return true;
}

static void
begin(struct supervisor *s, int64_t now_ms)
{
	unsigned index = s->minimize.index;

	if (!are_held(s, index))
		return;
	if (s->fuzzer[index].state == MACHINE_ENDED) {
		minimize_cancel(&s->minimize);
		return;
	}
	/* What it found last may not be there afterwards. */
	while (corpus_tell(&s->fuzzer[index].corpus, s->job->fd, s->journal))
		;
	if (minimize_start(&s->minimize, now_ms) < 0)
		failed(s, index);
}

void
care_for_corpora(struct supervisor *s, int64_t now_ms)
{
	bool stopping = s->stop_signal != 0 || s->timed_up;
	unsigned index = s->minimize.index;

	if (stopping)
		minimize_stop(&s->minimize);
	else if (s->space.lack == SPACE_ENOUGH &&
	    s->minimize.state == MINIMIZE_IDLE)
		ask(s);
	if (s->minimize.state == MINIMIZE_ASKED)
		begin(s, now_ms);
	switch (minimize_step(&s->minimize, now_ms)) {
	case MINIMIZE_NOTHING:
	case MINIMIZE_STOPPED:
		break;
	case MINIMIZE_DONE:
		done(s, index);
		break;
	case MINIMIZE_FAILED:
		failed(s, index);
		break;
	}
}

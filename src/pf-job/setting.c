/* Settings: the keys; reading, inheriting and writing them. */
#include "setting.h"

#include <stdlib.h>

#include "setting_kind.h"

#define ANYWHERE (SETTING_AT_TOP | SETTING_IN_TIER | SETTING_IN_TARGET)
/* Of a list: what is done about each word takes time by their number. */
#define WORDS_MAX 1000
#define WORDS_TEXT "at most 1000 values"
/* Less than any fuzzer starts with: a unit was forgotten. */
#define MEMORY_LEAST (UINT64_C(16) << 20)

const struct setting_key setting_keys[SETTING_COUNT] = {
    [SETTING_CAMPAIGN] = {"campaign", NULL, &setting_name, SETTING_AT_TOP, 0,
	0},
    [SETTING_TIERS] = {"tiers", NULL, &setting_tiers,
	SETTING_AT_TOP | SETTING_IN_TARGET, 0, 0},
    [SETTING_JOBS] = {"jobs", NULL, &setting_count, ANYWHERE, 1,
	SETTING_JOBS_MAX},
    [SETTING_FUZZER] = {"fuzzer", "fuzzer", &setting_fuzzer, ANYWHERE, 0, 0},
    [SETTING_MODE] = {"mode", "mode", &setting_mode, ANYWHERE, 0, 0},
    [SETTING_COMMAND] = {"command", "command", &setting_arguments,
	SETTING_IN_TARGET, 0, 0},
    [SETTING_ENV] = {"env", "env", &setting_variables, ANYWHERE, 0, 0},
    [SETTING_SEEDS] = {"seeds", "seeds", &setting_text, ANYWHERE, 0, 0},
    [SETTING_DICTIONARY] = {"dictionary", "dictionary", &setting_text, ANYWHERE,
	0, 0},
    [SETTING_CRASH_DIR] = {"crash-dir", "crash_dir", &setting_text, ANYWHERE, 0,
	0},
    [SETTING_CRASH_PATTERNS] = {"crash-patterns", "crash_patterns",
	&setting_arguments, ANYWHERE, 0, 0},
    [SETTING_INSTANCES] = {"instances", "instances", &setting_count, ANYWHERE,
	1, 1024},
    [SETTING_DURATION] = {"duration", "duration_seconds", &setting_duration,
	ANYWHERE, 0, 0},
    [SETTING_TIMEOUT] = {"timeout", "timeout_seconds", &setting_duration,
	ANYWHERE, 0, 0},
    [SETTING_MEMORY] = {"memory", "memory_bytes", &setting_size, ANYWHERE,
	MEMORY_LEAST, 0},
    [SETTING_CORPUS_MAX_COUNT] = {"corpus-max-count", "corpus_max_count",
	&setting_count, ANYWHERE, 0, 1000000000},
    [SETTING_CORPUS_MAX_BYTES] = {"corpus-max-bytes", "corpus_max_bytes",
	&setting_size, ANYWHERE, 0, 0},
    [SETTING_PRIORITY] = {"priority", "priority", &setting_count, ANYWHERE, 0,
	1000000},
    [SETTING_CAPABILITIES] = {"capabilities", "capabilities",
	&setting_capabilities, ANYWHERE, 0, 0},
    [SETTING_MAX_ATTEMPTS] = {"max-attempts", "max_attempts", &setting_count,
	ANYWHERE, 1, 1000},
};

void
setting_release(struct setting *s)
{
	strvec_release(&s->words);
	*s = (struct setting){0};
}

static const char *
place_of(const struct setting_key *key)
{
	return key->where == SETTING_AT_TOP   ? "at the top of the file"
	    : key->where == SETTING_IN_TARGET ? "in a target"
					      : "at the top and in a target";
}

static void
take(struct setting *s, const struct setting_key *key,
    const struct conf_value *value, const char *place, struct faults *faults)
{
	struct buf why = BUF_INIT;

	if (value->none)
		return;
	if (value->text == NULL) {
		s->wrong = true;
	} else if (!key->kind->take(s, key, value->text, &why)) {
		s->wrong = true;
		faults_add(faults, value->line, "%s%s: %s", place, key->name,
		    why.data);
	}
	buf_release(&why);
}

static void
take_all(struct setting *s, const struct setting_key *key,
    const struct conf_values *values, const char *place, struct faults *faults)
{
	size_t count = conf_value(values, 0)->none ? 0 : values->count, i;

	if (key->kind->list ? count > WORDS_MAX : count != 1) {
		s->wrong = true;
		faults_add(faults, s->line, "%s%s: it takes %s, not %zu", place,
		    key->name, key->kind->list ? WORDS_TEXT : "one value",
		    count);
		return;
	}
	for (i = 0; i < values->count; i++)
		take(s, key, conf_value(values, i), place, faults);
}

void
setting_read(struct setting *s, unsigned key,
    const struct conf_section *section, enum setting_place where,
    struct faults *faults)
{
	const struct setting_key *k = &setting_keys[key];
	struct conf_values values = conf_values(section, k->name);
	char *place;

	s->given = values.given;
	s->adds = values.adds && k->kind->list;
	if (!s->given)
		return;
	place = conf_place(section);
	s->line = conf_value(&values, 0)->line;
	if (k->where & where) {
		take_all(s, k, &values, place, faults);
	} else {
		s->wrong = true;
		faults_add(faults, s->line, "%s%s: it stands %s only", place,
		    k->name, place_of(k));
	}
	free(place);
}

void
setting_apply(struct setting *s, unsigned key, const struct setting *own)
{
	size_t i;

	if (!own->given)
		return;
	if (!own->adds)
		setting_release(s);
	s->given = true;
	s->wrong = s->wrong || own->wrong;
	s->line = own->line;
	s->number = own->number;
	for (i = 0; i < own->words.count; i++)
		if (setting_keys[key].kind->list)
			setting_keys[key].kind->add(s, own->words.item[i]);
		else
			strvec_add(&s->words, own->words.item[i]);
}

void
setting_emit(struct emit *e, unsigned key, const struct setting *s)
{
	const struct setting_key *k = &setting_keys[key];

	if (s->given && k->member != NULL &&
	    !(k->kind->list && s->words.count == 0))
		k->kind->emit(e, k, s);
}

/* Kinds of settings: which values each takes, and their form in JSON. */
#include "setting_kind.h"

#include <ctype.h>
#include <stdlib.h>

#include "conf_scan.h"
#include "libengine/engine.h"
#include "mem.h"
#include "msg.h"
#include "opt.h"

const char setting_no_name[] =
    "is not a name: letters, digits, . _ and -, the first not . or -";

bool
setting_is_name(const char *text)
{
	return *text != '.' && *text != '-' && *text != '\0' &&
	    text[strspn(text, CONF_PLAIN)] == '\0';
}

static bool
take_name(struct setting *s, const struct setting_key *key, const char *text,
    struct buf *why)
{
	(void)key;
	strvec_add(&s->words, text);
	if (!setting_is_name(text))
		buf_addf(why, "%s %s", msg_quote(text), setting_no_name);
	return why->len == 0;
}

static bool
take_text(struct setting *s, const struct setting_key *key, const char *text,
    struct buf *why)
{
	(void)key;
	strvec_add(&s->words, text);
	if (*text == '\0')
		buf_add_str(why, "it is empty");
	return why->len == 0;
}

static bool
take_fuzzer(struct setting *s, const struct setting_key *key, const char *text,
    struct buf *why)
{
	size_t i;

	(void)key;
	strvec_add(&s->words, text);
	if (engine_named(text) != NULL)
		return true;
	buf_addf(why, "%s is not ", msg_quote(text));
	for (i = 0; engines[i] != NULL; i++)
		buf_addf(why, "%s%s",
		    i == 0                       ? ""
			: engines[i + 1] == NULL ? " or "
						 : ", ",
		    engines[i]->name);
	return false;
}

static bool
take_mode(struct setting *s, const struct setting_key *key, const char *text,
    struct buf *why)
{
	(void)key;
	strvec_add(&s->words, text);
	if (strcmp(text, "fork") != 0 && strcmp(text, "single") != 0)
		buf_addf(why, "%s is not fork or single", msg_quote(text));
	return why->len == 0;
}

static bool
take_count(struct setting *s, const struct setting_key *key, const char *text,
    struct buf *why)
{
	strvec_add(&s->words, text);
	if (!opt_count(text, &s->number) || s->number < key->least ||
	    s->number > key->most)
		buf_addf(why, "%s is not a number from %llu to %llu",
		    msg_quote(text), (unsigned long long)key->least,
		    (unsigned long long)key->most);
	return why->len == 0;
}

static bool
take_size(struct setting *s, const struct setting_key *key, const char *text,
    struct buf *why)
{
	char least[OPT_SIZE_TEXT];

	strvec_add(&s->words, text);
	opt_size_text(key->least, least);
	if (!opt_size(text, &s->number))
		buf_addf(why, "%s is not a size", msg_quote(text));
	else if (s->number != 0 && s->number < key->least)
		buf_addf(why, "%s is less than %s", msg_quote(text), least);
	return why->len == 0;
}

static bool
take_duration(struct setting *s, const struct setting_key *key,
    const char *text, struct buf *why)
{
	int64_t ms = 0;

	(void)key;
	strvec_add(&s->words, text);
	if (!opt_duration(text, &ms))
		buf_addf(why, "%s is not a duration", msg_quote(text));
	else if (ms <= 0)
		buf_addf(why, "%s is not above zero", msg_quote(text));
	s->number = (uint64_t)ms;
	return why->len == 0;
}

static bool
has_word(const struct setting *s, const char *word)
{
	size_t i;

	for (i = 0; i < s->words.count; i++)
		if (strcmp(s->words.item[i], word) == 0)
			return true;
	return false;
}

static void
add_once(struct setting *s, const char *word)
{
	if (!has_word(s, word))
		strvec_add(&s->words, word);
}

static void
add_argument(struct setting *s, const char *word)
{
	strvec_add(&s->words, word);
}

static void
add_variable(struct setting *s, const char *word)
{
	size_t len = strcspn(word, "=");
	char *name = mem_dup_n(word, len);

	strvec_env_set(&s->words, name, word + len + 1);
	free(name);
}

static bool
take_argument(struct setting *s, const struct setting_key *key,
    const char *text, struct buf *why)
{
	(void)key;
	(void)why;
	add_argument(s, text);
	return true;
}

static bool
take_once(struct setting *s, const char *text, struct buf *why)
{
	if (why->len == 0 && has_word(s, text))
		buf_addf(why, "%s is there twice", msg_quote(text));
	add_once(s, text);
	return why->len == 0;
}

static bool
take_tier(struct setting *s, const struct setting_key *key, const char *text,
    struct buf *why)
{
	(void)key;
	if (!setting_is_name(text))
		buf_addf(why, "%s %s", msg_quote(text), setting_no_name);
	return take_once(s, text, why);
}

static bool
take_capability(struct setting *s, const struct setting_key *key,
    const char *text, struct buf *why)
{
	const char *c = text;

	(void)key;
	while (*c > ' ' && *c <= '~' && *c != ',')
		c++;
	if (c == text || *c != '\0')
		buf_addf(why, "%s is not a word without blanks and commas",
		    msg_quote(text));
	return take_once(s, text, why);
}

static bool
take_variable(struct setting *s, const struct setting_key *key,
    const char *text, struct buf *why)
{
	size_t len = 0;
	char *name;

	(void)key;
	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	if (len == 0 || isdigit((unsigned char)*text) || text[len] != '=') {
		buf_addf(why, "%s is not NAME=value", msg_quote(text));
		return false;
	}
	name = mem_dup_n(text, len);
	if (strvec_env_get(&s->words, name) != NULL)
		buf_addf(why, "%s is there twice", name);
	free(name);
	add_variable(s, text);
	return why->len == 0;
}

static void
emit_text(
    struct emit *e, const struct setting_key *key, const struct setting *s)
{
	emit_bytes_str(e, key->member, s->words.item[0]);
}

static void
emit_number(
    struct emit *e, const struct setting_key *key, const struct setting *s)
{
	emit_u64(e, key->member, s->number);
}

static void
emit_seconds(
    struct emit *e, const struct setting_key *key, const struct setting *s)
{
	emit_real(e, key->member, (double)s->number / 1000);
}

static void
emit_words(
    struct emit *e, const struct setting_key *key, const struct setting *s)
{
	size_t i;

	emit_array(e, key->member);
	for (i = 0; i < s->words.count; i++)
		emit_bytes_str(e, NULL, s->words.item[i]);
	emit_end(e);
}

static void
emit_variables(
    struct emit *e, const struct setting_key *key, const struct setting *s)
{
	size_t i, len;
	char *name;

	emit_object(e, key->member);
	for (i = 0; i < s->words.count; i++) {
		len = strcspn(s->words.item[i], "=");
		name = mem_dup_n(s->words.item[i], len);
		emit_bytes_str(e, name, s->words.item[i] + len + 1);
		free(name);
	}
	emit_end(e);
}

const struct setting_kind
    setting_name = {false, take_name, NULL, emit_text},
    setting_text = {false, take_text, NULL, emit_text},
    setting_fuzzer = {false, take_fuzzer, NULL, emit_text},
    setting_mode = {false, take_mode, NULL, emit_text},
    setting_count = {false, take_count, NULL, emit_number},
    setting_size = {false, take_size, NULL, emit_number},
    setting_duration = {false, take_duration, NULL, emit_seconds},
    setting_arguments = {true, take_argument, add_argument, emit_words},
    setting_tiers = {true, take_tier, add_once, emit_words},
    setting_capabilities = {true, take_capability, add_once, emit_words},
    setting_variables = {true, take_variable, add_variable, emit_variables};

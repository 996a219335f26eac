/* Configurations, read by libconfuse 3.3. */
#include "conf.h"

#include <confuse.h>
#include <stdlib.h>
#include <sysexits.h>

#include "conf_scan.h"
#include "mem.h"
#include "msg.h"
#include "nearest.h"

/*
 * Each list begins with a value of our own: it stays with +=, goes with =, and
 * says in which line the section began.
 */
#define INHERITED "\002"
static char inherited_default[] = "{'" INHERITED "'}";
/* A key that nobody can write, for the line alone. */
#define BEGIN_KEY "\003"
/* A flag of an option beside those of libconfuse: it has had a value. */
#define HAD_VALUE (1 << 30)

struct title {
	const char *kind; /* one of `kinds` */
	char *text;
	unsigned line;
};

struct conf {
	cfg_t *cfg;
	const char *const *kinds;
	struct title *titles;
	size_t title_count, title_cap;
	struct faults *faults;
};

/* libconfuse has no place for it in its callbacks. */
static struct conf *reading;

static const char *
kind_named(const char *name)
{
	const char *const *kind;

	for (kind = reading->kinds; *kind != NULL; kind++)
		if (strcmp(*kind, name) == 0)
			return *kind;
	return NULL;
}

static char *
place(const cfg_t *section)
{
	const char *title = section->title;

	if (title == NULL)
		return mem_dup("");
	if (strchr(title, CONF_TOLD) != NULL)
		return mem_printf("%s: ", section->name);
	return mem_printf("%s %s: ", section->name,
	    *title != '\0' && title[strspn(title, CONF_PLAIN)] == '\0'
		? title
		: msg_quote(title));
}

/* libconfuse puts the later of two in the place of the earlier. */
static void
note_title(const cfg_t *section)
{
	struct title *t;
	char *where;
	size_t i;

	for (i = 0; i < reading->title_count; i++) {
		t = &reading->titles[i];
		if (strcmp(t->kind, section->name) != 0 ||
		    strcmp(t->text, section->title) != 0)
			continue;
		where = place(section);
		faults_add(reading->faults, (unsigned)section->line,
		    "%sthere is one in line %u already", where, t->line);
		free(where);
		return;
	}
	MEM_GROW(reading->titles, reading->title_count, reading->title_cap);
	t = &reading->titles[reading->title_count++];
	t->kind = kind_named(section->name);
	t->text = mem_dup(section->title);
	t->line = (unsigned)section->line;
}

static bool
is_inherited(const struct conf_value *value)
{
	return value->text != NULL && strcmp(value->text, INHERITED) == 0;
}

/* Never fails: in a default value that would abort the program. */
static int
take_value(cfg_t *section, cfg_opt_t *key, const char *text, void *result)
{
	struct conf_value *value = mem_calloc(1, sizeof *value);
	bool inherited = strcmp(text, INHERITED) == 0;
	char *where;

	value->line = (unsigned)section->line;
	value->none = strcmp(text, CONF_EMPTY) == 0;
	if (strchr(text, CONF_TOLD) == NULL)
		value->text = mem_dup(text);
	if (inherited && section->title != NULL &&
	    strcmp(key->name, BEGIN_KEY) == 0)
		note_title(section);
	/* With = it is the first again. */
	if (key->nvalues == 1 && (key->flags & HAD_VALUE) &&
	    strcmp(key->name, CONF_TOLD_KEY) != 0) {
		where = place(section);
		faults_add(reading->faults, value->line, "%s%s: given twice",
		    where, key->name);
		free(where);
	}
	if (!inherited)
		key->flags |= HAD_VALUE;
	*(void **)result = value;
	return 0;
}

static void
free_value(void *value)
{
	free(((struct conf_value *)value)->text);
	free(value);
}

static cfg_opt_t
key_option(const char *name)
{
	return (cfg_opt_t)CFG_PTR_LIST_CB(
	    name, inherited_default, CFGF_NONE, take_value, free_value);
}

static cfg_opt_t
section_option(const char *name, cfg_opt_t *options)
{
	return (cfg_opt_t)CFG_SEC(name, options, CFGF_MULTI | CFGF_TITLE);
}

/* Room for `more` options before the end; freed by the caller. */
static cfg_opt_t *
key_options(const char *const keys[], size_t more, size_t *count)
{
	static const cfg_opt_t end = CFG_END();
	cfg_opt_t *options;
	size_t n = 0, i;

	while (keys[n] != NULL)
		n++;
	options = mem_calloc(n + 2 + more + 1, sizeof *options);
	for (i = 0; i < n; i++)
		options[i] = key_option(keys[i]);
	options[n++] = key_option(BEGIN_KEY);
	options[n++] = key_option(CONF_TOLD_KEY);
	options[n + more] = end;
	*count = n;
	return options;
}

static cfg_t *
make_reader(const char *const keys[], const char *const kinds[])
{
	size_t kind_count = 0, n, i;
	cfg_opt_t *inside, *top;
	cfg_t *cfg;

	while (kinds[kind_count] != NULL)
		kind_count++;
	inside = key_options(keys, 0, &n);
	top = key_options(keys, kind_count, &n);
	for (i = 0; i < kind_count; i++)
		top[n + i] = section_option(kinds[i], inside);
	cfg = cfg_init(top, CFGF_NONE); /* copies the options */
	free(inside);
	free(top);
	if (cfg == NULL)
		msg_diex(EX_OSERR, "out of memory");
	return cfg;
}

static void
say_unknown(const cfg_t *section, const char *where, const char *word)
{
	const char *other = nearest(reading->kinds, word);
	unsigned line = (unsigned)section->line;

	if (section->title != NULL && kind_named(word) != NULL)
		faults_add(reading->faults, line,
		    "%sa } is missing before this %s", where, word);
	else
		faults_add(reading->faults, line, "%sunknown word %s%s%s",
		    where, msg_quote(word), other == NULL ? "" : ": perhaps ",
		    other == NULL ? "" : other);
}

static void
say_unexpected(const cfg_t *section, const char *where, const char *token)
{
	bool mark = strchr("{}()=,+", *token) != NULL;

	faults_add(reading->faults, (unsigned)section->line,
	    "%sunexpected %s%s", where, msg_quote(token),
	    mark ? "" : ": a comma or a } is missing before it");
}

static void
say_no_equal(const cfg_t *section, const char *where, const char *key)
{
	faults_add(reading->faults, (unsigned)section->line, "%sno = after %s",
	    where, key);
}

static void
say_no_brace(const cfg_t *section, const char *where, const char *kind)
{
	faults_add(reading->faults, (unsigned)section->line,
	    "%sno { after the name of a %s", where, kind);
}

static void
say_no_title(const cfg_t *section, const char *where, const char *kind)
{
	faults_add(reading->faults, (unsigned)section->line,
	    "%sno name after %s", where, kind);
}

static void
say_closed(const cfg_t *section, const char *where, const char *word)
{
	(void)word;
	faults_add(reading->faults, (unsigned)section->line,
	    "%sa } without its {", where);
}

/* A brace that is not closed has been told of, with its line. */
static void
say_end(const cfg_t *section, const char *where, const char *word)
{
	(void)word;
	if (reading->faults->count == 0)
		faults_add(reading->faults, (unsigned)section->line,
		    "%sthe file ends too early", where);
}

/* What libconfuse 3.3 says of what it cannot read. */
static const struct complaint {
	const char *format;
	void (*say)(const cfg_t *section, const char *where, const char *word);
} complaints[] = {
    {"no such option '%s'", say_unknown},
    {"unexpected token '%s'", say_unexpected},
    {"missing equal sign after option '%s'", say_no_equal},
    {"missing opening brace for section '%s'", say_no_brace},
    {"missing title for section '%s'", say_no_title},
    {"unexpected closing brace", say_closed},
    {"premature end of file", say_end},
    {NULL, NULL},
};

static __attribute__((format(printf, 2, 0))) void
complain(cfg_t *section, const char *format, va_list ap)
{
	const struct complaint *c = complaints;
	struct buf text = BUF_INIT;
	char *where = place(section);
	const char *word;

	while (c->format != NULL && strcmp(c->format, format) != 0)
		c++;
	if (c->format == NULL) {
		buf_vaddf(&text, format, ap);
		faults_add(reading->faults, (unsigned)section->line, "%s%s",
		    where, msg_quote(text.data));
	} else {
		word =
		    strchr(format, '%') == NULL ? "" : va_arg(ap, const char *);
		if (strchr(word, CONF_TOLD) == NULL)
			c->say(section, where, word);
	}
	free(where);
	buf_release(&text);
}

static bool
parse(struct conf *conf, const struct buf *text)
{
	cfg_set_error_function(conf->cfg, complain);
	if (cfg_parse_buf(conf->cfg, text->data) == CFG_SUCCESS)
		return true;
	if (conf->faults->count == 0)
		faults_add(conf->faults, (unsigned)conf->cfg->line,
		    "libconfuse cannot read on");
	return false;
}

struct conf *
conf_parse(struct buf *text, const char *const keys[],
    const char *const kinds[], struct faults *faults, bool *complete)
{
	struct conf *conf = mem_calloc(1, sizeof *conf);

	conf->kinds = kinds;
	conf->faults = faults;
	reading = conf;
	conf->cfg = make_reader(keys, kinds);
	*complete = conf_scan(text, keys, faults) && parse(conf, text);
	reading = NULL;
	return conf;
}

void
conf_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->title_count; i++)
		free(conf->titles[i].text);
	free(conf->titles);
	cfg_free(conf->cfg);
	free(conf);
}

const struct conf_section *
conf_top(const struct conf *conf)
{
	return (const struct conf_section *)conf->cfg;
}

static const cfg_opt_t *
option(const cfg_t *section, const char *name)
{
	const cfg_opt_t *o = section->opts;

	while (strcmp(o->name, name) != 0)
		o++;
	return o;
}

const struct conf_section *
conf_section(const struct conf *conf, const char *kind, unsigned index)
{
	const cfg_opt_t *o = option(conf->cfg, kind);

	return index >= o->nvalues
	    ? NULL
	    : (const struct conf_section *)o->values[index]->section;
}

const char *
conf_title(const struct conf_section *section)
{
	return ((const cfg_t *)section)->title;
}

unsigned
conf_line(const struct conf_section *section)
{
	struct conf_values begin = conf_values(section, BEGIN_KEY);

	begin.count = 1;
	return conf_value(&begin, 0)->line;
}

char *
conf_place(const struct conf_section *section)
{
	return place((const cfg_t *)section);
}

struct conf_values
conf_values(const struct conf_section *section, const char *key)
{
	const cfg_opt_t *o = option((const cfg_t *)section, key);
	bool given = (o->flags & HAD_VALUE) != 0;
	bool adds = given && is_inherited(o->values[0]->ptr);

	return (struct conf_values){.given = given,
	    .adds = adds,
	    .count = given ? o->nvalues - adds : 0,
	    .held = o};
}

const struct conf_value *
conf_value(const struct conf_values *values, size_t index)
{
	const cfg_opt_t *o = values->held;

	return o->values[o->nvalues - values->count + index]->ptr;
}

/*
 * One row a setting, from which flags and the keys of the file are made: a key
 * is the flag with underscores.
 */
#include "options.h"

#include <confuse.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "libstore/db.h"
#include "mem.h"
#include "msg.h"
#include "opt.h"

static const char usage[] =
    "usage: pf-serve [-hv] [-d STORE] [-l ADDRESS] [--tokens FILE] [option "
    "...]\n"
    "       pf-serve --tokens FILE --token ROLE:NAME | --revoke NAME\n"
    "\n"
    "      --answer-timeout DURATION  to take an answer (60s)\n"
    "  -a, --artifacts DIR            where inputs are kept (PF_ARTIFACTS, or\n"
    "                                 STORE.artifacts beside a file)\n"
    "      --backups DIR              where backups go\n"
    "      --body-max SIZE            of a body as it comes (17M)\n"
    "      --body-timeout DURATION    to send a body (60s)\n"
    "      --cert FILE                certificate, with its chain: TLS\n"
    "      --check-config             say what is wrong, end\n"
    "      --config FILE              settings below the flags\n"
    "      --connections N            open at once (1200)\n"
    "      --connections-per-address N  from one address (64)\n"
    "      --days-after DURATION      purge: days instead of hours\n"
    "  -d, --db STORE                 a file or postgresql://... (PF_DB)\n"
    "      --header-max SIZE          of target and headers (16K)\n"
    "      --header-timeout DURATION  to send them (10s)\n"
    "      --held-max SIZE            of all bodies together (8M)\n"
    "  -h, --help                     this text\n"
    "      --hours-after DURATION     purge: hours instead of events\n"
    "      --idle-timeout DURATION    between requests (60s)\n"
    "      --insecure                 plain HTTP on any address\n"
    "      --key FILE                 of the certificate\n"
    "      --lines-max N              of one batch (100000)\n"
    "  -l, --listen ADDRESS           HOST:PORT or unix:PATH; more than one\n"
    "                                 may be given (127.0.0.1:8417)\n"
    "      --log json|text            the form of messages\n"
    "      --min-free SHARE           of the disk, to be ready (1%)\n"
    "      --on-new COMMAND           for each new group, with the event\n"
    "      --on-new-timeout DURATION  how long it may run (1m)\n"
    "      --readers N                threads that ask the store (2)\n"
    "      --report-age DURATION      of a page, at most (10s)\n"
    "      --revoke NAME              take the tokens of NAME out, end\n"
    "      --stop-timeout DURATION    to finish what is begun (30s)\n"
    "      --streams N                of progress at once (64)\n"
    "      --threads N                that move bytes (2)\n"
    "      --token ROLE:NAME          make one and print it, end\n"
    "      --tokens FILE              who may do what (PF_TOKENS)\n"
    "      --unpacked-max SIZE        of a body (17M)\n"
    "  -v, --verbose                  say more\n"
    "      --version                  print the version\n"
    "      --wait DURATION            for a store that is busy (10s)\n"
    "      --waiting-max N            requests that wait for it (4096)\n";

#define CONFIG_MAX (1024 * 1024)

enum kind { TEXT, LIST, FLAG, DURATION, SIZE, COUNT, SHARE };

struct setting {
	const char *name;
	enum kind kind;
	bool flag_only;
	size_t place;            /* in struct options */
	const char *value;       /* if nothing is said; NULL: none */
	const char *environment; /* over the file; NULL: none */
};

#define AT(member) offsetof(struct options, member)

static const struct setting settings[] = {
    {"answer-timeout", DURATION, false, AT(answer_timeout_ms), "60s", NULL},
    {"artifacts", TEXT, false, AT(artifacts), NULL, "PF_ARTIFACTS"},
    {"backups", TEXT, false, AT(backups), NULL, NULL},
    {"body-max", SIZE, false, AT(body_max), "17M", NULL},
    {"body-timeout", DURATION, false, AT(body_timeout_ms), "60s", NULL},
    {"cert", TEXT, false, AT(cert), NULL, NULL},
    {"check-config", FLAG, true, AT(check_config), NULL, NULL},
    {"config", TEXT, true, AT(config), NULL, NULL},
    {"connections", COUNT, false, AT(connections), "1200", NULL},
    {"connections-per-address", COUNT, false, AT(connections_per_address), "64",
	NULL},
    {"days-after", DURATION, false, AT(days_after_ms), NULL, NULL},
    {"db", TEXT, false, AT(db), NULL, "PF_DB"},
    {"header-max", SIZE, false, AT(header_max), "16K", NULL},
    {"header-timeout", DURATION, false, AT(header_timeout_ms), "10s", NULL},
    {"held-max", SIZE, false, AT(held_max), "8M", NULL},
    {"hours-after", DURATION, false, AT(hours_after_ms), NULL, NULL},
    {"idle-timeout", DURATION, false, AT(idle_timeout_ms), "60s", NULL},
    {"insecure", FLAG, false, AT(insecure), NULL, NULL},
    {"key", TEXT, false, AT(key), NULL, NULL},
    {"lines-max", COUNT, false, AT(lines_max), "100000", NULL},
    {"listen", LIST, false, AT(listen), NULL, NULL},
    {"min-free", SHARE, false, AT(min_free), "1%", NULL},
    {"on-new", TEXT, false, AT(on_new), NULL, NULL},
    {"on-new-timeout", DURATION, false, AT(on_new_ms), "1m", NULL},
    {"readers", COUNT, false, AT(readers), "2", NULL},
    {"report-age", DURATION, false, AT(report_age_ms), "10s", NULL},
    {"revoke", TEXT, true, AT(revoke), NULL, NULL},
    {"stop-timeout", DURATION, false, AT(stop_ms), "30s", NULL},
    {"streams", COUNT, false, AT(streams), "64", NULL},
    {"threads", COUNT, false, AT(threads), "2", NULL},
    {"token", TEXT, true, AT(token), NULL, NULL},
    {"tokens", TEXT, false, AT(tokens), NULL, "PF_TOKENS"},
    {"unpacked-max", SIZE, false, AT(unpacked_max), "17M", NULL},
    {"wait", DURATION, false, AT(wait_ms), "10s", NULL},
    {"waiting-max", COUNT, false, AT(waiting_max), "4096", NULL},
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* True when the text is a value of that kind. */
static bool
set(struct options *o, const struct setting *s, const char *text)
{
	void *place = (char *)o + s->place;

	switch (s->kind) {
	case TEXT:
		free(*(char **)place);
		*(char **)place = mem_dup(text);
		return *text != '\0';
	case LIST:
		strvec_add(place, text);
		return *text != '\0';
	case FLAG:
		*(bool *)place = strcmp(text, "true") == 0;
		return *(bool *)place || strcmp(text, "false") == 0;
	case DURATION:
		return opt_duration(text, place);
	case SIZE:
		return opt_size(text, place);
	case COUNT:
		return opt_count(text, place) && *(uint64_t *)place > 0;
	case SHARE:
		return opt_share(text, place);
	}
	return false;
}

static const char *
kind_text(enum kind kind)
{
	static const char *const texts[] = {[TEXT] = "is empty",
	    [LIST] = "is empty",
	    [FLAG] = "is true or false",
	    [DURATION] = "is a duration, as 90s, 5m or 1h",
	    [SIZE] = "is a size, as 64K or 1M",
	    [COUNT] = "is a number from 1 on",
	    [SHARE] = "is a share, as 5%"};

	return texts[kind];
}

static void
set_defaults(struct options *o)
{
	size_t i;

	memset(o, 0, sizeof *o);
	o->days_after_ms = o->hours_after_ms = -1;
	for (i = 0; i < SETTINGS; i++)
		if (settings[i].value != NULL)
			set(o, &settings[i], settings[i].value);
}

static void
set_environment(struct options *o)
{
	size_t i;

	for (i = 0; i < SETTINGS; i++) {
		const char *value = settings[i].environment == NULL
		    ? NULL
		    : getenv(settings[i].environment);

		if (value != NULL && *value != '\0')
			set(o, &settings[i], value);
	}
}

/* What is being read, for messages; libconfuse only knows a buffer. */
static const char *reading;

static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *format, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof text, format, ap);
	msg_warnx("%s line %d: %s", msg_quote(reading), cfg->line, text);
}

/* libconfuse 3.3 counts the line of a comment twice: there are none then. */
static void
blank_comments(char *text)
{
	char quote = '\0';

	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		else if (quote != '\0')
			quote = *text == quote ? '\0' : quote;
		else if (*text == '"' || *text == '\'')
			quote = *text;
		else if (*text == '#') {
			size_t len = strcspn(text, "\n");

			memset(text, ' ', len);
			text += len - 1;
		}
	}
}

/* The key of a setting; the caller frees it. */
static char *
key_of(const struct setting *s)
{
	char *key = mem_dup(s->name), *dash;

	while ((dash = strchr(key, '-')) != NULL)
		*dash = '_';
	return key;
}

static const struct setting *
setting_of(const char *key)
{
	size_t i;
	bool is;

	for (i = 0; i < SETTINGS; i++) {
		char *name = key_of(&settings[i]);

		is = strcmp(name, key) == 0;
		free(name);
		if (is)
			return &settings[i];
	}
	return NULL;
}

/* Each value is looked at when it is read, with its line at hand. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	const struct setting *s = setting_of(cfg_opt_name(opt));
	struct options ignored;
	bool good;

	memset(&ignored, 0, sizeof ignored);
	good = s != NULL && set(&ignored, s, value);
	options_release(&ignored);
	if (!good && s != NULL)
		cfg_error(cfg, "%s %s", cfg_opt_name(opt), kind_text(s->kind));
	*(const char **)result = value;
	return good ? 0 : -1;
}

static cfg_t *
make_parser(cfg_opt_t rows[SETTINGS + 1])
{
	size_t i, n = 0;
	cfg_t *cfg;

	for (i = 0; i < SETTINGS; i++) {
		char *key = key_of(&settings[i]);
		cfg_opt_t list =
		    CFG_STR_LIST_CB(key, NULL, CFGF_NODEFAULT, on_value);
		cfg_opt_t one = CFG_STR_CB(key, NULL, CFGF_NODEFAULT, on_value);

		if (settings[i].flag_only)
			free(key);
		else
			rows[n++] = settings[i].kind == LIST ? list : one;
	}
	rows[n] = (cfg_opt_t)CFG_END();
	cfg = cfg_init(rows, CFGF_NONE);
	cfg_set_error_function(cfg, on_error);
	return cfg;
}

static void
take_values(struct options *o, cfg_t *cfg)
{
	size_t i;
	unsigned k;

	for (i = 0; i < SETTINGS; i++) {
		char *key = key_of(&settings[i]);

		for (k = 0; !settings[i].flag_only && k < cfg_size(cfg, key);
		     k++)
			if (cfg_getnstr(cfg, key, k) != NULL)
				set(o, &settings[i], cfg_getnstr(cfg, key, k));
		free(key);
	}
}

static int
read_config(struct options *o, const char *path)
{
	cfg_opt_t rows[SETTINGS + 1];
	cfg_t *cfg = make_parser(rows);
	struct buf text = BUF_INIT;
	int status = 0;
	size_t i;

	reading = path;
	if (buf_read_file(&text, AT_FDCWD, path, CONFIG_MAX) < 0) {
		status = msg_exit_code(errno);
		msg_warn("read %s", msg_quote(path));
	} else {
		blank_comments(text.data);
		if (cfg_parse_buf(cfg, text.data) == CFG_SUCCESS)
			take_values(o, cfg);
		else
			status = EX_CONFIG;
	}
	cfg_free(cfg);
	buf_release(&text);
	for (i = 0; rows[i].name != NULL; i++)
		free((void *)(uintptr_t)rows[i].name);
	return status;
}

/* The rows of getopt_long; the number of one is its setting's, OPT_OWN more. */
static void
make_rows(struct option rows[SETTINGS + 5])
{
	static const struct option common[] = {OPT_COMMON, {NULL, 0, NULL, 0}};
	size_t i;

	for (i = 0; i < SETTINGS; i++)
		rows[i] = (struct option){settings[i].name,
		    settings[i].kind == FLAG ? no_argument : required_argument,
		    NULL, OPT_OWN + (int)i};
	memcpy(rows + i, common, sizeof common);
}

static const struct setting *
setting_of_letter(int c)
{
	return setting_of(c == 'a' ? "artifacts" : c == 'd' ? "db" : "listen");
}

static void
set_flag(struct options *o, int c, bool *own_listen)
{
	const struct setting *s = c >= OPT_OWN && c < OPT_OWN + SETTINGS
	    ? &settings[c - OPT_OWN]
	    : setting_of_letter(c);

	/* What flags say is instead of what the file says. */
	if (s->kind == LIST && !*own_listen) {
		*own_listen = true;
		strvec_release(&o->listen);
	}
	if (!set(o, s, s->kind == FLAG ? "true" : optarg))
		opt_usage(usage, "--%s %s: %s", s->name, kind_text(s->kind),
		    msg_quote(optarg));
}

static void
set_flags(struct options *o, int argc, char *argv[])
{
	struct option rows[SETTINGS + 5];
	bool own_listen = false;
	int c;

	make_rows(rows);
	optind = 0;
	while ((c = getopt_long(argc, argv, "a:d:hl:v", rows, NULL)) != -1)
		if (c == 'a' || c == 'd' || c == 'l' ||
		    (c >= OPT_OWN && c < OPT_OWN + SETTINGS))
			set_flag(o, c, &own_listen);
		else
			opt_common(c, usage);
	if (argv[optind] != NULL)
		opt_usage(usage, "no operands are taken: %s",
		    msg_quote(argv[optind]));
}

static const char *
what_is_wrong(const struct options *o)
{
	if ((o->token != NULL || o->revoke != NULL) && o->tokens == NULL)
		return "no list of tokens is given: --tokens or PF_TOKENS";
	if (o->token != NULL && o->revoke != NULL)
		return "--token and --revoke exclude each other";
	if (o->token != NULL || o->revoke != NULL)
		return NULL;
	if (o->db == NULL)
		return "no store is given: --db or PF_DB";
	if ((o->cert == NULL) != (o->key == NULL))
		return "--cert and --key go together";
	if (o->header_max < 4096)
		return "--header-max is at least 4K";
	return NULL;
}

int
options_read(struct options *o, int argc, char *argv[], bool again)
{
	const char *why;
	char *config;
	int status = 0;

	set_defaults(o);
	set_flags(o, argc, argv);
	config = o->config;
	o->config = NULL;
	options_release(o);
	set_defaults(o);
	if (config != NULL)
		status = read_config(o, config);
	free(config);
	if (status != 0)
		return status;
	set_environment(o);
	set_flags(o, argc, argv);
	if (o->listen.count == 0)
		strvec_add(&o->listen, "127.0.0.1:8417");
	if (o->artifacts == NULL && o->db != NULL && db_is_file(o->db))
		o->artifacts = mem_printf("%s.artifacts", o->db);
	why = what_is_wrong(o);
	if (why == NULL)
		return 0;
	if (!again)
		opt_usage(usage, "%s", why);
	msg_warnx("%s", why);
	return EX_CONFIG;
}

void
options_release(struct options *o)
{
	size_t i;

	for (i = 0; i < SETTINGS; i++)
		if (settings[i].kind == TEXT) {
			char **place = (char **)((char *)o + settings[i].place);

			free(*place);
			*place = NULL;
		}
	strvec_release(&o->listen);
}

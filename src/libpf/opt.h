/*
 * What every program's options share: -h and --help, --version, --log, -v,
 * and values with units.
 */
#ifndef PF_OPT_H
#define PF_OPT_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Values of the long options that all programs have and that have no letter. */
enum { OPT_VERSION = 0x7f00, OPT_LOG, OPT_OWN };

/* Rows for the long option table of every program. */
#define OPT_COMMON                                        \
	{"help", no_argument, NULL, 'h'},                 \
	    {"log", required_argument, NULL, OPT_LOG},    \
	    {"verbose", no_argument, NULL, 'v'},          \
	{                                                 \
		"version", no_argument, NULL, OPT_VERSION \
	}

/*
 * getopt_long(3), but what is wrong is told by msg_warnx: quoted, and as JSON
 * where that was asked for. The macro has every program use it.
 */
int opt_next(int argc, char *const argv[], const char *letters,
    const struct option *rows, int *index);
#define getopt_long opt_next

/*
 * Handles the options of OPT_COMMON; `usage` is the whole help text. Anything
 * else ends the program with 64 and the first line of `usage` on standard
 * error.
 */
void opt_common(int option, const char *usage);
/* One sentence, the first line of `usage`, and exit 64. */
_Noreturn void opt_usage(const char *usage, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "90", "90s", "5m", "2h", "1d", "1.5s", "250ms" to milliseconds. */
bool opt_duration(const char *text, int64_t *ms);
/* "4096", "64K", "1.5G" (powers of 1024) to bytes. */
bool opt_size(const char *text, uint64_t *bytes);
/* The other way, to three digits: "512M", "1.5G", "17". */
#define OPT_SIZE_TEXT 16
void opt_size_text(uint64_t bytes, char text[OPT_SIZE_TEXT]);
bool opt_count(const char *text, uint64_t *count);
/* "80%" or "0.8" to 0.8; from 0 to 1. */
bool opt_share(const char *text, double *ratio);

/* The same for an option's argument: on failure one sentence and exit 64. */
int64_t opt_need_duration(const char *option, const char *text);
uint64_t opt_need_size(const char *option, const char *text);
uint64_t opt_need_count(const char *option, const char *text);
/*
 * Who `option` says is to be become; exit 77 unless we are root, 64 when there
 * is no such user.
 */
void
opt_need_user(const char *option, const char *name, uid_t *uid, gid_t *gid);

#endif

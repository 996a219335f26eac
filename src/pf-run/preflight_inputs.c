/* What the fuzzer begins with: seeds, dictionary, corpora of others. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "mem.h"
#include "msg.h"
#include "preflight_parts.h"
#include "seeds.h"

/* MAX_FILE in AFL++'s config.h. */
#define AFLPP_SEED_MAX (1 << 20)

static int
read_seeds(const struct job *job, struct seeds *seeds)
{
	int status;

	if (seeds_read(seeds, job->seeds, job->engine == &engine_aflpp) < 0) {
		status = errno == ENOTDIR ? EX_NOINPUT : msg_exit_code(errno);
		msg_warn("seeds %s", msg_quote(job->seeds));
		return status;
	}
	if (seeds->name.count == 0) {
		msg_warnx("seeds %s: no file with something in it%s",
		    msg_quote(job->seeds),
		    seeds->empty > 0 ? ", only empty ones" : "");
		return EX_NOINPUT;
	}
	return 0;
}

static int
check_readable(const struct job *job, const struct seeds *seeds)
{
	size_t i;

	for (i = 0; i < seeds->name.count; i++) {
		char *path =
		    mem_printf("%s/%s", job->seeds, seeds->name.item[i]);
		int status = access(path, R_OK) == 0 ? 0 : msg_exit_code(errno);

		if (status != 0)
			msg_warn("seed %s", msg_quote(path));
		free(path);
		if (status != 0)
			return status;
	}
	return 0;
}

int
preflight_seeds(struct job *job)
{
	struct seeds seeds;
	int status;

	if (job->seeds == NULL && job->engine->needs_seeds) {
		msg_warnx("%s needs seeds: name their directory with -i",
		    job->engine->name);
		return EX_USAGE;
	}
	if (job->seeds == NULL)
		return 0;
	if ((status = preflight_resolve(&job->seeds, "seeds")) != 0)
		return status;
	status = read_seeds(job, &seeds);
	if (status == 0)
		status = check_readable(job, &seeds);
	if (status == 0 && job->engine == &engine_aflpp &&
	    seeds.largest_bytes > AFLPP_SEED_MAX)
		msg_info("seed %s: %llu bytes; AFL++ reads the first %d",
		    msg_quote(seeds.largest),
		    (unsigned long long)seeds.largest_bytes, AFLPP_SEED_MAX);
	seeds_release(&seeds);
	return status;
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	    (c >= 'A' && c <= 'F');
}

/* What is between the quotes; NULL when it is well, else what is not. */
static const char *
wrong_word(const char *at, const char *end)
{
	if (at == end)
		return "a word with nothing in it";
	for (; at < end; at++) {
		if ((unsigned char)*at < ' ' || (unsigned char)*at > '~')
			return "a byte that is not written as \\xNN";
		if (*at == '"')
			return "a quote without a backslash";
		if (*at != '\\')
			continue;
		if (end - at >= 2 && (at[1] == '\\' || at[1] == '"'))
			at++;
		else if (end - at >= 4 && at[1] == 'x' && is_hex(at[2]) &&
		    is_hex(at[3]))
			at += 3;
		else
			return "a backslash before anything but \\, \" or xNN";
	}
	return NULL;
}

/*
 * A line without its newline, as both load_extras_file in afl-fuzz-extras.c
 * and ParseOneDictionaryEntry in FuzzerUtil.cpp want it: name="word". NULL
 * when it is well. *has_word is set when it holds one.
 */
static const char *
wrong_line(const char *line, const char *end, bool *has_word)
{
	const char *quote;

	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	while (end > line &&
	    (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	if (line == end || *line == '#')
		return NULL;
	quote = memchr(line, '"', (size_t)(end - line));
	if (quote == NULL || quote == end - 1 || end[-1] != '"')
		return "not name=\"word\"";
	*has_word = true;
	return wrong_word(quote + 1, end - 1);
}

/* NULL when all lines are well, else what is not, which the caller frees. */
static char *
wrong_words(const struct buf *text)
{
	const char *line = text->data, *end = line + text->len, *stop, *wrong;
	bool has_word = false;
	unsigned number = 0;

	for (; line < end; line = stop + (stop < end)) {
		stop = memchr(line, '\n', (size_t)(end - line));
		if (stop == NULL)
			stop = end;
		number++;
		wrong = wrong_line(line, stop, &has_word);
		if (wrong != NULL)
			return mem_printf("line %u: %s", number, wrong);
	}
	return has_word ? NULL : mem_dup("no word in it");
}

int
preflight_dictionary_flaw(const char *path, char **flaw)
{
	struct buf text = BUF_INIT;
	int status = 0;

	*flaw = NULL;
	if (buf_read_file(&text, AT_FDCWD, path, 64 << 20) < 0) {
		status = msg_exit_code(errno);
		*flaw = mem_dup(strerror(errno));
	} else {
		*flaw = wrong_words(&text);
		if (*flaw != NULL)
			status = EX_DATAERR;
	}
	buf_release(&text);
	return status;
}

int
preflight_dictionary(struct job *job)
{
	struct stat st;
	char *flaw;
	int status;

	if (job->dictionary == NULL)
		return 0;
	if ((status = preflight_resolve(&job->dictionary, "dictionary")) != 0)
		return status;
	/* AFL++ also takes a directory with a file a word. */
	if (job->engine == &engine_aflpp && stat(job->dictionary, &st) == 0 &&
	    S_ISDIR(st.st_mode))
		return 0;
	status = preflight_dictionary_flaw(job->dictionary, &flaw);
	if (status != 0)
		msg_warnx(
		    "dictionary %s: %s", msg_quote(job->dictionary), flaw);
	free(flaw);
	return status;
}

int
preflight_foreign(struct job *job)
{
	struct stat st;
	size_t i;
	int status;

	for (i = 0; i < job->foreign.count; i++) {
		char **path = &job->foreign.item[i];

		if ((status = preflight_resolve(path, "--foreign")) != 0)
			return status;
		if (stat(*path, &st) == 0 && !S_ISDIR(st.st_mode)) {
			msg_warnx(
			    "--foreign %s: not a directory", msg_quote(*path));
			return EX_NOINPUT;
		}
		if (access(*path, R_OK | X_OK) < 0) {
			status = msg_exit_code(errno);
			msg_warn("--foreign %s", msg_quote(*path));
			return status;
		}
	}
	return 0;
}

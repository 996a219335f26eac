/* What afl-fuzz prints, and what it means for how it ended. */
#include <sys/wait.h>

#include "aflpp.h"
#include "aflpp_stats.h"
#include "mem.h"

struct engine_log {
	/* Of PROGRAM ABORT or of SYSTEM ERROR, and of its OS message; owned. */
	char *abort_text;
	bool usage;       /* it told its options instead of starting */
	bool resuming;    /* an earlier process's queue is to go on */
	char *last_stats; /* the text that was last told; owned */
};

struct engine_log *
aflpp_log_new(void)
{
	return mem_calloc(1, sizeof(struct engine_log));
}

void
aflpp_log_free(struct engine_log *log)
{
	free(log->abort_text);
	free(log->last_stats);
	free(log);
}

/* The index behind the terminal's sequence that begins at text[i]. */
static size_t
skip_sequence(const char *text, size_t len, size_t i)
{
	if (++i < len && text[i] == '[') {
		/* ECMA-48: a control sequence ends with 0x40 to 0x7e. */
		for (i++; i < len && (text[i] < '@' || text[i] > '~'); i++)
			;
		return i + 1;
	}
	return i + 2; /* ESC ) B: a character set */
}

/* Without the terminal's sequences and cut to a length for a message. */
static char *
plain(const char *text, size_t len)
{
	struct buf b = BUF_INIT;
	size_t i = 0;

	while (i < len && b.len < 300) {
		if (text[i] == '\x1b') {
			i = skip_sequence(text, len, i);
			continue;
		}
		if ((unsigned char)text[i] >= ' ')
			buf_add_char(&b, text[i]);
		i++;
	}
	while (b.len > 0 && b.data[b.len - 1] == ' ')
		buf_truncate(&b, b.len - 1);
	return buf_take(&b);
}

/* What stands behind `mark` in `line`; NULL when it is not there. */
static const char *
after(const char *line, const char *mark)
{
	const char *found = strstr(line, mark);

	if (found == NULL)
		return NULL;
	found += strlen(mark);
	return found + strspn(found, " :");
}

static void
keep_abort(struct engine_log *log, const char *text)
{
	const char *words = after(text, "PROGRAM ABORT"), *os;
	char *whole;

	if (words == NULL)
		words = after(text, "SYSTEM ERROR");
	if (words != NULL) {
		free(log->abort_text);
		log->abort_text = mem_dup(words);
	} else if (log->abort_text != NULL &&
	    (os = after(text, "OS message")) != NULL) {
		whole = mem_printf("%s: %s", log->abort_text, os);
		free(log->abort_text);
		log->abort_text = whole;
	}
}

static bool
has(const char *line, size_t len, const char *text)
{
	return memmem(line, len, text, strlen(text)) != NULL;
}

void
aflpp_log_line(struct engine_log *log, const char *line, size_t len)
{
	char *text;

	if (has(line, len, "will attempt session resume"))
		log->resuming = true;
	if (has(line, len, "Required parameters:"))
		log->usage = true;
	if (!has(line, len, "PROGRAM ABORT") &&
	    !has(line, len, "SYSTEM ERROR") && !has(line, len, "OS message"))
		return;
	text = plain(line, len);
	keep_abort(log, text);
	free(text);
}

bool
aflpp_log_stats(
    struct engine_log *log, int job_fd, const char *name, struct stats *s)
{
	char *path = mem_printf("out/%s/fuzzer_stats", name);
	struct buf text = BUF_INIT;
	bool fresh = false;

	/* Up to 4.08c it is rewritten in place, so it may be seen half: what
	 * is torn now is whole at the next look. */
	if (buf_read_file(&text, job_fd, path, 1 << 20) == 0 &&
	    (log->last_stats == NULL ||
		strcmp(log->last_stats, text.data) != 0) &&
	    aflpp_stats_parse(text.data, text.len, s, NULL) == NULL) {
		free(log->last_stats);
		log->last_stats = buf_take(&text);
		fresh = true;
	}
	buf_release(&text);
	free(path);
	return fresh;
}

/*
 * Texts of PROGRAM ABORT and SYSTEM ERROR (2.68c to 4.22a), and what they mean
 * for the next start; the first that matches counts. What is not here may go
 * better: "Unable to communicate with fork server", "Unable to request new
 * process from fork server (OOM?)", "Fork server crashed with signal 9".
 */
static const struct {
	const char *text;
	enum engine_end end;
	bool resume; /* only while resuming */
} ends[] = {
    /* A queue that was good before it: 4.22a says so without cause, and two
     * starts within a second leave a directory that the next one mends. */
    {"We need at least one valid input seed", ENGINE_DOUBTFUL, true},
    {"No usable test cases", ENGINE_DOUBTFUL, true},
    {"Output directory cleanup failed", ENGINE_DOUBTFUL, false},
    {"_resume directory cleanup failed", ENGINE_DOUBTFUL, false},
    {"not found or not executable", ENGINE_MISUSED, false},
    {"is a shell script", ENGINE_MISUSED, false},
    {"not an ELF binary", ENGINE_MISUSED, false},
    {"No instrumentation detected", ENGINE_MISUSED, false},
    {"No usable test cases", ENGINE_MISUSED, false},
    {"We need at least one valid input seed", ENGINE_MISUSED, false},
    {"results in a timeout", ENGINE_MISUSED, false},
    {"results in a crash", ENGINE_MISUSED, false},
    {"AFL_EXIT_ON_SEED_ISSUES is set", ENGINE_MISUSED, false},
    {"At-risk data found", ENGINE_MISUSED, false},
    {"is in use", ENGINE_MISUSED, false},
    {"Pipe at the beginning of", ENGINE_MISUSED, false},
    {"Suboptimal CPU scaling governor", ENGINE_MISUSED, false},
    {"_OPTIONS set without", ENGINE_MISUSED, false},
    /* The target's own, unless the machine is out of memory or breath. */
    {"Fork server crashed with signal 9", ENGINE_BROKE, false},
    {"Fork server crashed with signal", ENGINE_DOUBTFUL, false},
    {"Fork server handshake failed", ENGINE_DOUBTFUL, false},
    {"Timeout while initializing fork server", ENGINE_DOUBTFUL, false},
    {"Unknown -p power schedule", ENGINE_MISUSED, false},
    {"Option -F can only", ENGINE_MISUSED, false},
    {"Unrecognized", ENGINE_MISUSED, false},
};

/*
 * A directory or a dictionary that is not there now will not be there later;
 * an interrupted call or a lack of memory is another matter.
 */
static enum engine_end
system_error(const char *text)
{
	static const char *const lasting[] = {"No such file or directory",
	    "Permission denied", "Not a directory", "Read-only file system"};
	size_t i;

	for (i = 0; i < sizeof lasting / sizeof lasting[0]; i++)
		if (strstr(text, lasting[i]) != NULL)
			return ENGINE_MISUSED;
	return ENGINE_BROKE;
}

static enum engine_end
end_of(const struct engine_log *log, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (strstr(text, ends[i].text) != NULL &&
		    (!ends[i].resume || log->resuming))
			return ends[i].end;
	return strstr(text, "Unable to open") != NULL ? system_error(text)
						      : ENGINE_BROKE;
}

enum engine_end
aflpp_log_ended(const struct engine_log *log, int wait_status, int64_t lived_ms,
    const char **reason)
{
	(void)lived_ms;
	*reason = log->abort_text;
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
		return ENGINE_DONE;
	if (!WIFEXITED(wait_status))
		return ENGINE_BROKE;
	if (log->abort_text != NULL)
		return end_of(log, log->abort_text);
	if (!log->usage)
		return ENGINE_BROKE;
	*reason = "afl-fuzz does not know an option that it was given";
	return ENGINE_MISUSED;
}

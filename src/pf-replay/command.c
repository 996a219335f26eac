#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "mem.h"
#include "program.h"

/* What each runtime is told: where the caller may differ, and where not. */
static const struct {
	const char *name, *before, *after;
} sanitizers[] = {
    {"ASAN_OPTIONS",
	"detect_leaks=1:allocator_may_return_null=0:malloc_context_size=30",
	"symbolize=1:abort_on_error=0:handle_abort=1:handle_segv=1:"
	"handle_sigbus=1:handle_sigfpe=1:handle_sigill=1:log_path=stderr"},
    {"UBSAN_OPTIONS", "",
	"print_stacktrace=1:halt_on_error=1:symbolize=1:abort_on_error=0:"
	"handle_abort=1:log_path=stderr"},
    {"MSAN_OPTIONS", "",
	"symbolize=1:abort_on_error=0:handle_abort=1:handle_segv=1:"
	"handle_sigbus=1:handle_sigfpe=1:handle_sigill=1:log_path=stderr"},
    {"TSAN_OPTIONS", "",
	"symbolize=1:abort_on_error=0:halt_on_error=1:"
	"second_deadlock_stack=1:handle_abort=1:log_path=stderr"},
    {"LSAN_OPTIONS", "", "symbolize=1:handle_abort=1:log_path=stderr"},
    {"HWASAN_OPTIONS", "",
	"symbolize=1:abort_on_error=0:halt_on_error=1:handle_abort=1:"
	"handle_segv=1:handle_sigbus=1:handle_sigfpe=1:handle_sigill=1:"
	"log_path=stderr"},
};

/* AFL++ 4.04, set_sanitizer_defaults in afl-common.c. */
static const char aflpp_defaults[] =
    "detect_leaks=0:allocator_may_return_null=1:malloc_context_size=30";

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *const command_sanitizer_names[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS",
    "MSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "HWASAN_OPTIONS", NULL};

static const char *const style_names[] = {[STYLE_AUTO] = "auto",
    [STYLE_ARGUMENT] = "argument",
    [STYLE_STDIN] = "stdin",
    [STYLE_LIBFUZZER] = "libfuzzer"};

bool
style_named(const char *name, enum style *style)
{
	for (size_t i = 0; i < COUNT(style_names); i++)
		if (strcmp(style_names[i], name) == 0) {
			*style = (enum style)i;
			return true;
		}
	return false;
}

static bool
contains(const char *file, const char *words)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool found = false;
	void *map;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && st.st_size > 0) {
		map = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map != MAP_FAILED) {
			found = memmem(map, (size_t)st.st_size, words,
				    strlen(words)) != NULL;
			munmap(map, (size_t)st.st_size);
		}
	}
	close(fd);
	return found;
}

enum style
style_recognize(const char *file)
{
	static char *last;
	static enum style answer;

	if (last != NULL && strcmp(last, file) == 0)
		return answer;
	free(last);
	last = mem_dup(file);
	answer = contains(file, "libFuzzer: deadly signal") ? STYLE_LIBFUZZER
							    : STYLE_STDIN;
	return answer;
}

/* The word with each @@ replaced; true when there was one. */
static bool
add_word(struct strvec *argv, const char *word, const char *input)
{
	struct buf text = BUF_INIT;
	const char *at = strstr(word, "@@");
	bool placed = at != NULL;

	if (!placed) {
		strvec_add(argv, word);
		return false;
	}
	for (; at != NULL; word = at + 2, at = strstr(word, "@@")) {
		buf_add(&text, word, (size_t)(at - word));
		buf_add_str(&text, input);
	}
	buf_add_str(&text, word);
	strvec_add(argv, text.data);
	buf_release(&text);
	return true;
}

static bool
limits_memory(char *const command[])
{
	for (; *command != NULL; command++)
		if (strncmp(*command, "-rss_limit_mb=", 14) == 0)
			return true;
	return false;
}

bool
command_words(struct strvec *argv, const char *file, char *const command[],
    const char *input, enum style style, uint64_t memory_bytes)
{
	bool placed = false;

	strvec_add(argv, file);
	for (size_t i = 1; command[i] != NULL; i++)
		placed |= add_word(argv, command[i], input);
	if (style == STYLE_LIBFUZZER && memory_bytes > 0 &&
	    !limits_memory(command))
		strvec_addf(argv, "-rss_limit_mb=%llu",
		    (unsigned long long)((memory_bytes + 1048575) >> 20));
	if (placed)
		return false;
	if (style == STYLE_STDIN)
		return true;
	strvec_add(argv, input);
	return false;
}

void
command_sanitizers(struct strvec *env, bool as_aflpp, const char *symbolizer)
{
	for (size_t i = 0; i < COUNT(sanitizers); i++) {
		const char *own = strvec_env_get(env, sanitizers[i].name);
		const char *before = sanitizers[i].before;
		struct buf all = BUF_INIT;

		if (as_aflpp && i == 0)
			before = aflpp_defaults;
		if (before[0] != '\0')
			buf_addf(&all, "%s:", before);
		if (own != NULL && own[0] != '\0')
			buf_addf(&all, "%s:", own);
		buf_add_str(&all, sanitizers[i].after);
		if (symbolizer != NULL)
			buf_addf(
			    &all, ":external_symbolizer_path=%s", symbolizer);
		strvec_env_set(env, sanitizers[i].name, all.data);
		buf_release(&all);
	}
	/* Without it a panic has no backtrace. */
	if (strvec_env_get(env, "RUST_BACKTRACE") == NULL)
		strvec_env_set(env, "RUST_BACKTRACE", "1");
}

void
command_unwind(struct strvec *env)
{
	static const char *const names[] = {"ASAN_OPTIONS", "LSAN_OPTIONS"};

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *value = strvec_env_get(env, names[i]);
		char *with = mem_printf("%s%sfast_unwind_on_malloc=0",
		    value != NULL ? value : "", value != NULL ? ":" : "");

		strvec_env_set(env, names[i], with);
		free(with);
	}
}

void
command_gdb(struct strvec *out, const char *gdb, char *const argv[])
{
	static const char *const words[] = {"-nx", "-batch", "-ex",
	    "set confirm off", "-ex", "set width 0", "-ex",
	    "set print frame-arguments none", "-ex",
	    "set debuginfod enabled off", "-ex", "set startup-with-shell off",
	    "-ex", "run", "-ex", "bt 256", "-ex",
	    "p $_siginfo._sifields._sigfault.si_addr", "-ex",
	    "p $_siginfo.si_code", "-ex", "info registers", "-ex", "x/i $pc",
	    "--args"};

	strvec_add(out, gdb);
	for (size_t i = 0; i < COUNT(words); i++)
		strvec_add(out, words[i]);
	strvec_add_all(out, argv);
}

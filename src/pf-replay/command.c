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
	"log_path=stderr"},
    {"MSAN_OPTIONS", "",
	"symbolize=1:abort_on_error=0:handle_abort=1:handle_segv=1:"
	"handle_sigbus=1:handle_sigfpe=1:handle_sigill=1:log_path=stderr"},
    {"TSAN_OPTIONS", "",
	"symbolize=1:abort_on_error=0:halt_on_error=1:"
	"second_deadlock_stack=1:log_path=stderr"},
    {"LSAN_OPTIONS", "", "symbolize=1:log_path=stderr"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *const command_sanitizer_names[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS",
    "MSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", NULL};

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

bool
command_is_libfuzzer(const char *file)
{
	static char *last;
	static bool answer;

	if (last != NULL && strcmp(last, file) == 0)
		return answer;
	free(last);
	last = mem_dup(file);
	answer = contains(file, "ERROR: libFuzzer: deadly signal");
	return answer;
}

bool
command_words(struct strvec *argv, char *const command[], const char *input,
    bool is_libfuzzer)
{
	bool placed = false;

	for (; *command != NULL; command++) {
		struct buf word = BUF_INIT;
		const char *rest = *command, *at;

		while ((at = strstr(rest, "@@")) != NULL) {
			buf_add(&word, rest, (size_t)(at - rest));
			buf_add_str(&word, input);
			rest = at + 2;
			placed = true;
		}
		buf_add_str(&word, rest);
		strvec_add(argv, word.data);
		buf_release(&word);
	}
	if (!placed && is_libfuzzer) {
		strvec_add(argv, input);
		placed = true;
	}
	return !placed;
}

void
command_sanitizers(struct strvec *env, const char *symbolizer)
{
	for (size_t i = 0; i < COUNT(sanitizers); i++) {
		const char *own = strvec_env_get(env, sanitizers[i].name);
		struct buf all = BUF_INIT;

		if (sanitizers[i].before[0] != '\0')
			buf_addf(&all, "%s:", sanitizers[i].before);
		if (own != NULL && own[0] != '\0')
			buf_addf(&all, "%s:", own);
		buf_add_str(&all, sanitizers[i].after);
		if (symbolizer != NULL)
			buf_addf(
			    &all, ":external_symbolizer_path=%s", symbolizer);
		strvec_env_set(env, sanitizers[i].name, all.data);
		buf_release(&all);
	}
}

char *
command_symbolizer(void)
{
	char *path = program_find("llvm-symbolizer");

	for (int version = 30; path == NULL && version >= 9; version--) {
		char name[32];

		snprintf(name, sizeof name, "llvm-symbolizer-%d", version);
		path = program_find(name);
	}
	return path;
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
	    "info registers rip", "-ex", "x/i $pc", "--args"};

	strvec_add(out, gdb);
	for (size_t i = 0; i < COUNT(words); i++)
		strvec_add(out, words[i]);
	strvec_add_all(out, argv);
}

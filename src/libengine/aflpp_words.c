/*
 * What the installed afl-fuzz knows. Its versions differ in their options and
 * in the names of their variables, and a name that one does not know costs a
 * warning and two seconds; so it is asked: its file holds its help and each
 * name as text.
 */
#include "aflpp.h"
#include "program.h"

/* Help text as of 4.04c; 3.10c to 4.3x word these beginnings the same. */
static const struct {
	const char *text;
	bool is_option;
} rows[AFLPP_WORDS] = {
    [AFLPP_FOREIGN] = {"  -F path", true},
    [AFLPP_CMPLOG] = {"  -c program", true},
    [AFLPP_CMPLOG_LEVEL] = {"T=transformational solving", true},
    [AFLPP_SEQUENTIAL] = {"  -Z ", true},
    [AFLPP_MOPT] = {"  -L minutes", true},
    [AFLPP_INIT_TIMEOUT] = {"AFL_FORKSRV_INIT_TMOUT", false},
    [AFLPP_NO_FASTRESUME] = {"AFL_NO_FASTRESUME", false},
};

unsigned
aflpp_words(const char *path)
{
	bool is_script = engine_file_has(path,
			     "\x7f"
			     "ELF") == 0;
	unsigned words = 0, i;

	for (i = 0; i < AFLPP_WORDS; i++)
		if (is_script ? rows[i].is_option
			      : engine_file_has(path, rows[i].text) == 1)
			words |= 1U << i;
	return words;
}

unsigned
aflpp_installed_words(void)
{
	static bool looked;
	static unsigned words;
	char *path;

	if (!looked) {
		looked = true;
		path = program_find("afl-fuzz");
		words = path == NULL ? 0 : aflpp_words(path);
		free(path);
	}
	return words;
}

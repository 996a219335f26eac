/*
 * --gdb: a command file for gdb that runs a group's example up to its crash.
 *
 * gdb reads a command file line by line, and a line that ends in a backslash
 * goes on in the next; arguments and the environment go through the shell that
 * gdb starts the program with. So every word is a shell word that has neither
 * a newline nor a backslash at its end, and what cannot be said so is refused.
 */
#include <string.h>

#include "dedup.h"
#include "html.h"
#include "msg.h"
#include "out.h"

/* gdb has to see the abort, and LeakSanitizer cannot run below it. */
#define OPTIONS "abort_on_error=1"
static const struct {
	const char *name, *value;
} options[] = {
    {"ASAN_OPTIONS", OPTIONS ":detect_leaks=0"},
    {"MSAN_OPTIONS", OPTIONS},
    {"TSAN_OPTIONS", OPTIONS},
    {"UBSAN_OPTIONS", OPTIONS ":print_stacktrace=1"},
};

static bool
is_plain(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
			return false;
	return true;
}

/*
 * A word for any sh(1). Where it has control bytes printf(1) makes them; a
 * newline at the end would be lost, a NUL cannot be said at all.
 */
static bool
add_word(struct buf *out, const struct buf *word)
{
	bool plain = is_plain(word->data, word->len);

	if (memchr(word->data, '\0', word->len) != NULL ||
	    (word->len > 0 && word->data[word->len - 1] == '\n'))
		return false;
	buf_add_str(out, plain ? "'" : "\"$(printf '");
	for (size_t i = 0; i < word->len; i++) {
		unsigned char c = (unsigned char)word->data[i];

		/* A dash in front would begin an option of printf. */
		if (!plain &&
		    (c < 0x20 || c > 0x7e || strchr("'\\%", c) != NULL ||
			(i == 0 && c == '-')))
			buf_addf(out, "\\%03o", c);
		else if (c == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, (char)c);
	}
	buf_add_str(out, plain ? "'" : "')\"");
	return true;
}

/*
 * The program's name, quoted for gdb itself. gdb quotes it for the shell, but
 * knows not all characters that need it (nat/fork-inferior.c in gdb 13).
 */
static bool
add_file(struct buf *out, const struct buf *name)
{
	if (name->len == 0 || !is_plain(name->data, name->len) ||
	    strpbrk(name->data, "`\\|*?[]{}#~^") != NULL)
		return false;
	buf_add_str(out, "file \"");
	for (size_t i = 0; i < name->len; i++) {
		if (name->data[i] == '"')
			buf_add_char(out, '\\');
		buf_add_char(out, name->data[i]);
	}
	buf_add_str(out, "\"\n");
	return true;
}

static const char *
sanitizer_options(const char *name)
{
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (strcmp(options[i].name, name) == 0)
			return options[i].value;
	return NULL;
}

static bool
add_variable(
    struct buf *out, const char *name, const char *value, const char *more)
{
	struct buf word = BUF_INIT;
	bool ok;

	emit_decode(&word, name, strlen(name));
	buf_add_char(&word, '=');
	emit_decode(&word, value, strlen(value));
	if (more != NULL)
		buf_addf(&word, "%s%s", *value != '\0' ? ":" : "", more);
	buf_add_char(out, ' ');
	ok = add_word(out, &word);
	buf_release(&word);
	return ok;
}

static bool
add_environment(struct buf *out, const json_t *env)
{
	const char *name;
	json_t *value;
	bool ok = true;

	buf_add_str(out, "set exec-wrapper env --");
	json_object_foreach((json_t *)(uintptr_t)env, name, value)
	{
		if (json_is_string(value))
			ok = ok &&
			    add_variable(out, name, json_string_value(value),
				sanitizer_options(name));
	}
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (json_object_get(env, options[i].name) == NULL)
			ok = ok &&
			    add_variable(
				out, options[i].name, "", options[i].value);
	buf_add_char(out, '\n');
	return ok;
}

/* The input takes the place of "@@" or "___FILE___", if it has one here. */
static bool
fill(struct buf *word, const char *text, const struct buf *input)
{
	const char *at = strstr(text, "@@");
	size_t len = strlen("@@");

	if (at == NULL) {
		at = strstr(text, "___FILE___");
		len = strlen("___FILE___");
	}
	if (at == NULL) {
		emit_decode(word, text, strlen(text));
		return word->len >= input->len && input->len > 0 &&
		    memcmp(word->data + word->len - input->len, input->data,
			input->len) == 0;
	}
	emit_decode(word, text, (size_t)(at - text));
	buf_add(word, input->data, input->len);
	emit_decode(word, at + len, strlen(at + len));
	return true;
}

static bool
add_arguments(struct buf *out, const json_t *example, const json_t *command)
{
	const char *path = example_input(example);
	const char *fuzzer = event_text(example, "fuzzer");
	struct buf word = BUF_INIT, input = BUF_INIT;
	bool ok = true, placed = false;

	emit_decode(&input, path, strlen(path));
	buf_add_str(out, "set args");
	for (size_t i = 1; i < json_array_size(command); i++) {
		const char *text =
		    json_string_value(json_array_get(command, i));

		buf_clear(&word);
		if (text != NULL && fill(&word, text, &input))
			placed = true;
		buf_add_char(out, ' ');
		ok = ok && add_word(out, &word);
	}
	if (!placed) {
		buf_add_str(out,
		    fuzzer != NULL && strcmp(fuzzer, "libfuzzer") == 0 ? " "
								       : " < ");
		ok = ok && add_word(out, &input);
	}
	buf_add_char(out, '\n');
	buf_release(&word);
	buf_release(&input);
	return ok;
}

/* A name that gdb's explicit locations take between quotes. */
static bool
is_file_name(const char *name)
{
	return *name != '\0' && is_plain(name, strlen(name)) &&
	    strpbrk(name, "\"'\\") == NULL;
}

/* Counted, not stopped at: it may be passed many times before the crash. */
static void
add_breakpoint(struct buf *out, const json_t *example, const char *site)
{
	const json_t *frame = site_frame(example, site);
	const char *file = event_text(frame, "file"), *slash;
	json_int_t line = json_integer_value(json_object_get(frame, "line"));

	if (file != NULL && (slash = strrchr(file, '/')) != NULL)
		file = slash + 1;
	if (file == NULL || line < 1 || !is_file_name(file)) {
		buf_add_str(out, "# The site has no line to break at.\n");
		return;
	}
	buf_addf(out,
	    "# Counts how often the site is passed. To stop at the last time "
	    "before the\n# crash: ignore 1 N-1, with the N that is told at the "
	    "end, and run again.\n"
	    "set breakpoint pending on\n"
	    "break -source \"%s\" -line %lld\n"
	    "ignore 1 1000000000\n",
	    file, line);
}

static void
add_head(struct buf *out, const struct groups *groups, const struct group *g)
{
	const char *kind = group_kind(groups, g);

	buf_add_str(out, "# gdb -x THIS-FILE\n# group ");
	plain_line(out, group_name(g));
	buf_add_str(out, ": ");
	plain_line(out, kind != NULL ? kind : "crash");
	buf_add_str(out, " in ");
	plain_line(out, group_site(g));
	/* Not the end of a line that a backslash might stand at. */
	buf_addf(out,
	    " (%s)\n"
	    "set pagination off\nset confirm off\nset width 0\n"
	    "set startup-with-shell on\n",
	    severity_name((enum rating)g->rating));
}

static bool
add_program(struct buf *out, const json_t *command)
{
	const char *text = json_string_value(json_array_get(command, 0));
	struct buf name = BUF_INIT;
	bool ok;

	if (text != NULL)
		emit_decode(&name, text, strlen(text));
	ok = add_file(out, &name);
	buf_release(&name);
	return ok;
}

int
gdb_print(struct dedup *d)
{
	size_t index = output_need_group(d, d->selected);
	const struct group *g = groups_at(&d->groups, index);
	const json_t *example = details_of(&d->details, index)->example;
	const json_t *data = json_object_get(example, "data");
	const json_t *command = json_object_get(data, "command");
	struct buf out = BUF_INIT;
	int status = 0;

	add_head(&out, &d->groups, g);
	if (json_array_size(command) == 0) {
		msg_warnx("group %s: none of its crashes tells its command",
		    msg_quote(group_name(g)));
		status = 65;
	} else if (!add_program(&out, command) ||
	    !add_environment(&out, json_object_get(data, "env")) ||
	    !add_arguments(&out, example, command)) {
		msg_warnx("group %s: a word of its command cannot be told to "
			  "gdb",
		    msg_quote(group_name(g)));
		status = 65;
	} else {
		add_breakpoint(&out, example, group_site(g));
		buf_add_str(&out, "run\nbt\ninfo breakpoints\n");
		out_add(out.data, out.len);
	}
	buf_release(&out);
	return status;
}

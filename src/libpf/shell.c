/* Shell words: quoted where needed, and never more than data. */
#include "shell.h"

#include <jansson.h>

#include "emit.h"

static bool
is_safe(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || strchr("_@%+:,./-", c) != NULL;
}

/* Bytes that a page or a terminal does not show need $'…'. */
static bool
needs_escapes(const char *bytes, size_t n)
{
	size_t i, length;

	for (i = 0; i < n; i += length) {
		length =
		    emit_utf8_length((const unsigned char *)bytes + i, n - i);
		if (length != 1 || (unsigned char)bytes[i] < 0x20 ||
		    bytes[i] == 0x7f)
			return true;
	}
	return false;
}

static void
add_escaped(struct buf *out, const char *bytes, size_t n)
{
	size_t i;

	buf_add_str(out, "$'");
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		/* Octal: exactly three digits, so none of what follows can be
		 * taken for one more. */
		if (c < 0x20 || c > 0x7e)
			buf_addf(out, "\\%03o", c);
		else if (c == '\'' || c == '\\')
			buf_addf(out, "\\%c", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add_char(out, '\'');
}

void
shell_word(struct buf *out, const char *bytes, size_t n)
{
	size_t i, safe = 0;

	while (safe < n && bytes[safe] != '\0' &&
	    is_safe((unsigned char)bytes[safe]))
		safe++;
	if (safe == n && n > 0) {
		buf_add(out, bytes, n);
		return;
	}
	if (needs_escapes(bytes, n)) {
		add_escaped(out, bytes, n);
		return;
	}
	buf_add_char(out, '\'');
	for (i = 0; i < n; i++)
		if (bytes[i] == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, bytes[i]);
	buf_add_char(out, '\'');
}

/* A variable that a shell can set before a command. */
static bool
is_name(const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++)
		if (!(name[i] == '_' || (name[i] >= 'A' && name[i] <= 'Z') ||
			(name[i] >= 'a' && name[i] <= 'z') ||
			(i > 0 && name[i] >= '0' && name[i] <= '9')))
			return false;
	return i > 0;
}

static void
add_decoded(struct buf *out, const char *text)
{
	struct buf bytes = BUF_INIT;

	emit_decode(&bytes, text, strlen(text));
	shell_word(out, bytes.data, bytes.len);
	buf_release(&bytes);
}

static void
add_environment(struct buf *out, const json_t *env)
{
	struct buf bytes = BUF_INIT;
	const char *name;
	json_t *value;
	bool needs_env = false;

	json_object_foreach((json_t *)(uintptr_t)env, name, value) needs_env =
	    needs_env || !is_name(name);
	if (needs_env)
		buf_add_str(out, "env -- ");
	json_object_foreach((json_t *)(uintptr_t)env, name, value)
	{
		if (!json_is_string(value))
			continue;
		buf_clear(&bytes);
		if (needs_env)
			emit_decode(&bytes, name, strlen(name));
		else
			buf_addf(out, "%s=", name);
		if (needs_env)
			buf_add_char(&bytes, '=');
		emit_decode(&bytes, json_string_value(value),
		    json_string_length(value));
		shell_word(out, bytes.data, bytes.len);
		buf_add_char(out, ' ');
	}
	buf_release(&bytes);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return m > 0 && n >= m && strcmp(text + n - m, end) == 0;
}

/* Puts the input where @@ or ___FILE___ stands; true when one did. */
static bool
add_argument(struct buf *out, const char *word, const char *input)
{
	static const char *const places[] = {"@@", "___FILE___"};
	struct buf filled = BUF_INIT;
	const char *at = NULL;
	size_t i;

	for (i = 0; i < sizeof places / sizeof places[0]; i++) {
		at = strstr(word, places[i]);
		if (at == NULL)
			continue;
		buf_add(&filled, word, (size_t)(at - word));
		buf_add_str(&filled, input);
		buf_add_str(&filled, at + strlen(places[i]));
		add_decoded(out, filled.data);
		buf_release(&filled);
		return true;
	}
	add_decoded(out, word);
	return false;
}

static void
add_command(struct buf *out, const json_t *command, const char *input,
    const char *fuzzer)
{
	const char *word;
	bool placed = false;
	size_t i;

	for (i = 0; i < json_array_size(command); i++) {
		word = json_string_value(json_array_get(command, i));
		if (word == NULL)
			continue;
		if (i > 0)
			buf_add_char(out, ' ');
		if (add_argument(out, word, input) || ends_with(word, input))
			placed = true;
	}
	if (placed)
		return;
	buf_add_str(out,
	    fuzzer != NULL && strcmp(fuzzer, "libfuzzer") == 0 ? " " : " < ");
	add_decoded(out, input);
}

bool
shell_reproduce(struct buf *out, const json_t *command, const json_t *env,
    const char *input, const char *fuzzer)
{
	if (json_array_size(command) == 0)
		return false;
	add_environment(out, env);
	add_command(out, command, input, fuzzer);
	return true;
}

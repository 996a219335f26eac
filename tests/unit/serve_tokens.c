/* The list of tokens: what is read of it, and what is none. */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "pf-serve/tokens.h"

/* SHA-256 of "secret". */
#define SECRET                                                        \
	"sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25f" \
	"e97bf527a25b"

static char path[] = "/tmp/pf-tokens-XXXXXX";

static void
write_list(const char *text, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* The exit status, and who "secret" is. */
static int
look_up(const char *text, size_t len, struct caller *caller)
{
	struct tokens *t;
	int status;

	write_list(text, len, 0600);
	t = tokens_read(path, &status);
	assert_int_equal(t == NULL, status != 0);
	if (t != NULL)
		tokens_find(t, "secret", caller);
	tokens_free(t);
	return status;
}

static void
a_token_is_somebody(void **state)
{
	static const char list[] = "# who\n\n  node\tn1\t" SECRET "\r\n";
	static const char both[] = "node,reader n1 " SECRET;
	static const char admin[] = "admin anna " SECRET "\n";
	struct caller caller;

	(void)state;
	assert_int_equal(look_up(list, sizeof list - 1, &caller), 0);
	assert_int_equal(caller.roles, ROLE_NODE);
	assert_string_equal(caller.node, "n1");
	assert_int_equal(look_up(both, sizeof both - 1, &caller), 0);
	assert_int_equal(caller.roles, ROLE_NODE | ROLE_READER);
	assert_int_equal(look_up(admin, sizeof admin - 1, &caller), 0);
	assert_int_equal(caller.roles, ROLE_ADMIN);
	assert_string_equal(caller.node, "");
	assert_int_equal(look_up("", 0, &caller), 0);
	assert_false(caller.known);
	assert_int_equal(caller.roles, 0);
}

static void
a_line_that_is_none_is_refused(void **state)
{
	static const char *const lists[] = {"node", "node n1", "node n1 x",
	    "node n1 sha256:", "nobody n1 " SECRET, ",node n1 " SECRET,
	    "node n1 " SECRET "0", "node n1 " SECRET " more"};
	static const char nul[] = "# a\0b\nnode n1 " SECRET "\n";
	struct caller caller;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lists / sizeof lists[0]; i++)
		assert_int_equal(
		    look_up(lists[i], strlen(lists[i]), &caller), EX_CONFIG);
	assert_int_equal(look_up(nul, sizeof nul - 1, &caller), EX_CONFIG);
}

static void
a_list_that_others_write_is_refused(void **state)
{
	int status;

	(void)state;
	write_list("", 0, 0620);
	assert_null(tokens_read(path, &status));
	assert_int_equal(status, EX_NOPERM);
	assert_null(tokens_read("/nowhere/tokens", &status));
	assert_int_equal(status, EX_NOINPUT);
	assert_null(tokens_read("/tmp", &status));
	assert_int_equal(status, EX_NOPERM);
}

static void
what_was_made_is_known_until_it_is_revoked(void **state)
{
	char one[TOKEN_TEXT], two[TOKEN_TEXT];
	struct caller caller;
	struct tokens *t;
	int status;

	(void)state;
	write_list("# kept", 6, 0600);
	assert_int_equal(tokens_add(path, "node", "n1", one), 0);
	assert_int_equal(tokens_add(path, "reader", "board", two), 0);
	assert_string_not_equal(one, two);
	assert_int_equal(tokens_add(path, "node", "a b", two), EX_USAGE);
	assert_int_equal(tokens_add(path, "king", "a", two), EX_USAGE);
	assert_int_equal(tokens_revoke(path, "board"), 0);
	assert_int_equal(tokens_revoke(path, "board"), 1);
	t = tokens_read(path, &status);
	assert_non_null(t);
	tokens_find(t, one, &caller);
	assert_string_equal(caller.node, "n1");
	one[strlen(one) - 1] ^= 1;
	tokens_find(t, one, &caller);
	assert_false(caller.known);
	tokens_free(t);
}

static int
make_file(void **state)
{
	(void)state;
	close(mkstemp(path));
	return 0;
}

static int
remove_file(void **state)
{
	char lock[sizeof path + 5];

	(void)state;
	snprintf(lock, sizeof lock, "%s.lock", path);
	unlink(lock);
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_token_is_somebody),
	    cmocka_unit_test(a_line_that_is_none_is_refused),
	    cmocka_unit_test(a_list_that_others_write_is_refused),
	    cmocka_unit_test(what_was_made_is_known_until_it_is_revoked),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}

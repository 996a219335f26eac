/* The list is read whole and looked through whole, whoever asks. */
#include "tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "emit.h"
#include "lock.h"
#include "mem.h"
#include "msg.h"
#include "stage.h"

#define FILE_MAX (8 * 1024 * 1024)
/* How long, and how often, who changes the list waits for another one. */
#define TURN_MS 10000
#define TURN_PAUSE_MS 20
#define DIGEST 32
#define DIGEST_PREFIX "sha256:"
/* 256 bits as base 16 would be long to copy; these are 30 bytes, 240 bits. */
#define TOKEN_BYTES 30
#define TOKEN_PREFIX "pf_"

struct token {
	unsigned char digest[DIGEST];
	struct caller caller;
};

struct tokens {
	struct token *token;
	size_t count, cap;
};

static const struct {
	const char *name;
	unsigned role;
} roles[] = {
    {"node", ROLE_NODE}, {"reader", ROLE_READER}, {"admin", ROLE_ADMIN}};

static void
digest_of(const char *token, unsigned char digest[DIGEST])
{
	unsigned len = DIGEST;

	if (EVP_Digest(
		token, strlen(token), digest, &len, EVP_sha256(), NULL) != 1)
		msg_diex(EX_SOFTWARE, "SHA-256 is not to be had");
}

/* 0 when one of the words is no role. */
static unsigned
roles_of(const char *text)
{
	unsigned set = 0;
	size_t i;

	while (*text != '\0') {
		size_t len = strcspn(text, ",");

		for (i = 0; i < sizeof roles / sizeof roles[0]; i++)
			if (strlen(roles[i].name) == len &&
			    memcmp(roles[i].name, text, len) == 0)
				break;
		if (i == sizeof roles / sizeof roles[0])
			return 0;
		set |= roles[i].role;
		text += len + (text[len] == ',');
	}
	return set;
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
				    : -1;
}

static bool
read_digest(const char *text, unsigned char digest[DIGEST])
{
	size_t i, prefix = strlen(DIGEST_PREFIX);

	if (strncmp(text, DIGEST_PREFIX, prefix) != 0 ||
	    strlen(text) != prefix + 2 * (size_t)DIGEST)
		return false;
	for (text += prefix, i = 0; i < DIGEST; i++, text += 2) {
		int high = hex_value(text[0]), low = hex_value(text[1]);

		if (high < 0 || low < 0)
			return false;
		digest[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/* The next word of a line, which is changed; NULL at its end. */
static char *
next_word(char **line)
{
	char *word = *line + strspn(*line, " \t\r");

	if (*word == '\0')
		return NULL;
	*line = word + strcspn(word, " \t\r");
	if (**line != '\0')
		*(*line)++ = '\0';
	return word;
}

/* NULL, or what is wrong with the line. */
static const char *
read_line(struct token *t, char *line, bool *empty)
{
	char *role = next_word(&line), *name, *digest;

	*empty = role == NULL || *role == '#';
	if (*empty)
		return NULL;
	name = next_word(&line);
	digest = next_word(&line);
	if (digest == NULL || next_word(&line) != NULL)
		return "a line is: role, name, sha256:…";
	t->caller = (struct caller){.roles = roles_of(role), .known = true};
	if (t->caller.roles == 0)
		return "a role is one of node, reader and admin";
	if (strlen(name) >= sizeof t->caller.node)
		return "the name is too long";
	if ((t->caller.roles & ROLE_ADMIN) == 0)
		memcpy(t->caller.node, name, strlen(name) + 1);
	return read_digest(digest, t->digest)
	    ? NULL
	    : "the token is no sha256: and 64 hex digits";
}

/* -1 with errno after one sentence. */
static int
read_file(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), got = -1;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		msg_warn("open %s", msg_quote(path));
	} else if (!S_ISREG(st.st_mode) || (st.st_mode & 022) != 0) {
		msg_warnx("%s %s", msg_quote(path),
		    S_ISREG(st.st_mode) ? "may be written by others"
					: "is no file");
		errno = EACCES;
	} else if ((got = buf_read_fd(text, fd, FILE_MAX)) < 0) {
		msg_warn("read %s", msg_quote(path));
	} else if (got > 0 || strlen(text->data) < text->len) {
		msg_warnx("%s %s", msg_quote(path),
		    got > 0 ? "is too large"
			    : "has a NUL, behind which nothing would count");
		errno = EBADMSG;
		got = -1;
	}
	if (fd >= 0)
		close(fd);
	return got < 0 ? -1 : 0;
}

static bool
read_lines(struct tokens *t, const char *path, char *text)
{
	unsigned long number = 0;
	const char *why = NULL;
	char *next;
	bool empty;

	for (; why == NULL && text != NULL; text = next) {
		next = strchr(text, '\n');
		if (next != NULL)
			*next++ = '\0';
		number++;
		MEM_GROW(t->token, t->count, t->cap);
		why = read_line(&t->token[t->count], text, &empty);
		t->count += !empty;
	}
	if (why != NULL)
		msg_warnx("%s line %lu: %s", msg_quote(path), number, why);
	return why == NULL;
}

struct tokens *
tokens_read(const char *path, int *status)
{
	struct tokens *t = mem_calloc(1, sizeof *t);
	struct buf text = BUF_INIT;

	*status = EX_CONFIG;
	if (read_file(path, &text) < 0)
		*status = errno == EBADMSG ? EX_CONFIG : msg_exit_code(errno);
	else if (read_lines(t, path, text.data))
		*status = 0;
	buf_release(&text);
	if (*status == 0)
		return t;
	tokens_free(t);
	return NULL;
}

void
tokens_free(struct tokens *t)
{
	if (t == NULL)
		return;
	free(t->token);
	free(t);
}

void
tokens_find(const struct tokens *t, const char *token, struct caller *caller)
{
	static const struct caller nobody;
	unsigned char digest[DIGEST];
	const struct caller *found = &nobody;
	size_t i;

	digest_of(token, digest);
	for (i = 0; i < t->count; i++)
		if (CRYPTO_memcmp(digest, t->token[i].digest, DIGEST) == 0)
			found = &t->token[i].caller;
	*caller = *found;
}

static void
make_token(char token[TOKEN_TEXT])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char bytes[TOKEN_BYTES];
	size_t i, prefix = strlen(TOKEN_PREFIX);

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		msg_die(EX_OSERR, "random bytes for a token");
	memcpy(token, TOKEN_PREFIX, prefix);
	for (i = 0; i < TOKEN_BYTES / 3 * 4; i++) {
		const unsigned char *b = bytes + i / 4 * 3;
		unsigned three =
		    (unsigned)b[0] << 16 | (unsigned)b[1] << 8 | b[2];

		token[prefix + i] = digits[three >> (18 - 6 * (i % 4)) & 63];
	}
	token[prefix + i] = '\0';
}

/* In our turn; -1 with errno after one sentence. */
static int
lock_list(const char *path)
{
	const struct timespec pause = {0, TURN_PAUSE_MS * 1000000};
	char *name = mem_printf("%s.lock", path);
	int64_t until = clock_monotonic() + TURN_MS;
	int fd;

	while ((fd = lock_take(AT_FDCWD, name)) < 0 && errno == EWOULDBLOCK &&
	    clock_monotonic() < until)
		nanosleep(&pause, NULL);
	if (fd < 0 && errno == EWOULDBLOCK)
		msg_warnx("another one is changing %s", msg_quote(path));
	else if (fd < 0)
		msg_warn("lock %s", msg_quote(name));
	free(name);
	return fd;
}

/*
 * What the file holds and a lock on it; -1 after one sentence. One that is
 * missing leaves no lock either, unless it is to be made.
 */
static int
begin_change(const char *path, bool make, struct buf *text, int *lock)
{
	if (!make && access(path, F_OK) < 0) {
		msg_warn("open %s", msg_quote(path));
		return -1;
	}
	*lock = lock_list(path);
	if (*lock < 0)
		return -1;
	return make && access(path, F_OK) < 0 && errno == ENOENT
	    ? 0
	    : read_file(path, text);
}

static int
end_change(const char *path, struct buf *text, int lock, int status)
{
	mode_t before = umask(077);

	if (status == 0 && stage_write_path(path, text->data, text->len) < 0) {
		status = msg_exit_code(errno);
		msg_warn("write %s", msg_quote(path));
	}
	umask(before);
	if (lock >= 0)
		close(lock);
	buf_release(text);
	return status;
}

static bool
name_is_good(const char *name)
{
	return *name != '\0' && *name != '#' &&
	    strlen(name) < sizeof((struct caller *)NULL)->node &&
	    strpbrk(name, " \t\r\n") == NULL;
}

int
tokens_add(const char *path, const char *role, const char *name,
    char token[TOKEN_TEXT])
{
	unsigned char digest[DIGEST];
	struct buf text = BUF_INIT;
	int lock = -1, i;

	if (roles_of(role) == 0 || !name_is_good(name)) {
		msg_warnx("no token for %s: a role is one of node, reader and "
			  "admin, and a name has no blanks",
		    msg_quote(name));
		return EX_USAGE;
	}
	if (begin_change(path, true, &text, &lock) < 0)
		return end_change(path, &text, lock, msg_exit_code(errno));
	make_token(token);
	digest_of(token, digest);
	if (text.len > 0 && text.data[text.len - 1] != '\n')
		buf_add_char(&text, '\n');
	buf_addf(&text, "%s %s " DIGEST_PREFIX, role, name);
	for (i = 0; i < DIGEST; i++)
		buf_addf(&text, "%02x", digest[i]);
	buf_add_char(&text, '\n');
	return end_change(path, &text, lock, 0);
}

/* Whether a line, which stays as it is, is of that name. */
static bool
is_of(const char *line, size_t len, const char *name)
{
	char *copy = mem_printf("%.*s", (int)len, line), *rest = copy, *word;
	bool is;

	word = next_word(&rest);
	is = word != NULL && *word != '#' &&
	    (word = next_word(&rest)) != NULL && strcmp(word, name) == 0;
	free(copy);
	return is;
}

int
tokens_revoke(const char *path, const char *name)
{
	struct buf text = BUF_INIT, kept = BUF_INIT;
	int lock = -1, status = 0;
	const char *at, *end;

	if (begin_change(path, false, &text, &lock) < 0)
		return end_change(path, &text, lock, msg_exit_code(errno));
	for (at = text.data; *at != '\0'; at = end) {
		end = at + strcspn(at, "\n");
		end += *end == '\n';
		if (!is_of(at, (size_t)(end - at), name))
			buf_add(&kept, at, (size_t)(end - at));
	}
	if (kept.len == text.len) {
		msg_warnx(
		    "%s has no token of %s", msg_quote(path), msg_quote(name));
		status = 1;
	}
	buf_release(&text);
	return end_change(path, &kept, lock, status);
}

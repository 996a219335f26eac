/* Messages: one sentence, one write, nothing from outside unescaped. */
#include "msg.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <sysexits.h>

#include "buf.h"
#include "clock.h"
#include "emit.h"

static const char *program = "pf";
static bool verbose;
static bool as_json;

void
msg_init(const char *name)
{
	int fd;

	program = name;
	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			/* The lowest free number is `fd`; for writing it
			 * would swallow output in silence. */
			if (open("/dev/null", fd == 2 ? O_WRONLY : O_PATH) < 0)
				_exit(EX_OSERR);
}

const char *
msg_program(void)
{
	return program;
}

void
msg_set_verbose(bool on)
{
	verbose = on;
}

void
msg_set_json(bool on)
{
	as_json = on;
}

static void
write_all(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDERR_FILENO, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* no further place to complain at */
		bytes += n;
		len -= (size_t)n;
	}
}

static void
add_json(struct buf *line, const char *level, const char *text)
{
	struct emit e;
	char time[CLOCK_TEXT];

	clock_format(clock_now(), time);
	emit_begin(&e, line);
	emit_object(&e, NULL);
	emit_string(&e, "time", time);
	emit_string(&e, "program", program);
	emit_string(&e, "level", level);
	emit_string(&e, "message", text);
	emit_end(&e);
	buf_add_char(line, '\n');
}

static __attribute__((format(printf, 3, 0))) void
message(const char *level, int error, const char *format, va_list ap)
{
	struct buf text = BUF_INIT, line = BUF_INIT;

	buf_vaddf(&text, format, ap);
	if (error != 0)
		buf_addf(&text, ": %s", strerror(error));
	if (as_json)
		add_json(&line, level, text.data);
	else
		buf_addf(&line, "%s: %s\n", program, text.data);
	write_all(line.data, line.len);
	buf_release(&text);
	buf_release(&line);
}

void
msg_warn(const char *format, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, format);
	message("warning", saved, format, ap);
	va_end(ap);
	errno = saved;
}

void
msg_warnx(const char *format, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, format);
	message("warning", 0, format, ap);
	va_end(ap);
	errno = saved;
}

void
msg_info(const char *format, ...)
{
	int saved = errno;
	va_list ap;

	if (!verbose)
		return;
	va_start(ap, format);
	message("info", 0, format, ap);
	va_end(ap);
	errno = saved;
}

void
msg_die(int status, const char *format, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, format);
	message("error", saved, format, ap);
	va_end(ap);
	exit(status);
}

void
msg_diex(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	message("error", 0, format, ap);
	va_end(ap);
	exit(status);
}

#define QUOTES 8

static pthread_key_t quotes_key;
static pthread_once_t quotes_once = PTHREAD_ONCE_INIT;

static void
free_quotes(void *ring)
{
	struct buf *quote = ring;
	size_t i;

	for (i = 0; i < QUOTES; i++)
		buf_release(&quote[i]);
}

static void
make_quotes_key(void)
{
	if (pthread_key_create(&quotes_key, free_quotes) != 0)
		_exit(EX_OSERR);
}

/* The thread's next, which goes with the thread. */
static struct buf *
next_quote(void)
{
	static _Thread_local struct buf ring[QUOTES] = {BUF_INIT, BUF_INIT,
	    BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
	static _Thread_local unsigned turn;

	if (turn == 0) {
		pthread_once(&quotes_once, make_quotes_key);
		pthread_setspecific(quotes_key, ring);
	}
	return &ring[turn++ % QUOTES];
}

const char *
msg_quote_n(const char *bytes, size_t len)
{
	struct buf *b = next_quote();
	size_t i;

	buf_clear(b);
	buf_add_char(b, '\'');
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c < 0x20 || c > 0x7e || c == '\'' || c == '\\')
			buf_addf(b, "\\x%02x", c);
		else
			buf_add_char(b, (char)c);
	}
	buf_add_char(b, '\'');
	return b->data;
}

const char *
msg_quote(const char *text)
{
	return msg_quote_n(text, strlen(text));
}

int
msg_exit_code(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return EX_NOINPUT;
	case EACCES:
	case EPERM:
		return EX_NOPERM;
	case ENOSPC:
	case EDQUOT:
	case EAGAIN:
	case EBUSY:
	case EMFILE:
	case ENFILE:
		return EX_TEMPFAIL;
	default:
		return EX_IOERR;
	}
}

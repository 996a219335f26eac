/*
 * Sentences for people, on standard error: `pf-ship: open 'x': No such file`.
 * Lower case, no full stop. A name that came from outside goes through
 * msg_quote. With msg_set_json the same sentences are JSON lines.
 */
#ifndef PF_MSG_H
#define PF_MSG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Names the program and makes sure that descriptors 0 to 2 are taken, so that
 * no file opened later becomes somebody's standard output. A standard output
 * that was closed stays unwritable and is told of by out_close.
 */
void msg_init(const char *program);
const char *msg_program(void);
void msg_set_verbose(bool on);
/* One JSON object a message: time, program, level, message. */
void msg_set_json(bool on);

/* With the text of errno after a colon; errno is kept. */
void msg_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Without. */
void msg_warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Only with -v. */
void msg_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void msg_die(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
_Noreturn void msg_diex(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * `text` in single quotes with control bytes, quotes, backslashes and bytes
 * above 0x7e as \xHH. The result is valid until the eighth call after this by
 * the same thread.
 */
const char *msg_quote(const char *text);
const char *msg_quote_n(const char *bytes, size_t len);

/* The sysexits(3) code that fits an errno value; 74 where none fits better. */
int msg_exit_code(int error);

#endif

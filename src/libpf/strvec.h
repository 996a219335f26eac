/* A NULL-terminated list of strings that it owns: argv, environ, names. */
#ifndef PF_STRVEC_H
#define PF_STRVEC_H

#include <stddef.h>

struct strvec {
	char **item; /* item[count] is NULL once anything was added */
	size_t count;
	size_t cap;
};

/* clang-format off */
#define STRVEC_INIT {NULL, 0, 0}
/* clang-format on */

void strvec_release(struct strvec *s);
void strvec_add(struct strvec *s, const char *text);
void strvec_addf(struct strvec *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void strvec_add_all(struct strvec *s, char *const list[]);
/* For NAME=value lists: the value of `name`, or NULL. */
const char *strvec_env_get(const struct strvec *s, const char *name);
/* Sets or replaces NAME=value; a NULL value removes it. */
void strvec_env_set(struct strvec *s, const char *name, const char *value);
void strvec_sort(struct strvec *s);

#endif

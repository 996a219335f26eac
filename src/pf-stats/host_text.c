/* Reading /proc and /sys. */
#include "host_text.h"

#include <errno.h>
#include <fcntl.h>

#define TEXT_MAX (16 << 20)

bool
text_number(const char **at, uint64_t *value)
{
	const char *digit = *at;
	uint64_t n = 0, next;

	if (*digit < '0' || *digit > '9')
		return false;
	for (; *digit >= '0' && *digit <= '9'; digit++) {
		next = (uint64_t)(*digit - '0');
		if (n > (HOST_UNKNOWN - 1 - next) / 10)
			return false;
		n = n * 10 + next;
	}
	*at = digit;
	*value = n;
	return true;
}

uint64_t
text_value(const char *text, const char *key)
{
	size_t n = strlen(key);
	const char *line = text;
	uint64_t value;

	while (
	    strncmp(line, key, n) != 0 || (line[n] != ' ' && line[n] != '\t')) {
		line += strcspn(line, "\n");
		if (*line == '\0')
			return HOST_UNKNOWN;
		line++;
	}
	line += n + strspn(line + n, " \t");
	return text_number(&line, &value) ? value : HOST_UNKNOWN;
}

int
text_read(struct buf *text, const char *path)
{
	int status;

	buf_clear(text);
	status = buf_read_file(text, AT_FDCWD, path, TEXT_MAX);
	if (status > 0)
		errno = EFBIG;
	return status == 0 ? 0 : -1;
}

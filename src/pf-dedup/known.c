#include "known.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "dedup.h"
#include "line.h"
#include "msg.h"

#define LINE_BYTES_MAX ((size_t)1024 * 1024)

/* By the rules of this run, or by none that it tells. */
static bool
is_of(const json_t *kept, const char *version)
{
	const char *rules = json_string_value(json_object_get(kept, "rules"));

	return rules == NULL || strcmp(rules, version) == 0;
}

static void
take(struct dedup *d, const char *path, const struct line_reader *reader,
    const char *line, size_t len, unsigned long long *others)
{
	json_t *kept = json_loadb(line, len, 0, NULL);
	const char *name = json_string_value(json_object_get(kept, "group"));

	/* Of several lists the first counts. */
	if (name != NULL && groups_find(&d->groups, name) != NULL) {
		json_decref(kept);
		return;
	}
	if (!is_of(kept, rules_version(d->rules)))
		++*others;
	else if (!groups_remember(&d->groups, kept))
		msg_diex(65, "%s line %llu is no line of --groups",
		    msg_quote(path), reader->number);
	json_decref(kept);
}

int
known_read(struct dedup *d, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct line_reader reader;
	unsigned long long others = 0;
	enum line_status got;
	char *line;
	size_t len;

	if (fd < 0)
		msg_die(msg_exit_code(errno), "open %s", msg_quote(path));
	line_init(&reader, fd, '\n', LINE_BYTES_MAX);
	while ((got = line_next(&reader, &line, &len)) == LINE_OK)
		take(d, path, &reader, line, len, &others);
	if (got == LINE_TOO_LONG)
		msg_diex(65, "%s line %llu is no line of --groups",
		    msg_quote(path), reader.number);
	if (got == LINE_ERROR)
		msg_die(msg_exit_code(errno), "read %s", msg_quote(path));
	line_release(&reader);
	close(fd);
	if (others == 0)
		return 0;
	msg_warnx("groups in %s that other rules than %s have made, and that "
		  "are left out: %llu",
	    msg_quote(path), rules_version(d->rules), others);
	return 1;
}

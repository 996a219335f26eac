/* Finding our cgroup v2 in the file system (proc(5), cgroups(7)). */
#include "cgroup.h"

#include "buf.h"
#include "mem.h"

/* "0::/path" is the line of the v2 hierarchy. */
static char *
own_place(const char *cgroup)
{
	const char *line = cgroup;

	while (line != NULL && strncmp(line, "0::", 3) != 0) {
		line = strchr(line, '\n');
		line = line == NULL ? NULL : line + 1;
	}
	return line == NULL ? NULL
			    : mem_dup_n(line + 3, strcspn(line + 3, "\n"));
}

static bool
is_octal(const char *digits)
{
	int i;

	for (i = 0; i < 3; i++)
		if (digits[i] < '0' || digits[i] > '7')
			return false;
	return true;
}

/* One word of mountinfo, whose blanks and backslashes are \ooo. */
static const char *
take_word(struct buf *word, const char *at)
{
	buf_clear(word);
	at += strspn(at, " ");
	for (; *at != '\0' && *at != ' ' && *at != '\n'; at++) {
		if (*at == '\\' && is_octal(at + 1)) {
			buf_add_char(word,
			    (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 +
				(at[3] - '0')));
			at += 3;
		} else
			buf_add_char(word, *at);
	}
	return at;
}

/* What of `place` lies below `root`; NULL when it lies elsewhere. */
static const char *
below_root(const char *place, const char *root)
{
	size_t n = strlen(root);

	if (strcmp(root, "/") == 0)
		return place;
	if (strncmp(place, root, n) != 0 ||
	    (place[n] != '\0' && place[n] != '/'))
		return NULL;
	return place + n;
}

/* "ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS … - TYPE SOURCE OPTIONS" */
static char *
place_in_mount(const char *line, const char *place)
{
	struct buf root = BUF_INIT, point = BUF_INIT, type = BUF_INIT;
	const char *at = line, *dash, *rest;
	char *path = NULL;
	int i;

	for (i = 0; i < 3; i++)
		at = take_word(&root, at);
	at = take_word(&root, at);
	at = take_word(&point, at);
	dash = strstr(at, " - ");
	if (dash != NULL && dash < at + strcspn(at, "\n"))
		take_word(&type, dash + 3);
	rest = below_root(place, root.data);
	if (strcmp(type.data, "cgroup2") == 0 && rest != NULL)
		path = mem_printf("%s%s", point.data, rest);
	buf_release(&root);
	buf_release(&point);
	buf_release(&type);
	return path;
}

char *
cgroup_path(const char *mountinfo, const char *cgroup)
{
	char *place = own_place(cgroup), *path = NULL;
	const char *line = mountinfo;

	/* With ".." it lies outside of our cgroup namespace. */
	if (place == NULL || place[0] != '/' || strstr(place, "/..") != NULL)
		line = NULL;
	while (path == NULL && line != NULL && *line != '\0') {
		path = place_in_mount(line, place);
		line = strchr(line, '\n');
		line = line == NULL ? NULL : line + 1;
	}
	free(place);
	return path;
}

/* Finding our cgroups in the file system (proc(5), cgroups(7)). */
#include "cgroup.h"

#include "buf.h"
#include "mem.h"
#include "mountinfo.h"

/* Whether the list "cpu,cpuacct" up to a colon has `word`. */
static bool
lists(const char *list, const char *word)
{
	size_t n = strlen(word), length;

	for (;; list += length + 1) {
		length = strcspn(list, ",:\n");
		if (length == n && memcmp(list, word, n) == 0)
			return true;
		if (list[length] != ',')
			return false;
	}
}

/*
 * "ID:CONTROLLERS:/path", of version 2 "0::/path": the path of the line that
 * has the controller, or of version 2's where that is NULL.
 */
static const char *
place_of_line(const char *line, const char *controller)
{
	const char *list = line + strcspn(line, ":\n"), *place;

	if (*list != ':')
		return NULL;
	list++;
	place = list + strcspn(list, ":\n");
	if (*place != ':')
		return NULL;
	if (controller == NULL ? strncmp(line, "0::", 3) != 0
			       : !lists(list, controller))
		return NULL;
	return place + 1;
}

static char *
own_place(const char *cgroup, const char *controller)
{
	const char *line = cgroup, *place;

	for (; *line != '\0'; line += line[0] == '\n') {
		place = place_of_line(line, controller);
		if (place != NULL)
			return mem_dup_n(place, strcspn(place, "\n"));
		line += strcspn(line, "\n");
	}
	return NULL;
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

static bool
is_hierarchy(const struct mount *m, const char *controller)
{
	if (controller == NULL)
		return strcmp(m->type.data, "cgroup2") == 0;
	return strcmp(m->type.data, "cgroup") == 0 &&
	    mount_has_option(m, controller);
}

char *
cgroup_path_of(
    const char *mountinfo, const char *cgroup, const char *controller)
{
	char *place = own_place(cgroup, controller), *path = NULL;
	const char *at = mountinfo, *rest;
	struct mount m;

	mount_init(&m);
	/* With ".." it lies outside of our cgroup namespace. */
	while (path == NULL && place != NULL && place[0] == '/' &&
	    strstr(place, "/..") == NULL && mount_next(&m, &at)) {
		rest = below_root(place, m.root.data);
		if (is_hierarchy(&m, controller) && rest != NULL)
			path = mem_printf("%s%s", m.point.data, rest);
	}
	mount_release(&m);
	free(place);
	return path;
}

char *
cgroup_path(const char *mountinfo, const char *cgroup)
{
	return cgroup_path_of(mountinfo, cgroup, NULL);
}

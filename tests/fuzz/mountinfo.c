/* mountinfo, and where cgroups are by it: each line once, no line twice. */
#include "mountinfo.h"
#include "cgroup.h"
#include "harness.h"
#include "mem.h"

static void
check_cgroup(const char *text, const char *controller)
{
	const char *groups = strstr(text, "\n\n");
	char *path = cgroup_path_of(
	    text, groups == NULL ? text : groups + 2, controller);

	MUST(path == NULL || strlen(path) <= strlen(text) * 2);
	free(path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_dup_n((const char *)data, size);
	size_t lines = 1, mounts = 0, i;
	const char *at = text, *before = text;
	struct mount m;

	for (i = 0; text[i] != '\0'; i++)
		lines += text[i] == '\n';
	mount_init(&m);
	while (mount_next(&m, &at)) {
		MUST(at > before);
		MUST(m.type.len > 0);
		MUST(m.point.len <= (size_t)(at - before));
		before = at;
		mounts++;
	}
	MUST(*at == '\0' && mounts <= lines);
	mount_release(&m);
	check_cgroup(text, NULL);
	check_cgroup(text, "memory");
	free(text);
	return 0;
}

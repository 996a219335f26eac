/* Where our cgroup lies. */
#include "unit.h"

#include "cgroup.h"

static const char mounts[] =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
    "41 31 0:38 / /sys/fs/cgroup/uni\\040fied rw,relatime shared:9 - "
    "cgroup2 cgroup2 rw\n";

static void
assert_path(const char *mountinfo, const char *cgroup, const char *expected)
{
	char *path = cgroup_path(mountinfo, cgroup);

	if (expected == NULL)
		assert_null(path);
	else
		assert_string_equal(path, expected);
	free(path);
}

static void
finds_the_place_of_version_2(void **state)
{
	(void)state;
	assert_path(mounts, "0::/\n", "/sys/fs/cgroup/uni fied/");
	assert_path(mounts, "4:memory:/a\n0::/user.slice/x\n",
	    "/sys/fs/cgroup/uni fied/user.slice/x");
}

static void
knows_when_it_is_not_to_be_seen(void **state)
{
	static const char v1[] = "32 31 0:29 / /c rw - cgroup cgroup rw,cpu\n";

	(void)state;
	assert_path(mounts, "4:memory:/a\n", NULL);
	assert_path(mounts, "", NULL);
	assert_path(v1, "0::/a\n", NULL);
	assert_path("", "0::/a\n", NULL);
	/* Outside of our cgroup namespace. */
	assert_path(mounts, "0::/../other\n", NULL);
	/* A line that is cut short does not borrow the next one's type. */
	assert_path("41 31 0:38 / /c rw\n42 31 0:39 / /d rw - cgroup2 x rw\n",
	    "0::/a\n", "/d/a");
	assert_path("41", "0::/a\n", NULL);
	assert_path("41 31 0:38 / /c\\0 rw - cgroup2", "0::/a\n", "/c\\0/a");
}

/* A container's mount shows only what lies below a part of the tree. */
static void
takes_the_part_that_a_mount_shows(void **state)
{
	static const char part[] =
	    "41 31 0:38 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup rw\n";

	(void)state;
	assert_path(part, "0::/docker/1\n", "/sys/fs/cgroup");
	assert_path(part, "0::/docker/1/x\n", "/sys/fs/cgroup/x");
	assert_path(part, "0::/docker/12\n", NULL);
	assert_path(part, "0::/\n", NULL);
}

static void
finds_the_place_of_a_controller_of_version_1(void **state)
{
	static const char both[] =
	    "32 31 0:29 / /c/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
	    "35 31 0:32 / /c/memory rw - cgroup cgroup rw,memory\n"
	    "41 31 0:38 / /c/unified rw - cgroup2 cgroup2 rw,memory\n";
	static const char groups[] = "4:name=memory:/no\n3:cpuset:/no\n"
				     "2:cpu,memory:/yes\n0::/two\n";
	char *path = cgroup_path_of(both, groups, "memory");

	(void)state;
	assert_string_equal(path, "/c/memory/yes");
	free(path);
	assert_null(cgroup_path_of(both, groups, "pids"));
	assert_null(cgroup_path_of(both, "0::/two\n", "memory"));
	assert_path(both, groups, "/c/unified/two");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_the_place_of_version_2),
	    cmocka_unit_test(knows_when_it_is_not_to_be_seen),
	    cmocka_unit_test(takes_the_part_that_a_mount_shows),
	    cmocka_unit_test(finds_the_place_of_a_controller_of_version_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

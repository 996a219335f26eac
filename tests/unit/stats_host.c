/* Processors, memory and disks, from the kernel's texts. */
#include "unit.h"

#include <fcntl.h>
#include <math.h>

#include "buf.h"
#include "mem.h"
#include "pf-stats/host_cpu.h"
#include "pf-stats/host_disk.h"
#include "pf-stats/host_memory.h"
#include "pf-stats/host_text.h"

/* A recorded file, freed by the caller. */
static char *
recorded(const char *name)
{
	char *path = mem_printf(UNIT_FIXTURES "/host-proc/%s", name);
	struct buf text = BUF_INIT;

	assert_int_equal(text_read(&text, path), 0);
	free(path);
	return buf_take(&text);
}

static void
numbers_end_below_what_stands_for_none(void **state)
{
	const char *at = "18446744073709551614 ";
	uint64_t value;

	(void)state;
	assert_true(text_number(&at, &value));
	assert_true(value == HOST_UNKNOWN - 1);
	assert_string_equal(at, " ");
	at = "18446744073709551615";
	assert_false(text_number(&at, &value));
	at = "99999999999999999999";
	assert_false(text_number(&at, &value));
	at = "-1";
	assert_false(text_number(&at, &value));
	assert_string_equal(at, "-1");
	at = "";
	assert_false(text_number(&at, &value));
}

static void
values_belong_to_whole_keys(void **state)
{
	static const char text[] = "total_file 1\nfile_x 2\nfile 3\nfile 4\n";

	(void)state;
	assert_int_equal(text_value(text, "file"), 3);
	assert_int_equal(text_value(text, "total_file"), 1);
	assert_true(text_value(text, "ile") == HOST_UNKNOWN);
	assert_true(text_value(text, "none") == HOST_UNKNOWN);
	assert_true(text_value("", "file") == HOST_UNKNOWN);
	assert_true(text_value("file x", "file") == HOST_UNKNOWN);
}

static void
a_recorded_machine_was_busy_for_6_of_1002_ticks(void **state)
{
	char *first = recorded("stat-0"), *second = recorded("stat-1");
	struct cpu_times before, after;
	double ratio;

	(void)state;
	assert_true(cpu_parse(first, &before));
	assert_true(cpu_parse(second, &after));
	assert_true(cpu_ratio(&before, &after, &ratio));
	assert_true(fabs(ratio - 6.0 / 1002) < 1e-9);
	assert_false(cpu_ratio(&after, &after, &ratio));
	free(first);
	free(second);
}

/* user nice system idle iowait irq softirq steal guest guest_nice */
static double
ratio_between(const char *first, const char *second)
{
	struct cpu_times before, after;
	double ratio = -1;

	assert_true(cpu_parse(first, &before));
	assert_true(cpu_parse(second, &after));
	return cpu_ratio(&before, &after, &ratio) ? ratio : NAN;
}

static void
a_field_that_went_backwards_has_not_moved(void **state)
{
	(void)state;
	assert_true(ratio_between("cpu  10 0 0 10 50 0 0 0 0 0\n",
			"cpu  11 0 0 13 20 0 0 0 0 0\n") == 0.25);
	assert_true(isnan(ratio_between(
	    "cpu  10 0 0 10 50 0 0 0\n", "cpu  9 0 0 9 20 0 0 0\n")));
	assert_true(ratio_between("cpu  10 0 0 10 50 0 0 0\n",
			"cpu  12 0 0 9 20 0 0 0\n") == 1);
}

static void
what_guests_used_is_not_counted_twice(void **state)
{
	(void)state;
	assert_true(ratio_between("cpu  0 0 0 0 0 0 0 0 0 0\n",
			"cpu  1 0 0 1 0 0 0 0 1 0\n") == 0.5);
	/* Iowait is idle, all others are busy. */
	assert_true(ratio_between("cpu  0 0 0 0 0 0 0 0 0 0\n",
			"cpu  1 1 1 3 3 1 1 1 9 9\n") == 0.5);
}

static void
old_kernels_have_fewer_fields(void **state)
{
	struct cpu_times t;

	(void)state;
	assert_true(cpu_parse("cpu  1 2 3 4\ncpu0 9 9 9 9\n", &t));
	assert_int_equal(t.ticks[CPU_IDLE], 4);
	assert_int_equal(t.ticks[CPU_IOWAIT], 0);
	assert_false(cpu_parse("cpu  1 2 3\n", &t));
	assert_false(cpu_parse("cpu0 1 2 3 4\n", &t));
	assert_false(cpu_parse("cpu  1 2 3 4x\n", &t));
	assert_false(cpu_parse("", &t));
}

static void
the_load_is_the_first_of_three(void **state)
{
	static const char *const none[] = {
	    "", "0.97", "1", ".97 ", "0. ", "0.970 ", "nan ", "-1.00 ", "0.9 "};
	char *text = recorded("loadavg");
	double load1;
	size_t i;

	(void)state;
	assert_true(load_parse(text, &load1));
	assert_true(fabs(load1 - 0.97) < 1e-9);
	free(text);
	assert_true(load_parse("1234.05 1 1\n", &load1));
	assert_true(fabs(load1 - 1234.05) < 1e-9);
	for (i = 0; i < sizeof none / sizeof none[0]; i++)
		if (load_parse(none[i], &load1))
			fail_msg("taken for a load: '%s'", none[i]);
}

static void
memory_is_in_bytes(void **state)
{
	char *text = recorded("meminfo");
	struct memory m;

	(void)state;
	assert_true(memory_parse(text, &m));
	/* As free -b said. */
	assert_int_equal(m.total, 25276502016);
	assert_int_equal(m.available, 24141376 * UINT64_C(1024));
	assert_int_equal(m.used, m.total - m.available);
	assert_int_equal(m.swap_used, 0);
	free(text);
	assert_true(memory_parse("MemTotal: 8 kB\nSwapTotal: 5 kB\n"
				 "SwapFree: 3 kB\n",
	    &m));
	assert_int_equal(m.swap_used, 2048);
	/* Linux before 3.14. */
	assert_true(m.available == HOST_UNKNOWN && m.used == HOST_UNKNOWN);
	assert_false(memory_parse("MemFree: 8 kB\n", &m));
	assert_false(memory_parse("MemTotal: 18446744073709551614 kB\n", &m));
}

static void
a_lower_limit_counts_with_its_own_usage(void **state)
{
	struct memory m = {1000, 600, 400, 7};

	(void)state;
	memory_restrict(&m, &(struct memory_limit){500, 300, 100});
	assert_int_equal(m.total, 500);
	assert_int_equal(m.used, 200);
	assert_int_equal(m.available, 300);
	assert_int_equal(m.swap_used, 7);
	/* One further up that has less left, without being lower. */
	memory_restrict(&m, &(struct memory_limit){800, 750, 0});
	assert_int_equal(m.total, 500);
	assert_int_equal(m.used, 200);
	assert_int_equal(m.available, 50);
	/* The lowest. */
	memory_restrict(&m, &(struct memory_limit){100, 120, HOST_UNKNOWN});
	assert_int_equal(m.total, 100);
	assert_int_equal(m.used, 120);
	assert_int_equal(m.available, 0);
}

static void
no_limit_and_one_above_all_memory_change_nothing(void **state)
{
	struct memory m = {1000, 600, 400, 7};

	(void)state;
	memory_restrict(&m,
	    &(struct memory_limit){HOST_UNKNOWN, HOST_UNKNOWN, HOST_UNKNOWN});
	memory_restrict(&m, &(struct memory_limit){1000, 100, 0});
	memory_restrict(
	    &m, &(struct memory_limit){UINT64_C(9223372036854771712), 1, 0});
	assert_int_equal(m.total, 1000);
	assert_int_equal(m.used, 600);
	assert_int_equal(m.available, 400);
	/* More may be allowed than there is. */
	memory_restrict(&m, &(struct memory_limit){900, 100, 0});
	assert_int_equal(m.available, 400);
}

static void
a_limit_whose_usage_is_not_known_leaves_the_rest_unknown(void **state)
{
	struct memory m = {1000, 600, 400, 7};

	(void)state;
	memory_restrict(
	    &m, &(struct memory_limit){500, HOST_UNKNOWN, HOST_UNKNOWN});
	assert_int_equal(m.total, 500);
	assert_true(m.used == HOST_UNKNOWN);
	assert_true(m.available == HOST_UNKNOWN);
}

static void
disks_are_as_full_as_df_says(void **state)
{
	/* Recorded: df said 24%, 23762526208 used, 78982754304 available. */
	const struct statvfs s = {.f_frsize = 4096,
	    .f_blocks = 66053021,
	    .f_bfree = 60251623,
	    .f_bavail = 19282899,
	    .f_files = 16777216,
	    .f_ffree = 16224592};
	struct disk d;

	(void)state;
	disk_measure(&d, &s);
	assert_int_equal(d.total, 270553174016);
	assert_int_equal(d.used, 23762526208);
	assert_int_equal(d.free, 78982754304);
	assert_true(fabs(d.used_ratio - 5801398.0 / 25084297) < 1e-12);
	assert_true(fabs(d.inodes_used_ratio - 552624.0 / 16777216) < 1e-12);
}

static void
what_a_file_system_does_not_count_is_unknown(void **state)
{
	struct disk d;

	(void)state;
	disk_measure(&d, &(struct statvfs){.f_frsize = 4096, .f_blocks = 4});
	assert_int_equal(d.used, 16384);
	assert_int_equal(d.free, 0);
	assert_true(d.used_ratio == 1);
	assert_true(isnan(d.inodes_used_ratio));
	disk_measure(&d, &(struct statvfs){.f_frsize = 4096});
	assert_int_equal(d.total, 0);
	assert_true(isnan(d.used_ratio));
	/* Nonsense of a network file system's. */
	disk_measure(&d,
	    &(struct statvfs){
		.f_frsize = 4096, .f_blocks = 4, .f_bfree = 9, .f_bavail = 2});
	assert_int_equal(d.total, 16384);
	assert_true(d.used == HOST_UNKNOWN && d.free == HOST_UNKNOWN);
	assert_true(isnan(d.used_ratio));
}

static void
assert_mount(const char *mountinfo, const char *path, const char *expected)
{
	struct buf point = BUF_INIT;

	assert_true(disk_mount_by_path(mountinfo, path, &point));
	assert_string_equal(point.data, expected);
	buf_release(&point);
}

static void
the_longest_mount_point_holds_a_path(void **state)
{
	static const char nested[] = "1 0 0:1 / / rw - t s o\n"
				     "2 1 0:2 / /a\\040b rw - t s o\n"
				     "3 1 0:3 / /a\\040b/c rw - t s o\n"
				     "4 1 0:4 / /a\\040b/c rw - t s o\n";
	char *text = recorded("mountinfo");
	struct buf point = BUF_INIT;

	(void)state;
	assert_mount(text, "/dev/shm/x", "/dev/shm");
	assert_mount(text, "/dev/shmem", "/dev");
	assert_mount(text, "/var/lib", "/");
	assert_mount(text, "/", "/");
	assert_mount(nested, "/a b", "/a b");
	assert_mount(nested, "/a b/c/d", "/a b/c");
	assert_mount(nested, "/a bc", "/");
	assert_true(disk_mount_by_id(nested, 3, &point));
	assert_string_equal(point.data, "/a b/c");
	assert_false(disk_mount_by_id(nested, 5, &point));
	assert_false(disk_mount_by_id("", 1, &point));
	buf_clear(&point);
	assert_false(disk_mount_by_path("", "/", &point));
	buf_release(&point);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_end_below_what_stands_for_none),
	    cmocka_unit_test(values_belong_to_whole_keys),
	    cmocka_unit_test(a_recorded_machine_was_busy_for_6_of_1002_ticks),
	    cmocka_unit_test(a_field_that_went_backwards_has_not_moved),
	    cmocka_unit_test(what_guests_used_is_not_counted_twice),
	    cmocka_unit_test(old_kernels_have_fewer_fields),
	    cmocka_unit_test(the_load_is_the_first_of_three),
	    cmocka_unit_test(memory_is_in_bytes),
	    cmocka_unit_test(a_lower_limit_counts_with_its_own_usage),
	    cmocka_unit_test(no_limit_and_one_above_all_memory_change_nothing),
	    cmocka_unit_test(
		a_limit_whose_usage_is_not_known_leaves_the_rest_unknown),
	    cmocka_unit_test(disks_are_as_full_as_df_says),
	    cmocka_unit_test(what_a_file_system_does_not_count_is_unknown),
	    cmocka_unit_test(the_longest_mount_point_holds_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

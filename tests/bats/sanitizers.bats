#!/usr/bin/env bats
# What pf-dedup says of every planted bug, from traces that every sanitizer of
# both compilers makes here and now: tests/targets/golden.tsv says what.
load helper

sources=$pf_root/tests/targets

# All are built and run once; the tests look at what came of it.
setup_file() {
	local cc kind
	for kind in address undefined trap minimal leak thread memory hwaddress \
		cfi fortify plain libfuzzer; do
		for cc in gcc clang; do echo "$cc-$kind"; done
	done >"$BATS_FILE_TMPDIR/builds"
	mkdir "$BATS_FILE_TMPDIR/made"
	# shellcheck disable=SC2016 # the inner shell's
	xargs -n 1 -P 2 sh -c '
		"$1/sanitized" "$3" "$2/made/$3" >"$2/$3.why" 2>&1 3>&-
		echo $? >"$2/$3.status"' sh "$sources" "$BATS_FILE_TMPDIR" \
		<"$BATS_FILE_TMPDIR/builds"
}

# as_expected BUILD: skipped where the compiler lacks it, and only there.
as_expected() {
	local made=$BATS_FILE_TMPDIR/made/$1 status
	status=$(cat "$BATS_FILE_TMPDIR/$1.status")
	[ "$status" != 69 ] || skip "$(cat "$BATS_FILE_TMPDIR/$1.why")"
	if [ "$status" != 0 ]; then
		echo "status $status of: sanitized $1"
		cat "$BATS_FILE_TMPDIR/$1.why" "$made"/*.err
		return 1
	fi
	try 0 "$sources/golden" compare "$1" "$made/told"
}

@test "gcc, AddressSanitizer" { as_expected gcc-address; }
@test "clang, AddressSanitizer" { as_expected clang-address; }
@test "gcc, UndefinedBehaviorSanitizer" { as_expected gcc-undefined; }
@test "clang, UndefinedBehaviorSanitizer" { as_expected clang-undefined; }
@test "gcc, undefined behaviour traps" { as_expected gcc-trap; }
@test "clang, undefined behaviour traps" { as_expected clang-trap; }
@test "gcc, UBSan's minimal runtime" { as_expected gcc-minimal; }
@test "clang, UBSan's minimal runtime" { as_expected clang-minimal; }
@test "gcc, LeakSanitizer alone" { as_expected gcc-leak; }
@test "clang, LeakSanitizer alone" { as_expected clang-leak; }
@test "gcc, ThreadSanitizer" { as_expected gcc-thread; }
@test "clang, ThreadSanitizer" { as_expected clang-thread; }
@test "gcc, MemorySanitizer" { as_expected gcc-memory; }
@test "clang, MemorySanitizer" { as_expected clang-memory; }
@test "gcc, HWAddressSanitizer" { as_expected gcc-hwaddress; }
@test "clang, HWAddressSanitizer" { as_expected clang-hwaddress; }
@test "gcc, control flow integrity" { as_expected gcc-cfi; }
@test "clang, control flow integrity" { as_expected clang-cfi; }
@test "gcc, glibc's own checks and the debugger" { as_expected gcc-fortify; }
@test "clang, glibc's own checks and the debugger" { as_expected clang-fortify; }
@test "gcc, no sanitizer and the debugger" { as_expected gcc-plain; }
@test "clang, no sanitizer and the debugger" { as_expected clang-plain; }
@test "gcc, libFuzzer" { as_expected gcc-libfuzzer; }
@test "clang, libFuzzer" { as_expected clang-libfuzzer; }

@test "one bug at one place is one group under all of them, and no other's" {
	try 0 "$sources/golden" groups "$BATS_FILE_TMPDIR/made"
}

@test "no trace cut at a line gives another group, nor do CR LF line ends" {
	mkdir traces
	try 0 "$sources/golden" traces "$BATS_FILE_TMPDIR/made" traces
	[ "$(ls traces | grep -c .)" -gt 100 ]
	try 0 "$pf_build/unit/crash_many" traces
}

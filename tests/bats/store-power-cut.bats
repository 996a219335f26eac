# The store when the power goes: tests/faults/power-cut says how.

load helper

@test "four power cuts lose nothing that was acknowledged" {
	status=0
	TMPDIR=$PWD "$pf_root/tests/faults/power-cut" 4 >stdout 2>stderr 3>&- ||
		status=$?
	[ "$status" != 69 ] || skip "$(sed 's/^power-cut: //' stderr)"
	cat stdout stderr
	[ "$status" = 0 ]
	grep -qE '^4 cuts, [0-9]+ batches acknowledged, 0 cuts with a loss$' stdout
	not grep -F "$PWD" /proc/mounts
}

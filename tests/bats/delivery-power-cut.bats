# A node's spool when the power goes: tests/faults/power-cut-spool says how.

load helper

@test "four power cuts of a spool lose nothing that was answered for" {
	status=0
	TMPDIR=$PWD "$pf_root/tests/faults/power-cut-spool" 4 >stdout 2>stderr 3>&- ||
		status=$?
	[ "$status" != 69 ] || skip "$(sed 's/^power-cut-spool: //' stderr)"
	cat stdout stderr
	[ "$status" = 0 ]
	grep -qE '^4 cuts, [0-9]+ lines answered for, 0 cuts with a loss$' stdout
	not grep -F "$PWD" /proc/mounts
}

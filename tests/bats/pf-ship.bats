# pf-ship: every line that was read is spooled and delivered.

load helper
load ship

@test "a pipe is delivered to a file, byte for byte" {
	events 1 250 >in
	try 0 ship --to "file://$PWD/out.jsonl" <in
	silent
	same stdout </dev/null
	cmp in out.jsonl
	[ "$(count new)$(count tmp)" = 00 ]
}

@test "a directory gets one file a batch, named by its key" {
	events 1 25 >in
	mkdir out
	try 0 ship --batch 10 --to "file://$PWD/out" <in
	cat out/*.jsonl | cmp - in
	wc -l out/*.jsonl | awk '{print $1}' >counts
	same counts <<-'END'
		10
		10
		5
		25
	END
}

@test "what is spooled is delivered by a later run" {
	events 1 250 | try 0 ship --spool-only
	[ "$(count new)" = 3 ]
	try 0 ship --drain --to "exec:cat >>'$PWD/out'"
	in_order out 250
	[ "$(count new)" = 0 ]
}

@test "batches are sealed by lines, bytes, age and crashes" {
	events 1 20 | try 0 ship --spool-only --batch 7
	[ "$(count new)" = 3 ]
	events 1 20 | try 0 ship --spool-only --batch-bytes 1
	[ "$(count new)" = 23 ]
	{ events 1 1; events 2 2 crash; events 3 4; } | try 0 ship --spool-only
	[ "$(count new)" = 25 ]
}

@test "an old line and a crash are sealed while the input goes on" {
	mkfifo pipe
	shipping --spool-only --batch-age 50ms <pipe 3>&- &
	pid=$!
	exec 4>pipe
	events 1 1 >&4
	until_true 5 counted new 1
	events 2 2 crash >&4
	until_true 5 counted new 2
	exec 4>&-
	wait $pid
}

@test "SIGTERM seals what was read and ends with 0" {
	mkfifo pipe
	shipping --spool-only --batch-age 1h <pipe 3>&- &
	pid=$!
	exec 4>pipe
	events 1 3 >&4
	until_true 5 counted tmp 1
	kill -TERM $pid
	wait $pid
	exec 4>&-
	[ "$(count tmp)$(count new)" = 01 ]
	cat spool/new/* | grep -c '"v":1' | grep -qx 3
}

@test "a last line without a newline counts" {
	printf %s "$(events 1 2)" | try 0 ship --to "file://$PWD/out"
	in_order out 2
}

@test "a drain of a spool that is not there makes it, and says so once" {
	for mode in '--drain --to exec:cat' --retry-rejected; do
		# shellcheck disable=SC2086
		try 0 ship $mode
		same stderr <<-'END'
			pf-ship: the spool 'spool' was not there: it was made, and there is nothing to deliver
		END
		# shellcheck disable=SC2086
		try 0 ship $mode
		silent
		rm -r spool
	done
	try 0 ship --spool-only </dev/null
	silent
}

@test "a spool that cannot be made is told of with 73" {
	: >file
	for place in /proc/none file/spool file; do
		try 73 pf-ship --spool "$place" --spool-only </dev/null
		says "pf-ship: make the spool '$place': "
		try 73 pf-ship --spool "$place" --drain --to exec:cat
		try 66 pf-ship --spool "$place" --status
	done
	mkdir -m 500 closed
	try 77 bound_by_modes pf-ship --spool closed/spool --spool-only </dev/null
	says "open the spool 'closed/spool': Permission denied"
}

@test "no input is nothing to deliver" {
	try 0 ship --to "file://$PWD/out" </dev/null
	silent
	[ ! -e out ]
}

@test "lines that are no events are named, kept and do not stop the rest" {
	{ events 1 1; printf 'jun\033k\n'; echo '{"v":1}'; events 2 2; } >in
	try 1 ship --to "file://$PWD/out" <in
	in_order out 2
	same stderr <<-'END'
		pf-ship: standard input line 2: not JSON: column 1: '{' or '[' is expected
		pf-ship: standard input line 3: id is not 32 hex digits
	END
	try 0 json '[e["from"], e["line"]]' spool/rejected/*.jsonl
	same stdout <<-'END'
		["standard input line 2", "jun\u001bk"]
		["standard input line 3", "{\"v\":1}"]
	END
}

@test "a line over 16 MiB is skipped and named" {
	{ events 1 1; head -c 17000000 /dev/zero | tr '\0' x; echo; events 2 2; } |
		try 1 ship --to "file://$PWD/out"
	says 'standard input line 2: longer than 16 MiB'
	in_order out 2
}

@test "an event of 10 MiB goes through" {
	{ printf %s "$(events 1 1 | head -c 90)"
	printf '"n","data":{"x":"'
	head -c 10000000 /dev/zero | tr '\0' x; echo '"}}'; } >big
	sed 's/"type.*"n",/"type":"crash",/' big >in
	try 0 ship --to "file://$PWD/out" <in
	cmp in out
}

@test "a writer that lives is left alone" {
	mkfifo pipe
	shipping --spool-only --batch-age 1h <pipe 3>&- &
	pid=$!
	exec 4>pipe
	events 1 3 >&4
	until_true 5 counted tmp 1
	try 0 ship --drain --to "file://$PWD/out"
	[ "$(count tmp)" = 1 ]
	exec 4>&-
	wait $pid
	[ "$(count tmp)$(count new)" = 01 ]
}

@test "two writers share a spool" {
	events 1 500 | ship --spool-only --batch 7 3>&- &
	pid=$!
	events 501 1000 | try 0 ship --spool-only --batch 9
	wait $pid
	try 0 ship --drain --to "file://$PWD/out"
	all_there out 1000
	[ "$(wc -l <out)" = 1000 ]
}

@test "one at a time delivers; the second says so with 75" {
	events 1 3 | try 0 ship --spool-only
	mkfifo gate
	shipping --drain --to "exec:cat >out; cat gate" 3>&- &
	pid=$!
	until_true 5 test -s out
	try 75 ship --drain --to "file://$PWD/other"
	same stderr <<-'END'
		pf-ship: another pf-ship delivers from this spool
	END
	echo >gate
	wait $pid
	[ ! -e other ]
}

@test "a second pipe leaves its lines to the one that delivers" {
	mkfifo pipe
	shipping --to "exec:cat >>'$PWD/out'" <pipe 3>&- &
	pid=$!
	exec 4>pipe
	events 1 1 crash >&4
	until_true 5 test -s out
	events 2 30 | try 0 ship --to "exec:cat >>'$PWD/other'"
	exec 4>&-
	wait $pid
	[ ! -e other ]
	[ "$(wc -l <out)" = 30 ]
}

@test "options are checked" {
	try 64 pf-ship --spool spool
	says 'no destination: --to or PF_MASTER'
	try 64 pf-ship --spool-only
	says 'no spool: --spool, PF_SPOOL or PF_HOME'
	try 64 ship --drain --spool-only
	try 64 ship --to gopher://x
	says 'not https://, http://, ssh://, file://, exec: or -'
	try 64 ship --to ssh://-oProxyCommand=x
	try 64 ship --to ssh://host:port
	try 64 ship --to file://relative
	try 64 ship --to exec:
	try 64 ship --batch 0 --to exec:true
	try 64 ship --to exec:true operand
}

@test "the environment names the spool and the destination" {
	events 1 3 >in
	PF_SPOOL=$PWD/a PF_MASTER=file://$PWD/out try 0 pf-ship <in
	in_order out 3
	PF_HOME=$PWD/b try 0 pf-ship --spool-only <in
	[ "$(ls b/spool/new | wc -l)" = 1 ]
}

@test "what cannot be written to standard output is said" {
	events 1 3 | try 0 ship --spool-only
	status=0
	ship --status >/dev/full 2>stderr || status=$?
	[ $status = 75 ]
	says 'write standard output'
}

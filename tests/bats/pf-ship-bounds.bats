# pf-ship at the bounds of its spool, and on a full disk.

load helper
load ship

clean_up() { if mountpoint -q spool; then umount spool; fi; }

@test "at the bound reading stops, and goes on when there is room" {
	events 1 2000 >in
	shipping --spool-only --batch 10 --spool-max-bytes 20K <in 2>err 3>&- &
	pid=$!
	until_true 5 grep -q 'the spool is full' err
	[ "$(du -b --apparent-size -s spool/new | cut -f 1)" -lt 100000 ]
	until_true 20 eval 'ship --drain --to "file://$PWD/out" && ! kill -0 $pid 2>/dev/null'
	wait $pid
	try 0 ship --drain --to "file://$PWD/out"
	all_there out 2000
	[ "$(wc -l <out)" = 2000 ]
}

@test "the bound counts what an earlier run has left" {
	events 1 200 | try 0 ship --spool-only
	mkfifo pipe
	shipping --spool-only --spool-max-bytes 1K <pipe 2>err 3>&- &
	pid=$!
	exec 4>pipe
	until_true 5 grep -q 'the spool is full' err
	kill -TERM $pid
	wait $pid
	exec 4>&-
}

@test "a full disk stops the reading and loses nothing" {
	[ "$(id -u)" = 0 ] || skip "mounting a tmpfs needs root"
	mkdir spool
	mount -t tmpfs -o size=64k none spool
	events 1 1000 >in
	shipping --spool-only --batch 10 <in 2>err 3>&- &
	pid=$!
	until_true 10 grep -q 'No space left' err
	until_true 30 eval 'ship --drain --to "file://$PWD/out"; ! kill -0 $pid 2>/dev/null'
	wait $pid
	try 0 ship --drain --to "file://$PWD/out"
	all_there out 1000
}

@test "a bound on files, and on what must be free, stop the reading too" {
	events 1 300 >in
	for bound in --spool-max-files=2 --min-free=100% --min-free=1000T; do
		rm -rf spool
		: >err
		shipping --spool-only --batch 100 $bound <in 2>err 3>&- &
		pid=$!
		until_true 5 grep -q 'the spool is full: .* reading stops until there is room' err
		kill -TERM $pid
		wait $pid
	done
}

@test "--drop-oldest drops the oldest stats, counts them, and never a crash" {
	events 1 300 >in
	{ events 301 301 crash; events 302 310 job; events 311 1000; } >>in
	try 1 ship --spool-only --batch 10 --spool-max-bytes 40K --drop-oldest <in
	awk '/stats lines/ { n += $6 } END { print 1000 - n }' stderr >left
	ship --status | json 'e["lines"]' /dev/stdin | same left
	try 0 ship --drain --to "file://$PWD/out"
	# Batches of one millisecond are in no order among themselves.
	grep -v '"stats"' in | cmp - <(grep -v '"stats"' out | sort)
	tail -n 1 in | cmp - <(tail -n 1 out)
	[ "$(du -b -s out | cut -f 1)" -lt 60000 ]
	ship --status | json 'e["dropped_lines_total"] + e["delivered_lines_total"]' /dev/stdin >sum
	same sum <<<1000
}

@test "what is left of a batch has a key of its own, which obeys the form" {
	{ events 1 5; events 6 6 job; } | try 0 ship --spool-only
	old=$(ls spool/new)
	events 7 16 | try 1 ship --spool-only --spool-max-bytes 1K --batch 10 \
		--drop-oldest 3>&- &
	until_true 5 eval '[ ! -e spool/new/$old ]'
	kill -TERM %1 2>/dev/null || :
	wait || :
	cat spool/new/* | grep -c '"job"' | grep -qx 1
	try 0 ship --drain --to "file://$PWD/out"
	[ "$(count corrupt)" = 0 ]
	[ "$(grep -c '"job"' out)" = 1 ]
}

@test "--drop-oldest without stats to drop stops the reading" {
	events 1 300 job >in
	shipping --spool-only --batch 10 --spool-max-bytes 10K --drop-oldest <in 2>err 3>&- &
	pid=$!
	until_true 5 grep -q 'is full and has no stats to drop; reading stops' err
	until_true 20 eval 'ship --drain --to "file://$PWD/out" && ! kill -0 $pid 2>/dev/null'
	wait $pid
	try 0 ship --drain --to "file://$PWD/out"
	events 1 300 job | cmp - <(sort -t : -k 3 -u out)
}

# pf-ship and a destination that fails: backing off, the breaker, and what was
# rejected on its way again.

load helper
load ship

# The destination that fails, and counts how often it was tried.
failing='exec:echo x >>tries; cat >/dev/null; exit 75'
tried() { wc -l <tries; }

# drain STATUS [OPTION]…: one try at most.
drain() {
	local want=$1
	shift
	try "$want" ship --drain --max-elapsed 0 --to "$failing" "$@"
}

# The breaker that so many failures have opened for some of the next 5 minutes.
open_breaker() {
	events 1 3 | try 0 ship --spool-only
	drain 75 --breaker-failures 1 --retry-min 5m --retry-max 5m
	[ "$(tried)" = 1 ]
	sed 's/"open_ms":[0-9]*/"open_ms":300000/' spool/breaker/* >b
	cp b spool/breaker/*
}

@test "an open breaker ends the runs of all at once, without a try" {
	open_breaker
	for _ in 1 2 3; do drain 75; done
	says 'the destination has failed 1 times in a row and is tried again in'
	[ "$(tried)" = 1 ]
	[ "$(count new)" = 1 ]
}

@test "an open breaker with nothing to deliver is no failure" {
	open_breaker
	rm spool/new/*
	drain 0
	silent
}

@test "when its time has come one batch is the probe, which opens it anew" {
	open_breaker
	events 4 300 | try 0 ship --spool-only --batch 10
	PF_NOW=$(($(date +%s) + 301)) drain 75 --retry-min 5m --retry-max 5m
	[ "$(tried)" = 2 ]
	[ "$(json 'e["failures"]' spool/breaker/*)" = 2 ]
}

@test "a probe that is taken closes it" {
	failing='exec:echo x >>tries; [ -e ok ] || exit 75; cat >>out'
	open_breaker
	events 4 300 | try 0 ship --spool-only --batch 10
	touch ok
	drain 75
	PF_NOW=$(($(date +%s) + 301)) drain 0
	all_there out 300
	[ "$(count breaker)" = 0 ]
}

@test "a clock that was set back does not keep it open" {
	open_breaker
	PF_NOW=2001-01-01T00:00:00Z drain 75
	[ "$(tried)" = 2 ]
}

@test "each destination has a breaker of its own" {
	open_breaker
	try 0 ship --drain --to "file://$PWD/out"
	in_order out 3
	[ "$(count breaker)" = 1 ]
}

@test "a damaged breaker is told of and counts as closed" {
	open_breaker
	echo '{"v":1,"failures":-1}' >b
	cp b spool/breaker/*
	drain 75
	says "not a breaker's state: taken for closed"
	[ "$(tried)" = 2 ]
}

@test "it stays closed below --breaker-failures, over many runs" {
	events 1 3 | try 0 ship --spool-only
	for _ in 1 2 3; do
		drain 75 --retry-min 5m --retry-max 5m --breaker-failures 3
	done
	[ "$(tried)" = 3 ]
	[ "$(json 'e["open"]' spool/breaker/*)" = true ]
}

@test "Retry-After in seconds opens it for that time" {
	master '*retry=429:3600'
	events 1 3 | try 0 ship --spool-only
	try 75 ship --drain --max-elapsed 1s --to "$url"
	try 75 ship --drain --to "$url"
	says 'is tried again in 3'
	[ "$(wc -l <m/requests)" = 1 ]
	[ "$(json 'e["open_ms"]' spool/breaker/*)" = 3600000 ]
}

@test "Retry-After as a date opens it until then, for a day at most" {
	master 'retry=503:Sat, 21 Nov 2026 03:00:00 GMT' \
		'retry=503:Fri, 01 Jan 2100 00:00:00 GMT'
	export PF_NOW=2026-11-21T02:00:00Z
	events 1 3 | try 0 ship --spool-only
	try 75 ship --drain --max-elapsed 1s --to "$url"
	[ "$(json 'e["open_ms"]' spool/breaker/*)" = 3600000 ]
	PF_NOW=2026-11-21T03:00:01Z try 75 ship --drain --max-elapsed 1s --to "$url"
	[ "$(json 'e["open_ms"]' spool/breaker/*)" = 86400000 ]
}

@test "a Retry-After of a second is waited for" {
	master retry=429:1
	events 1 3 | try 0 ship --to "$url"
	nothing_lost 3
	requests 'e["at"]' | awk '{ t[NR] = $1 } END { print (t[2] - t[1] >= 1) }' >waited
	same waited <<<1
}

@test "a pipe waits for the destination and reads on" {
	events 1 3 | try 0 ship --spool-only
	drain 75 --breaker-failures 1
	mkfifo pipe
	shipping --to 'exec:[ -e ok ] || exit 75; cat >>out' <pipe 2>err 3>&- &
	pid=$!
	exec 4>pipe
	events 4 500 >&4
	until_true 10 counted new 5
	touch ok
	exec 4>&-
	wait $pid
	all_there out 500
}

@test "rejected lines go back and are delivered" {
	{ echo junk; events 1 50; } | try 1 ship --to 'exec:grep -q . && exit 65'
	[ "$(count new)" = 0 ]
	try 1 ship --retry-rejected --to "file://$PWD/out"
	says 'lines are still no events and stay in rejected/'
	all_there out 50
	[ "$(wc -l <out)" = 50 ]
	[ "$(cat spool/rejected/* | wc -l)" = 1 ]
	cp spool/rejected/* before
	try 1 ship --retry-rejected
	cmp before spool/rejected/*
}

@test "--retry-rejected without a destination spools" {
	events 1 3 | try 1 ship --to 'exec:cat >/dev/null; exit 65'
	try 0 ship --retry-rejected
	[ "$(count new)$(count rejected)" = 10 ]
	try 0 ship --drain --to "file://$PWD/out"
	all_there out 3
}

@test "--retry-rejected that is killed has every line in at least one place" {
	events 1 30 | try 1 ship --to 'exec:cat >/dev/null; exit 65'
	local call n
	for call in renameat unlinkat fsync pwrite64; do
		for n in 1 2 3; do
			ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=$call \
				-e inject=$call:signal=SIGKILL:when=$n \
				pf-ship --spool spool --batch 10 --retry-rejected 3>&- 2>/dev/null || :
		done
	done
	try 0 ship --retry-rejected --to "file://$PWD/out"
	all_there out 30
}

@test "what is rejected while it runs is let be" {
	mkfifo pipe
	shipping --spool-only --batch 1 <pipe 2>err 3>&- &
	pid=$!
	exec 4>pipe
	{ echo junk; events 1 1; } >&4
	until_true 5 counted rejected 1
	try 0 ship --retry-rejected
	echo junk >&4
	exec 4>&-
	wait $pid || :
	[ "$(cat spool/rejected/* | wc -l)" = 2 ]
}

@test "a pipe gives up, too, when the wait is longer than --max-elapsed" {
	master '*retry=503:3600'
	mkfifo pipe
	shipping --to "$url" --max-elapsed 2s --batch 1 <pipe 2>err 3>&- &
	pid=$!
	exec 4>pipe
	events 1 1 >&4
	until_true 5 grep -q 'the master answers 503' err
	exec 4>&-
	status=0
	wait $pid || status=$?
	[ $status = 75 ]
	[ "$(wc -l <m/requests)" = 1 ]
	events 2 2 | try 75 ship --to "$url" --max-elapsed 2s
	[ "$(wc -l <m/requests)" = 1 ]
	[ "$(count new)" = 2 ]
}

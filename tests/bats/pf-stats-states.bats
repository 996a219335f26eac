# How pf-stats tells the states of fuzzers apart, with real ones.

load helper

fixtures=$pf_root/tests/fixtures/stats
seeds=$pf_root/tests/targets/seeds

# afl OUT: starts an afl-fuzz of our own there and waits for its numbers.
afl() {
	AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 \
		AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
		afl-fuzz -i "$seeds/clean" -o "$1" -- "$targets/clean.afl" \
		>"$1.log" 2>&1 3>&- &
	afl_pid=$!
	until_true 20 test -s "$1/default/fuzzer_stats"
}

# below PID: its children and theirs, one a line.
below() {
	local child
	for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		echo "$child"
		below "$child"
	done
}

# kill_afl: at once, with its fork server and what that has stopped.
kill_afl() {
	local left
	left=$(below $afl_pid)
	kill -KILL $afl_pid
	wait $afl_pid || :
	# shellcheck disable=SC2086
	[ -z "$left" ] || kill -KILL $left 2>/dev/null || :
}

# state PATH...: of each fuzzer there, one a line.
state() {
	pf-stats "$@" >stdout 2>stderr 3>&- || :
	json "e['data']['state']"
}

@test "a fuzzer that runs, and what its process takes" {
	afl out
	try 0 pf-stats out
	silent
	valid stdout
	json "[e['data']['state'], e['data']['alive'],
		e['data']['pid'] == $afl_pid,
		e['data']['rss_bytes'] > 1 << 20]" >got
	echo '["running", true, true, true]' | same got
	kill_afl
}

@test "one that has not told its numbers for two minutes is stale" {
	afl out
	PF_NOW=$(($(date +%s) + 90)) state out >got
	PF_NOW=$(($(date +%s) + 300)) state out >>got
	printf '%s\n' running stale | same got
	json "e['data']['alive']" >got
	echo true | same got
	kill_afl
}

@test "a file whose number is another process's is nobody's" {
	afl out
	kill_afl
	sleep 100 3>&- &
	sed -i "s/^\(fuzzer_pid *: \).*/\1$!/" out/default/fuzzer_stats
	touch out/default/.cur_input
	PF_NOW=$(($(date +%s) + 300)) state out >got
	echo dead | same got
}

@test "a copy is not what it was copied from" {
	afl out
	cp -r out copy
	PF_NOW=$(($(date +%s) + 300)) state out copy >got
	kill_afl
	not grep -q 'running' <(tail -n 1 got)
	[ "$(head -n 1 got)" = stale ]
	[ "$(wc -l <got)" = 2 ]
}

@test "a file that another machine wrote just now is remote" {
	cp -r "$fixtures/aflpp-4.04c" instance
	sed -i "s/^\(last_update *: \).*/\1$(($(date +%s) - 40))/" \
		instance/fuzzer_stats
	try 0 pf-stats instance
	json "[e['data']['state'], 'alive' in e['data']]" >got
	echo '["remote", false]' | same got
}

@test "killed and stopped are told apart" {
	afl killed
	kill_afl
	afl stopped
	kill -TERM $afl_pid
	wait $afl_pid || :
	state killed stopped >got
	printf '%s\n' dead stopped | same got
}

@test "a fuzzer that has not told any number yet runs all the same" {
	mkdir -p out/default
	afl out
	# Or it would write them again.
	kill -STOP $afl_pid
	rm out/default/fuzzer_stats
	try 0 pf-stats out
	silent
	valid stdout
	json "[e['data']['state'], 'execs_total' in e['data']]" >got
	echo '["running", false]' | same got
	kill_afl
	try 1 pf-stats out
	says "ended before it told any numbers"
	json "e['data']['state']" >got
	echo dead | same got
}

@test "in a sandbox the fuzzer has another number, and is found" {
	pf-run --sandbox -t 1 -i "$seeds/clean" -o job -- "$targets/clean.afl" \
		>/dev/null 3>&- &
	until_true 20 test -s job/out/default/fuzzer_stats
	try 0 pf-stats job
	kill -TERM $!
	wait $!
	pid=$(json "e['data']['pid']")
	inner=$(sed -n 's/^fuzzer_pid *: //p' job/out/default/fuzzer_stats)
	[ "$pid" != "$inner" ]
	[ "$(json "e['data']['state']")" = running ]
	try 0 pf-stats job
	json "[e['data']['state'], 'pid' in e['data']]" >got
	echo '["stopped", false]' | same got
}

@test "a libFuzzer whose log is open for writing runs" {
	"$targets/clean.libfuzzer" -max_total_time=60 >log 2>&1 3>&- &
	until_true 20 grep -q INITED log
	try 0 pf-stats log
	valid stdout
	json "[e['data']['state'], e['data']['alive']]" >got
	echo '["running", true]' | same got
	kill -KILL $!
	wait $! || :
	state log >got
	echo dead | same got
}

@test "a job whose supervisor was killed is dead, with all it has done" {
	pf-run --interval 1s -t 1 -i "$seeds/chunks" -o job -- \
		"$targets/chunks.libfuzzer" >/dev/null 3>&- &
	until_true 30 grep -q '"execs_total"' job/state.json
	kill -KILL $!
	wait $! || :
	until_true 20 nothing_left job
	# Its keeper may hold the lock for a moment longer.
	is_dead() { [ "$(state job)" = dead ]; }
	until_true 20 is_dead
	json "e['data']['execs_total'] >= $(/usr/bin/python3 -c \
		'import json; print(json.load(open("job/state.json"))["instances"][0]["execs_total"])')" >got
	echo true | same got
}

@test "totals of a job go on when it is run again" {
	run_once() {
		try 0 pf-run -d 3s --interval 1s -t 1 -i "$seeds/clean" -o job -- \
			"$targets/clean.libfuzzer"
	}
	run_once
	try 0 pf-stats job
	json "e['data']['execs_total']" >first
	run_once
	try 0 pf-stats job
	[ "$(json "e['data']['execs_total']")" -gt "$(cat first)" ]
}

# Its log goes to pieces as it grows; the pieces that are gone still count.
@test "totals of a job never fall, whatever becomes of its log" {
	pf-run --mode single --log-size 16K --interval 1h --pause-max 100ms \
		--restarts 100000 -t 1 -i "$seeds/chunks" -o job -- \
		"$targets/chunks.libfuzzer" >/dev/null 3>&- &
	until_true 20 test -s job/log/libfuzzer0.log
	turns() {
		try 0 pf-stats job
		json "e['data'].get('execs_total')" >>totals
		ls -i job/log >>logs
		# Of three files that were put aside the first is gone.
		[ "$(grep -c . <(awk '/\.1$/ { print $1 }' logs | uniq))" -ge 4 ]
	}
	until_true 60 turns
	kill -TERM $!
	wait $! || :
	sort -nc totals
}

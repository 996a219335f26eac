# pf-run over a fuzzer that misbehaves: tests/fakes/afl-fuzz.c.

load helper

setup_file() {
	mkdir "$BATS_FILE_TMPDIR/bin"
	cc -std=gnu11 -O1 -o "$BATS_FILE_TMPDIR/bin/afl-fuzz" \
		"$BATS_TEST_DIRNAME/../fakes/afl-fuzz.c"
}

prepare() {
	PATH=$BATS_FILE_TMPDIR/bin:$PATH
	# No other job on this machine is called so.
	job=fake-$$-$BATS_TEST_NUMBER
}

# fuzz OPTION…: a job in `job`, over the fake unless $target is another.
fuzz() {
	local target=${target-clean.afl}
	# In the background it is pf-run itself that $! names.
	${fuzz_exec-} pf-run -i "$pf_root/tests/targets/seeds/${target%%.*}" \
		-o job -j "$job" --interval 1s --min-free 0 "$@" \
		-- "$targets/$target"
}

# started OPTION…: the same in the background, and it runs.
started() {
	fuzz_exec=exec fuzz "$@" >stdout 2>stderr 3>&- &
	pid=$!
	until_true 20 grep -q '"running"' stdout
}

# ended STATUS: what was started ends so.
ended() {
	local got=0
	wait "$pid" || got=$?
	[ "$got" = "$1" ] || { cat stderr; return 1; }
}

# told STATE [REASON [FIELD]]…: the job events in `stdout` were these.
told() {
	json "(' '.join(str(e['data'][k]) for k in ('state', 'reason', 'signal',
		'exit_code') if k in e['data']) if e['type'] == 'job'
		else None)" >states
	printf '%s\n' "$@" | same states
}

of_type() { json "($2) if e['type'] == '$1' else None"; }

# whole [COUNTS]: what is left behind at the end of a job is in order.
whole() {
	nothing_left "$job"
	cmp stdout job/events.jsonl
	valid stdout
	"$pf_root/tests/fakes/check_job" job >counts
	[ -z "$1" ] || echo "$1" | same counts
}

@test "a fuzzer that ends at once with its words ends the job with them" {
	FAKE=abort try 78 fuzz -d 20s
	says "No instrumentation detected"
	told starting running "failed No instrumentation detected 1"
	whole
}

@test "what may go better the next time is tried again" {
	FAKE=transient FAKE_EACH=1 try 0 fuzz -d 5s
	silent
	told starting running \
		"restarting Unable to communicate with fork server (OOM?) 1" \
		running "stopping time used up" "finished time used up"
	whole
}

@test "a fuzzer that dies each time is given up after --restarts" {
	FAKE=die=11 try 78 fuzz --restarts 2
	told starting running "restarting killed by SIGSEGV 11" running \
		"failed killed by SIGSEGV 11"
	whole
	rm -r job
	FAKE=die=9 try 78 fuzz --restarts 2
	told starting running "restarting killed by SIGKILL 9" running \
		"failed killed by SIGKILL 9"
	whole
}

@test "a fuzzer that ignores every signal is killed after its grace" {
	FAKE="deaf daemons=30" started -g 1s
	kill -TERM "$pid"
	began=$EPOCHREALTIME
	ended 0
	took=$(echo "$EPOCHREALTIME - $began" | bc)
	[ "$(echo "$took >= 1 && $took < 4" | bc)" = 1 ]
	told starting running "stopping SIGTERM" "cancelled SIGTERM"
	whole
}

@test "30 daemons that a fuzzer leaves behind are gone with it" {
	FAKE="daemons=30 leave" try 0 fuzz -d 20s
	told starting running "finished the fuzzer ended"
	whole
}

@test "30 daemons are gone when pf-run is killed" {
	FAKE="deaf daemons=30" started
	until_true 5 eval '[ -n "$(processes_of "$job")" ]'
	kill -KILL "$pid"
	ended 137
	until_true 5 nothing_left "$job"
}

@test "30 daemons are gone when the fuzzer is killed" {
	FAKE="daemons=30" FAKE_EACH=1 started -d 4s
	until_true 5 test -s job/out/default/fuzzer_stats
	sed -n 's/^fuzzer_pid *: //p' job/out/default/fuzzer_stats >first
	kill -KILL "$(cat first)"
	until_true 10 grep -q '"restarting"' stdout
	# The second start left none: what is left is the first's.
	ended 0
	told starting running "restarting killed by SIGKILL 9" running \
		"stopping time used up" "finished time used up"
	whole
}

@test "a log of 100 MB takes two files of 16 MiB and no memory" {
	FAKE=flood=100 started -d 6s
	until_true 10 test -e job/log/default.log.1
	until_true 10 grep -q '"stats"' stdout
	peak=$(sed -n 's/^VmHWM:\s*\([0-9]*\) kB/\1/p' "/proc/$pid/status")
	ended 0
	[ "$peak" -lt "${most_kib:-16384}" ] || [ "$pf_build" != "$pf_root/build" ]
	[ "$(du -sm job/log | cut -f 1)" -le 33 ]
	[ "$(ls job/log | wc -l)" = 2 ]
	whole
}

@test "SIGTERM is heard while a log floods" {
	FAKE=flood=100000 started
	until_true 10 test -e job/log/default.log.1
	kill -TERM "$pid"
	ended 0
	told starting running "stopping SIGTERM" "cancelled SIGTERM"
	whole
}

@test "half a statistics file is no statistics" {
	for way in half empty; do
		FAKE=stats=$way try 0 fuzz -d 3s
		[ -z "$(of_type stats "e['id']")" ]
		whole
		rm -r job
	done
}

@test "absurd numbers in a statistics file are left out" {
	FAKE=stats=absurd try 0 fuzz -d 3s
	of_type stats "sorted(set(e['data']) & {'cycles_total', 'execs_total',
		'execs_per_second', 'coverage_ratio', 'stability_ratio',
		'edges_total', 'edges_found', 'corpus_count'})" | sort -u >got
	echo '["corpus_count", "coverage_ratio", "edges_found"]' | same got
	whole
}

@test "10,000 crash inputs of hostile names are told, each once" {
	FAKE=crashes=10000 FAKE_EACH=1 try 0 fuzz -d 3s -g 30s
	whole "10000 inputs, 10000 told, 0 again"
	"$pf_root/tests/fakes/check_job" job -v
	[ ! -e pwned ]
	try 0 fuzz -d 3s
	[ -z "$(of_type crash "e['id']")" ]
	"$pf_root/tests/fakes/check_job" job >counts
	echo "10000 inputs, 10000 told, 0 again" | same counts
}

@test "a stream of crashes under several names is told whole" {
	FAKE=stream try 0 fuzz -d 3s
	whole
	[ "$(of_type crash "e['id']" | wc -l)" -gt 100 ]
}

@test "a crash input that is half written is not told before it is whole" {
	FAKE=half=1500 try 0 fuzz -d 3s
	whole "1 inputs, 1 told, 0 again"
}

@test "crashes that are renamed while the fuzzer runs are told" {
	FAKE=rename try 0 fuzz -d 3s
	whole "2 inputs, 2 told, 0 again"
}

@test "a fuzzer without its directory is started again" {
	FAKE="crashes=3 delete" FAKE_EACH=1 try 0 fuzz -d 6s
	json "e['data']['state'] if e['type'] == 'job' else None" >got
	printf '%s\n' starting running restarting running stopping finished |
		same got
	whole "0 inputs, 3 told, 0 again"
}

# AFL++ writes its statistics once a minute only: any other command is watched
# by what it prints and by the processor time it takes.
other() {
	pf-run -f other --crash-dir crashes -o job -j "$job" --interval 1s \
		--min-free 0 "$@" -- "$BATS_FILE_TMPDIR/bin/afl-fuzz" \
		-i "$pf_root/tests/targets/seeds/clean" -o "$PWD/out" target
}

@test "a fuzzer without a sign of life is started again" {
	for way in silent stop; do
		FAKE=$way FAKE_EACH=1 try 0 other --stall 2s -g 200ms -d 9s
		json "e['data']['state'] if e['type'] == 'job' else None" >got
		printf '%s\n' starting running restarting running stopping \
			finished | same got
		of_type job "e['data'].get('reason')" | sed -n 1p >got
		grep -qx 'no sign of life for [23] s, longer than --stall' got
		of_type alert "[e['data']['name'], e['data']['state']]" >got
		printf '%s\n' '["silent_seconds", "firing"]' \
			'["silent_seconds", "resolved"]' | same got
		whole
		rm -r job out
	done
}

@test "a fuzzer that takes more and more memory is started again" {
	FAKE=grow FAKE_EACH=1 try 0 fuzz -m 100M -d 9s
	json "e['data']['state'] if e['type'] == 'job' else None" >got
	printf '%s\n' starting running restarting running stopping finished |
		same got
	of_type job "e['data'].get('reason')" | sed -n 1p >got
	grep -qx 'it takes [0-9]*M of memory, more than the 100M of --memory' \
		got
	of_type alert "[e['data']['name'], e['data']['state']]" >got
	printf '%s\n' '["memory_bytes", "firing"]' \
		'["memory_bytes", "resolved"]' | same got
	whole
}

# on_disk SIZE COMMAND…: with a disk of that size in `disk`, gone afterwards.
on_disk() {
	[ "$(id -u)" = 0 ] || skip "needs root to mount"
	local size=$1
	shift
	mkdir disk
	size=$size unshare -m bash -c '
		mount -t tmpfs -o size=$size none disk && exec "$@"' - "$@"
}

@test "what a full disk does not take is on standard output" {
	export -f fuzz
	export job targets pf_root
	cat >session <<-'END'
		FAKE=fill fuzz -o disk/job -d 3s >stdout 2>stderr
		echo $? >status
		rm disk/job/out/default/queue/*
		cp disk/job/events.jsonl torn
		fuzz -o disk/job -d 3s >again 2>stderr.again
		cp -r disk/job job
	END
	on_disk 2m bash session
	echo 75 | same status
	says "No space left on device"
	valid stdout
	json "e['data']['state'] if e['type'] == 'job' else None" >got
	printf '%s\n' starting running stopping finished | same got
	# What could not be kept is told as soon as it can.
	[ -z "$(of_type crash "e['id']")" ]
	same stderr.again </dev/null
	json "e['data']['input'].get('lost') if e['type'] == 'crash' else None" \
		again >got
	echo true | same got
	# The line that was cut short is gone from the file.
	[ -n "$(tail -c 1 torn)" ]
	valid job/events.jsonl
	nothing_left "$job"
}

@test "a fuzzer is held before the disk is full, and goes on when it is not" {
	export -f fuzz
	export job targets pf_root pf_build
	cat >session <<-'END'
		fuzz_exec=exec fuzz -o disk/job --min-free 1M -g 1s \
			>stdout 2>stderr &
		n=0
		until grep -q '"alert"' stdout || [ $((n += 1)) = 200 ]; do
			sleep 0.1
		done
		rm disk/ballast
		until [ "$(grep -c '"running"' stdout)" = 2 ] ||
			[ $((n += 1)) = 400 ]; do sleep 0.1; done
		kill -TERM $!
		wait $!
		echo $? >status
	END
	echo 'head -c 2900K /dev/zero >disk/ballast' | cat - session >script
	on_disk 4m bash script
	echo 0 | same status
	of_type alert "[e['data']['name'], e['data']['state']]" >got
	printf '%s\n' '["disk_free_bytes", "firing"]' \
		'["disk_free_bytes", "resolved"]' | same got
	json "e['data']['state'] if e['type'] == 'job' else None" >got
	nothing_left "$job"
}

@test "two who stop a job at once leave the fuzzer its grace" {
	FAKE=slow=1500 started
	until_true 5 test -s job/out/default/fuzzer_stats
	pf-run --stop job >second 2>&1 3>&- &
	second=$!
	pf-run --stop job >first 2>&1 3>&-
	wait "$second"
	ended 0
	# It came to its last words, and so to saving its state.
	grep -q "aborted by user" job/log/default.log
	json "e['state']" first >got
	echo cancelled | same got
	same second <first
}

@test "a line that a killed run left torn is mended at the next start" {
	FAKE=leave try 0 fuzz
	cp job/events.jsonl before
	printf '{"v":1,"id":"01a1fd01279' >>job/events.jsonl
	FAKE=leave try 0 fuzz
	cat before stdout | same job/events.jsonl
	# One that lacks only its end is whole.
	cp job/events.jsonl before
	truncate -s -1 job/events.jsonl
	FAKE=leave try 0 fuzz
	cat before stdout | same job/events.jsonl
	head -c 100000 /dev/zero >job/events.jsonl
	FAKE=leave try 0 fuzz
	cmp stdout job/events.jsonl
}

@test "a reader that never reads does not keep a job from being stopped" {
	mkfifo pipe
	sleep 60 <pipe 3>&- &
	FAKE=crashes=500 fuzz_exec=exec fuzz >pipe 2>stderr 3>&- &
	pid=$!
	until_true 20 grep -q '"stats"' job/events.jsonl
	# Once: it took a second signal before.
	try 0 pf-run --stop job
	json "[e['running'], e['state']]" >got
	echo '[false, "cancelled"]' | same got
	ended 75
}

# suspended WHO: for 3 s; the job goes on and ends as if nothing had been.
suspended() {
	kill -STOP "$1"
	sleep 3
	kill -CONT "$1"
	ended 0
	told starting running "stopping time used up" "finished time used up"
	whole
	[ "$(of_type crash "e['id']" | wc -l)" -gt 0 ]
}

@test "of a process that does not run no pid and no end are told" {
	printf '#!/bin/sh\nexit 3\n' >gone
	chmod +x gone
	pf-run -f other --crash-dir none -o job --interval 100ms --min-free 1M \
		-- ./gone >stdout 2>stderr 3>&- &
	pid=$!
	until_true 20 grep -q '"restarting"' stdout
	rm gone
	ended 78
	of_type stats "'pid' in e['data'] and not e['data']['alive']" |
		sort -u >got
	echo false | same got
	of_type job "'exit_code' in e['data']" | tail -n 1 >got
	echo false | same got
}

@test "a pf-run that is suspended for a while goes on" {
	PATH=${PATH#*:}
	target=chunks.afl started -d 6s
	suspended "$pid"
}

@test "an afl-fuzz that is suspended for a while goes on" {
	PATH=${PATH#*:}
	target=chunks.afl started -d 6s
	suspended "$(json "e['instances'][0]['pid']" job/state.json)"
}

@test "a libFuzzer that is suspended for a while goes on" {
	target=chunks.libfuzzer started -d 6s
	suspended "$(json "e['instances'][0]['pid']" job/state.json)"
}

clean_up() { chattr -i job/events.jsonl 2>/dev/null || :; }

@test "a crash whose line could not be written is told by the next start" {
	FAKE=half=1500 FAKE_EACH=1 started
	# As on a disk that has room for small files, but not for this one.
	chattr +i job/events.jsonl || skip "no immutable files here"
	until_true 10 grep -q "trying again until it works" stderr
	says "keep crash input 'out/default/crashes/"
	kill -KILL "$pid"
	ended 137
	chattr -i job/events.jsonl
	try 0 fuzz -d 2s
	[ "$(of_type crash "e['id']" | wc -l)" = 1 ]
	"$pf_root/tests/fakes/check_job" job
}

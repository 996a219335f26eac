# pf-run, with the real fuzzers.

load helper

seeds=$pf_root/tests/targets/seeds

# fuzz NAME.BUILD OPTION…: a job in `job` over one of the example targets.
fuzz() {
	local target=$1
	shift
	# In the background it is pf-run itself that $! names.
	${fuzz_exec-} pf-run -t 1 -i "$seeds/${target%%.*}" -o job --interval 1s "$@" \
		-- "$targets/$target"
}

@test "a libFuzzer job finds crashes, goes on after them, and ends in time" {
	try 0 fuzz chunks.libfuzzer -d 6s
	silent
	states >got
	printf '%s\n' starting running stopping finished | same got
	[ "$(json "e['type'] if e['type'] == 'crash' else None" | wc -l)" -gt 1 ]
	valid stdout
	cmp stdout job/events.jsonl
	nothing_left job
}

@test "an AFL++ job finds crashes and tells what afl-fuzz's own files say" {
	try 0 fuzz chunks.afl -d 6s
	silent
	states >got
	printf '%s\n' starting running stopping finished | same got
	valid stdout
	json "e['data']['execs_total'] if e['type'] == 'stats' else None" >execs
	sed -n 's/^execs_done *: //p' job/out/default/fuzzer_stats >want
	tail -n 1 execs | same want
	# state.json said 0 of all that AFL++ ever did.
	try 1 pf-run --status job
	json "e['execs_total']" | same want
	nothing_left job
}

@test "two AFL++ instances work on one job under names of their own" {
	try 0 fuzz labels.afl -n 2 -d 5s
	json "e['data']['instance'] if e['type'] == 'stats' else None" |
		sort -u >got
	printf '%s\n' main s01 | same got
	nothing_left job
}

@test "every crash is kept by content, with how it was found" {
	try 0 fuzz chunks.libfuzzer -d 4s
	json "e['data']['input']['xxh128'] if e['type'] == 'crash' else None" |
		sort >told
	[ "$(uniq -d told | wc -l)" = 0 ]
	(cd job/crashes && ls | grep -v json) >kept
	same told <kept
	(cd job/crashes && xxh128sum $(cat ../../told)) 2>/dev/null |
		awk '$1 != $NF {print}' >differ
	same differ </dev/null
	for hash in $(cat told); do
		[ "$(json "e['input']['xxh128']" "job/crashes/$hash.json")" = "$hash" ]
	done
}

@test "a libFuzzer crash carries the report of the worker that found it" {
	try 0 fuzz chunks.libfuzzer -d 4s
	json "('ERROR: AddressSanitizer' in e['data']['trace'] and
	       e['data']['input']['name'] in e['data']['trace']
	       if e['type'] == 'crash' else None)" | sort -u >got
	echo true | same got
}

@test "a bug-free target gives no crash and still says so by its end" {
	try 0 fuzz clean.libfuzzer -d 3s --exit-crashes
	[ -z "$(json "e['id'] if e['type'] == 'crash' else None")" ]
	states | tail -n 1 >got
	echo finished | same got
}

@test "--exit-crashes makes crashes an exit status" {
	try 1 fuzz chunks.libfuzzer -d 3s --exit-crashes
}

@test "SIGTERM stops the whole tree within the grace time" {
	fuzz_exec=exec fuzz chunks.libfuzzer -n 2 >stdout 2>stderr 3>&- &
	until_true 10 grep -q '"running"' stdout
	kill -TERM $!
	status=0
	wait $! || status=$?
	[ "$status" = 0 ]
	states | tail -n 1 >got
	echo cancelled | same got
	nothing_left job
}

# kill_supervisor TARGET: no process may outlive a killed pf-run by 5 s.
kill_supervisor() {
	fuzz_exec=exec fuzz "$@" >stdout 2>stderr 3>&- &
	until_true 10 grep -q '"running"' stdout
	until_true 10 grep -q '"crash"' stdout
	kill -KILL $!
	wait $! || :
	until_true 5 nothing_left job
}

@test "kill -9 of pf-run leaves no libFuzzer process" {
	kill_supervisor chunks.libfuzzer -n 2
}

@test "kill -9 of pf-run leaves no AFL++ process" {
	kill_supervisor chunks.afl -n 2
}

@test "crashes that a killed run did not tell are told by the next, once" {
	kill_supervisor chunks.afl
	# As if it had been killed before it came to these.
	rm job/crashes/*.json
	cp job/events.jsonl before
	try 0 fuzz clean.afl -d 3s
	json "e['id'] if e['type'] == 'crash' else None" before | sort >old
	json "e['id'] if e['type'] == 'crash' else None" | sort >again
	comm -23 old again >lost
	same lost </dev/null
}

@test "a second run of the job continues it" {
	try 0 fuzz chunks.libfuzzer -d 3s
	json "e['data']['execs_total'] if e['type'] == 'stats' else None" |
		tail -n 1 >first
	try 0 fuzz chunks.libfuzzer -d 4s
	json "e['data']['execs_total'] if e['type'] == 'stats' else None" |
		head -n 1 >second
	[ "$(cat second)" -gt "$(cat first)" ]
	json "e['data']['attempt'] if e['type'] == 'job' else None" |
		sort -u >attempt
	echo 2 | same attempt
}

@test "a reader that is gone does not end the fuzzing" {
	fuzz chunks.libfuzzer -d 4s 2>stderr 3>&- | head -n 1 >first
	states job/events.jsonl | tail -n 1 >got
	echo finished | same got
	says "write standard output"
}

@test "a reader that is slow loses nothing and slows nothing" {
	fuzz chunks.libfuzzer -d 4s 3>&- |
		{
			until_true 30 grep -q finished job/events.jsonl
			cat
		} >stdout
	cmp stdout job/events.jsonl
}

# Pieces of 4096 bytes went out, so that lines of two jobs ran together.
@test "jobs into one pipe tear no line of each other" {
	for job in a b c d; do
		pf-run -f other --crash-dir none -o $job --interval 1ms -d 3s \
			--min-free 1M -- sleep 60 2>>stderr 3>&- &
	done | {
		until_true 20 grep -q finished d/events.jsonl
		cat
	} >stdout
	cat ?/events.jsonl | sort >want
	sort stdout | cmp - want
}

@test "a job that runs already is left alone" {
	fuzz_exec=exec fuzz clean.libfuzzer >first 3>&- 2>&1 &
	until_true 10 grep -q '"running"' first
	try 75 fuzz clean.libfuzzer -d 1s
	says "is running"
	same stdout </dev/null
	kill -TERM $!
	wait $!
}

@test "a fuzzer that cannot work ends the job with its own words" {
	mkdir seeds
	cp "$pf_root"/tests/targets/inputs/chunks/chunks-title-read seeds/one
	try 78 pf-run -t 1 -i seeds -o job -d 20s -- "$targets/chunks.afl"
	says "at least one valid input seed that does not crash"
	states | tail -n 1 >got
	echo failed | same got
	nothing_left job
}

@test "what is wrong up front is said before anything is made" {
	try 66 pf-run -o job -- ./nothing
	says "target './nothing': No such file or directory"
	printf '#!/bin/sh\n' >script
	chmod +x script
	try 78 pf-run -o job -- ./script
	says "a script, not a program built for a fuzzer"
	try 78 pf-run -o job -- /bin/true
	says "not built for a fuzzer"
	try 78 pf-run -f afl++ -o job -- "$targets/clean.libfuzzer"
	says "built for libfuzzer, not for afl++"
	try 64 pf-run -o job -- "$targets/clean.afl"
	says "needs seeds"
	[ ! -e job ]
}

@test "seeds are looked at before the start" {
	try 66 pf-run -i seeds -o job -- "$targets/clean.afl"
	says "seeds 'seeds': No such file or directory"
	mkdir seeds
	: >seeds/empty
	try 66 pf-run -i seeds -o job -- "$targets/clean.afl"
	says "no file with something in it"
	echo something >seeds/one
	try 64 pf-run -i seeds -o seeds -c -- "$targets/clean.libfuzzer"
	says "the same"
}

@test "a target that is no executable is told from one that is not there" {
	cp "$targets/clean.afl" target
	chmod -x target
	try 77 pf-run -i "$seeds/clean" -o job -- ./target
	says "not executable"
}

@test "afl-fuzz that is not installed is a missing program" {
	mkdir bin
	PATH=$pf_build/bin:$PWD/bin try 69 "$pf_build/bin/pf-run" -c \
		-i "$seeds/clean" -o job -- "$targets/clean.afl"
	says "afl-fuzz: not found in PATH"
}

# Totals fell to 0 without a word.
@test "a state.json that is damaged is named, and the job goes on" {
	mkdir job
	printf '{"attempt":3,' >job/state.json
	try 0 fuzz clean.libfuzzer -d 1s
	same stderr <<-END
		pf-run: state.json in '$PWD/job' cannot be read as JSON: attempts, time and executions are counted anew
	END
	printf '{"attempt":-3,"run_ms":-5}' >job/state.json
	try 0 fuzz clean.libfuzzer -d 1s
	silent
	json "e['attempt'], e['run_ms'] > 0" job/state.json >got
	echo "[1, true]" | same got
}

# The signal is caught by signalfd, which also gave those that are ignored.
@test "under nohup a job outlives its terminal" {
	fuzz_exec='exec nohup' fuzz clean.libfuzzer -d 60s </dev/null \
		>stdout 2>/dev/null 3>&- &
	until_true 20 grep -q '"state":"running"' stdout
	touch mark
	kill -HUP $!
	kill -USR1 $!
	until_true 10 test job/state.json -nt mark
	kill -TERM $!
	wait $!
	json "e['data'].get('reason') if e['type'] == 'job' else None" >got
	printf '%s\n' SIGTERM SIGTERM | same got
}

# pf-run over honggfuzz and over any other command.

load helper

seeds=$pf_root/tests/targets/seeds
fakes=$pf_root/tests/fakes
export HONGGFUZZ_RECORDED=$pf_root/tests/fixtures/honggfuzz

# fuzz NAME.BUILD OPTION…: a job in `job` over one of the example targets.
fuzz() {
	local target=$1
	shift
	# In the background it is pf-run itself that $! names.
	${fuzz_exec-} pf-run -t 1 -o job --interval 1s --min-free 1M "$@" \
		-- "$targets/$target"
}

# crashes EXPRESSION [FILE]: of the data `d` of each crash event.
crashes() {
	json "(lambda d: $1)(e['data']) if e['type'] == 'crash' else None" \
		"${2:-stdout}"
}

# --- honggfuzz

# A file with the bytes that its compiler puts into every target.
instrumented() {
	printf '\177ELF LIBHFUZZ_module_instrument' >target
	if [ "${1-}" = persistent ]; then
		printf '\001_LIBHFUZZ_PERSISTENT_BINARY_SIGNATURE_\002\377' \
			>>target
	fi
	chmod +x target
}

# play OPTION… -- TARGET…: a job of the played honggfuzz.
play() {
	PATH=$fakes:$PATH ${fuzz_exec-} pf-run -t 1500ms -o job --interval 1s \
		--min-free 1M "$@"
}

@test "honggfuzz (played): its crashes are told with their reports" {
	instrumented persistent
	try 0 play -i "$seeds/clean" -n 2 -d 3s -- ./target
	silent
	valid stdout
	crashes "d.get('signal')" | sort >got
	printf '%s\n' 6 6 6 6 6 8 | same got
	crashes "str('==17480==ERROR: AddressSanitizer' in d['trace']) + ' ' +
	    str('STACK HASH' in d['trace'])" | sort | uniq -c >got
	printf '%7d %s\n' 5 "False True" 1 "True False" | same got
	sed -n 's/^FUZZ_FNAME: .*\///p' "$HONGGFUZZ_RECORDED"/*.TXT | sort >want
	crashes "d['input']['name']" | sort | same want
}

@test "honggfuzz (played): what its files and its last line say is told" {
	instrumented persistent
	try 0 play -i "$seeds/clean" -d 3s -- ./target
	json "([e['data'].get(k) for k in ('execs_total', 'edges_found',
	    'corpus_count', 'crashes_total', 'edges_total')]
	    if e['type'] == 'stats' else None)" >got
	# The row that is the last is told once; the rest is in its last line.
	printf '%s\n' '[5893, 52, 108, 6, null]' '[7015, 52, 108, 6, 64]' |
		same got
	json "e['data']['state'] if e['type'] == 'job' else None" >got
	printf '%s\n' starting running stopping finished | same got
}

@test "honggfuzz (played): a target with a main of its own gets a file" {
	instrumented
	try 0 play -i "$seeds/clean" -d 2s -- ./target -o @@.tmp
	silent
	grep -q "Launched new fuzzing thread" job/log/honggfuzz.log
	rm -rf job
	try 0 play -i "$seeds/clean" -d 2s -- ./target
	silent
}

# play_until_told FILE: plays until statistics are told, and what they end on.
play_until_told() {
	fuzz_exec=exec play -i "$seeds/clean" -- ./target >"$1" 2>stderr 3>&- &
	until_true 20 grep -q '"execs_total"' "$1"
	kill -TERM $!
	wait $!
	json "e['data']['execs_total'] if e['type'] == 'stats' else None" "$1" |
		tail -n 1
}

@test "honggfuzz (played): a second run begins with the corpus of the first" {
	instrumented persistent
	[ "$(play_until_told first)" = 7015 ]
	[ "$(play_until_told second)" = 14030 ]
	silent
	[ "$(crashes "d['input']['name']" first | wc -l)" = 6 ]
	[ "$(crashes "d['input']['name']" second | wc -l)" = 0 ]
}

@test "no target of another fuzzer has what honggfuzz's are known by" {
	for target in "$targets"/*.afl "$targets"/*.libfuzzer; do
		grep -c LIBHFUZZ_ "$target" || [ $? = 1 ]
	done | sort -u >got
	echo 0 | same got
	instrumented persistent
	PATH=$fakes:$PATH try 0 pf-run -c -o job --min-free 1M -- ./target
	silent
}

@test "honggfuzz that cannot work ends the job with its own words" {
	instrumented persistent
	mkdir bin
	printf '#!/bin/sh\ncat "%s" >&2\nexit 1\n' \
		"$HONGGFUZZ_RECORDED/no-target.log" >bin/honggfuzz
	chmod +x bin/honggfuzz
	PATH=$PWD/bin:$PATH try 78 pf-run -o job --min-free 1M -- ./target
	says "doesn\\x27t seem to exist"
	states | tail -n 1 >got
	echo failed | same got
}

@test "honggfuzz that is not installed is a missing program" {
	instrumented persistent
	mkdir bin
	PATH=$pf_build/bin:$PWD/bin try 69 "$pf_build/bin/pf-run" -c -o job -- \
		./target
	says "honggfuzz: not found in PATH"
	PATH=$fakes:$PATH try 78 pf-run -f honggfuzz -o job -- \
		"$targets/clean.libfuzzer"
	says "built for libfuzzer, not for honggfuzz"
}

@test "honggfuzz (the real one): finds a crash, tells it, and is stopped" {
	if ! command -v honggfuzz hfuzz-clang >found; then
		skip "honggfuzz is not installed"
	fi
	hfuzz-clang -g -fsanitize=address -o target \
		"$targets_source/chunks.c"
	try 0 pf-run -t 1 -i "$seeds/chunks" -o job -d 20s --min-free 1M -- \
		./target
	[ "$(crashes "d['trace']" | wc -l)" -gt 0 ]
	json "e['data']['execs_total'] if e['type'] == 'stats' else None" >execs
	[ "$(tail -n 1 execs)" -gt 0 ]
	nothing_left job
}

# --- any other command

# A fuzzer that leaves COUNT crash files in DIR, and as many others.
scripted() {
	cat >fuzzer <<-'END'
		#!/bin/sh
		mkdir -p "$1"
		for i in $(seq "$2"); do
			echo "input $i" >"$1/crash-$i"
			echo "log $i" >"$1/log-$i"
		done
		echo "that was all"
		shift 2
		exec "$@"
	END
	chmod +x fuzzer
}

@test "other: files where it was started that match are crash inputs" {
	scripted
	try 0 pf-run -f other --crash-dir findings --crash-pattern 'crash*' \
		-o job --min-free 1M -d 20s -- ./fuzzer findings 3 sleep 1
	silent
	crashes "d['input']['name'] + ' ' + str(d.get('kind')) +
	    str(d['command'])" | sort >got
	printf '%s\n' 'crash-1 None[]' 'crash-2 None[]' 'crash-3 None[]' |
		same got
	states >got
	printf '%s\n' starting running finished | same got
	valid stdout
}

@test "other: without a pattern every file is one, but hidden ones" {
	mkdir findings
	echo early >findings/early
	echo hidden >findings/.hidden
	try 0 pf-run -f other --crash-dir "$PWD/findings" -o job \
		--min-free 1M -d 20s -- sh -c 'echo late >findings/late'
	crashes "d['input']['name']" | sort >got
	printf '%s\n' early late | same got
}

# "No crash" was told, with status 0, of what could not be looked at.
@test "other: a directory that cannot be read is not one without crashes" {
	mkdir -m 0 findings
	try 77 bound_by_modes "$(command -v pf-run)" -f other \
		--crash-dir findings -o job --min-free 1M -- true
	echo "pf-run: look for crash inputs in '$PWD/findings': Permission" \
		"denied" | same stderr
}

@test "other: a crash input that cannot be read is not passed over" {
	mkdir findings
	install -m 0 /dev/null findings/crash
	try 75 bound_by_modes "$(command -v pf-run)" -f other \
		--crash-dir findings -o job --min-free 1M -- true
	says "keep crash input '$PWD/findings/crash', trying again until it"
	says "crash inputs that could not be kept: 1; the next start tells"
	chmod 644 findings/crash
	echo boom >findings/crash
	try 0 pf-run -f other --crash-dir findings -o job --min-free 1M -- true
	crashes "d['input']['name']" >got
	echo crash | same got
}

@test "other: the directory may lie in the job's, come late, go and come" {
	mkdir job
	cat >fuzzer <<-'END'
		#!/bin/sh
		for i in 1 2 3; do
			mkdir -p "$PF_JOB_DIRECTORY/a/b"
			echo $i >"$PF_JOB_DIRECTORY/a/b/$i"
			until grep -q "\"name\":\"$i\"" \
				"$PF_JOB_DIRECTORY/events.jsonl"; do
				sleep 0.05
			done
			rm -r "$PF_JOB_DIRECTORY/a"
		done
	END
	chmod +x fuzzer
	try 0 pf-run -f other --crash-dir job/a/b -o job --min-free 1M \
		-d 20s -- ./fuzzer
	crashes "d['input']['name']" >got
	printf '%s\n' 1 2 3 | same got
	states | tail -n 1 >got
	echo finished | same got
}

@test "other: what is known is told: that it runs, and for how long" {
	scripted
	try 0 pf-run -f other --crash-dir findings -n 2 -o job --min-free 1M \
		--interval 1s -d 4s -- ./fuzzer findings 1 sleep 60
	json "(sorted(k for k in e['data'] if k in ('instance', 'alive', 'pid',
	    'run_seconds', 'execs_total', 'corpus_count'))
	    if e['type'] == 'stats' and e['data']['alive'] else None)" |
		sort -u >got
	echo '["alive", "instance", "pid", "run_seconds"]' | same got
	json "e['data']['instance'] if e['type'] == 'stats' else None" |
		sort -u >got
	printf '%s\n' other0 other1 | same got
	nothing_left job
}

@test "other: a command that fails is started again, with its last line" {
	scripted
	pf-run -f other --crash-dir findings -o job --min-free 1M -- \
		./fuzzer findings 1 false >stdout 2>stderr 3>&- &
	until_true 20 eval '[ "$(states | grep -c running)" = 2 ]'
	kill -TERM $!
	# It may be down just then, which is 1.
	wait $! || [ $? = 1 ]
	json "e['data']['reason'] if 'restarting' in str(e['data']) else None" |
		head -n 1 >got
	echo "that was all" | same got
	crashes "d['input']['name']" | sort >got
	printf '%s\n' crash-1 log-1 | same got
}

@test "other: without a directory to watch it is not run" {
	try 64 pf-run -f other -o job -- true
	says "needs --crash-dir"
	touch file
	try 64 pf-run --crash-dir file -o job -- "$targets/clean.libfuzzer"
	says "--crash-dir is of no use to libfuzzer"
	try 78 pf-run -f other --crash-dir file -o job -- true
	says "crash directory '$PWD/file': not a directory"
	[ ! -e job ]
}

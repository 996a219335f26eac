# pf-run over libFuzzer: single processes and fork mode.

load helper

targets_source=$pf_root/tests/targets
seeds=$targets_source/seeds
inputs=$targets_source/inputs

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

# crashing_seeds NAME INPUT…: directory `seeds` with the target's own seeds
# and inputs that crash it.
crashing_seeds() {
	local name=$1 input
	shift
	cp -r "$seeds/$name" seeds
	for input; do
		cp "$inputs/$name/$input" seeds/
	done
}

# --- libFuzzer, single processes

@test "single processes are started again after each crash" {
	try 0 fuzz chunks.libfuzzer --mode single -n 2 -i "$seeds/chunks" -d 6s
	silent
	states | grep -v restarting | sort -u >got
	printf '%s\n' finished running starting stopping | same got
	json "e['data']['restarts'] if e['type'] == 'job' else None" |
		tail -n 1 >restarts
	[ "$(cat restarts)" -gt 2 ]
	json "e['data']['instance'] if e['type'] == 'stats' else None" |
		sort -u >instances
	printf '%s\n' libfuzzer0 libfuzzer1 | same instances
	valid stdout
	nothing_left job
}

@test "totals of single processes are those of all their starts" {
	try 0 fuzz chunks.libfuzzer --mode single -i "$seeds/chunks" -d 5s
	json "e['data']['execs_total'] if e['type'] == 'stats' else None" >execs
	sort -n execs | cmp - execs
	# Each process ends with a line that counts what it did.
	awk '/^stat::number_of_executed_units:/ {n += $2} END {print n}' \
		job/log/libfuzzer0.log >want
	tail -n 1 execs | same want
}

@test "what a process did last is told though its successor says nothing" {
	cat >launch <<-'END'
		#!/bin/sh
		[ -e first ] && exec sleep 100
		: >first
		echo '#2	INITED cov: 3 ft: 3 corp: 1/1b exec/s: 0 rss: 30Mb'
		echo 'stat::number_of_executed_units: 1234'
		exit 77
	END
	chmod +x launch
	pf-run -f libfuzzer --mode single -o job --interval 60s --min-free 1M \
		-- ./launch >stdout 2>stderr 3>&- &
	pid=$!
	until_true 20 sh -c '[ "$(grep -c "\"running\"" stdout)" = 2 ]'
	kill "$pid"
	wait "$pid"
	json "e['data']['execs_total'] if e['type'] == 'stats' else None" >execs
	echo 1234 | same execs
}

@test "a crash of a single process carries the process's report and name" {
	try 0 fuzz chunks.libfuzzer --mode single -n 2 -i "$seeds/chunks" -d 5s
	crashes "'ERROR: AddressSanitizer' in d['trace'] and
	    d['input']['name'] in d['trace']" | sort -u >got
	echo true | same got
	cat job/crashes/*.json >provenance
	json "(e['instance'].startswith('libfuzzer') and
	    '/artifacts/' + e['instance'] + '/' in '/' + e['found'])" \
		provenance | sort -u >got
	echo true | same got
}

@test "seeds that end a single process at once are left out, and told" {
	crashing_seeds chunks chunks-title-read chunks-pixels-write
	cp -r seeds before
	try 0 fuzz chunks.libfuzzer --mode single -i seeds -d 5s
	says "'$PWD/seeds/chunks-title-read' ends the fuzzer as it starts"
	says "'$PWD/seeds/chunks-pixels-write' ends the fuzzer as it starts"
	[ "$(wc -l <stderr)" = 2 ]
	diff -r seeds before
	(cd job/quarantine && ls) >out
	crashes "d['input']['xxh128']" | sort | comm -13 - out >untold
	same untold </dev/null
	grep -q INITED job/log/libfuzzer0.log
	states | tail -n 1 >got
	echo finished | same got
}

@test "a seed that was left out stays out in the next run, without a word" {
	crashing_seeds chunks chunks-title-read
	try 0 fuzz chunks.libfuzzer --mode single -i seeds -d 3s
	grep -c INITED job/log/libfuzzer0.log >before
	try 0 fuzz chunks.libfuzzer --mode single -i seeds -d 3s
	silent
	[ "$(grep -c INITED job/log/libfuzzer0.log)" -gt "$(cat before)" ]
	[ "$(find job/quarantine -type f | wc -l)" = 1 ]
}

@test "what ends a single process at once is taken out of the corpus" {
	mkdir -p job/corpus
	cp "$inputs/chunks/chunks-title-read" job/corpus/bad
	cp "$seeds"/chunks/* job/corpus
	try 0 fuzz chunks.libfuzzer --mode single -n 2 -d 4s
	says "'bad' ends the fuzzer as it starts"
	[ ! -e job/corpus/bad ]
	cmp job/quarantine/* "$inputs/chunks/chunks-title-read"
	grep -q INITED job/log/libfuzzer0.log
	grep -q INITED job/log/libfuzzer1.log
}

@test "when every seed crashes a single process begins with none" {
	mkdir seeds
	for input in title-read pixels-write colours-stack list-recursion; do
		cp "$inputs/chunks/chunks-$input" seeds/
	done
	try 0 fuzz chunks.libfuzzer --mode single -i seeds -d 8s
	[ "$(find job/quarantine -type f | wc -l)" = 4 ]
	[ -z "$(ls -A job/seeds)" ]
	grep -q INITED job/log/libfuzzer0.log
}

@test "a seed that takes too long is left out, with the trace that follows" {
	crashing_seeds labels labels-pointer-hang
	try 0 fuzz labels.libfuzzer --mode single -i seeds -d 8s
	says "'$PWD/seeds/labels-pointer-hang' ends the fuzzer as it starts"
	xxh128sum seeds/labels-pointer-hang | cut -d' ' -f1 >hash
	crashes "d['kind'] + ' ' + str('in pointer_follow' in d['trace'])
	    if d['input']['xxh128'] == '$(cat hash)' else None" >got
	echo "timeout True" | same got
}

@test "a target that does not survive the empty input is no target" {
	cat >empty.c <<-'END'
		#include <stdint.h>
		#include <stdlib.h>
		int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
		int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
		{
			(void)data;
			if (size == 0)
				abort();
			return 0;
		}
	END
	clang -fsanitize=fuzzer -o empty empty.c
	try 78 pf-run --mode single -o job -d 20s -- ./empty
	says "does not survive the empty input"
}

# --- libFuzzer, fork mode

# Its report is not: the merge that it ends has its output thrown away.
@test "a crashing seed is told in fork mode too, and the job goes on" {
	crashing_seeds chunks chunks-title-read
	try 0 fuzz chunks.libfuzzer -i seeds -d 5s
	silent
	crashes "d['input']['xxh128']" | sort >told
	xxh128sum seeds/chunks-title-read | cut -d' ' -f1 | comm -23 - told >untold
	same untold </dev/null
	grep -q "4 seed inputs, starting to fuzz" job/log/libfuzzer.log
	states | tail -n 1 >got
	echo finished | same got
}

@test "a fork-mode parent that is killed is started again, its workers gone" {
	fuzz_exec=exec fuzz clean.libfuzzer -n 2 -i "$seeds/clean" \
		>stdout 2>stderr 3>&- &
	# The parent is the one that has -fork.
	until_true 20 eval \
		'pgrep -f -- "-fork=2.*$PWD/job/artifacts" >parent'
	until_true 20 eval 'pgrep -P "$(cat parent)" >workers'
	kill -KILL "$(cat parent)"
	until_true 20 grep -q '"restarting"' stdout
	for pid in $(cat workers); do
		[ ! -e "/proc/$pid" ]
	done
	until_true 20 eval '[ "$(states | grep -c running)" = 2 ]'
	kill -TERM $!
	wait $!
	[ -z "$(ls -A job/tmp/libfuzzer)" ]
	nothing_left job
}

@test "what a killed run left in its TMPDIR is removed, and nothing else" {
	left=job/tmp/libfuzzer/libFuzzerTemp.FuzzWithFork7.dir
	mkdir -p "$left/C1" outside
	touch "$left/C1/testcase" outside/precious
	ln -s "$PWD/outside" "$left/link"
	fuzz_exec=exec fuzz clean.libfuzzer -i "$seeds/clean" \
		>stdout 2>stderr 3>&- &
	until_true 20 grep -q '"running"' stdout
	until_true 10 [ ! -e "$left" ]
	kill -TERM $!
	wait $!
	[ -e outside/precious ]
	[ -z "$(ls -A job/tmp/libfuzzer)" ]
}

@test "fork mode is stopped by the signal on which it saves its state" {
	began=$SECONDS
	try 0 fuzz chunks.libfuzzer -n 2 -i "$seeds/chunks" -d 4s -g 30s
	# Far below the grace time: a signal to its pid alone takes minutes.
	[ $((SECONDS - began)) -lt 15 ]
	[ -z "$(ls -A job/tmp/libfuzzer)" ]
	nothing_left job
}

@test "the exit status of a fork-mode run that is over means nothing" {
	try 0 pf-run -t 1 -i "$seeds/chunks" -o job --min-free 1M -d 60s -- \
		"$targets/chunks.libfuzzer" -max_total_time=3
	silent
	states >got
	printf '%s\n' starting running finished | same got
	grep -q "INFO: exiting: [1-9]" job/log/libfuzzer.log
}

@test "-f libfuzzer believes in a script that stands before the target" {
	printf '#!/bin/sh\nexec "%s" "$@"\n' "$targets/chunks.libfuzzer" >launch
	chmod +x launch
	try 78 pf-run -o job -- ./launch
	says "a script"
	try 0 pf-run -f libfuzzer -t 1 -i "$seeds/chunks" -o job -d 4s \
		--min-free 1M -- ./launch
	[ "$(crashes "d['input']['name']" | wc -l)" -gt 0 ]
	nothing_left job
}

@test "fork mode: workers that cannot run any more end the job, told" {
	cp "$targets/clean.libfuzzer" target
	pf-run -t 1 -o job -d 60s --interval 1s -- ./target \
		>stdout 2>stderr 3>&- &
	until_true 20 grep -q '"stats"' stdout
	mv target elsewhere
	status=0
	wait $! || status=$?
	[ "$status" = 78 ]
	json "(e['data']['name'] if e['type'] == 'alert' else None)" | sort -u >got
	echo failing_workers | same got
	says "cannot be started: No such file or directory"
	json "e['data']['state'] if e['type'] == 'job' else None" | tail -n 1 >got
	echo failed | same got
}

@test "what a target prints beyond --file-size makes no crash" {
	cat >loud.c <<-'EOF'
		#include <stdint.h>
		#include <string.h>
		#include <unistd.h>
		int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) {
			static char text[65536];
			memset(text, 'x', sizeof text);
			return write(2, text, sizeof text) < 0;
		}
	EOF
	clang -w -fsanitize=fuzzer -o loud loud.c
	# 1 where the machine is fast enough for fifty workers of no execution.
	pf-run --file-size 10M -d 6s -o job -- ./loud >stdout || [ $? = 1 ]
	grep -q 'crash: 0/0/[1-9]' job/log/libfuzzer.log
	[ -z "$(json "e['id'] if e['type'] == 'crash' else None")" ]
}

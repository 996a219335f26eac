#!/usr/bin/env bats
# pf-replay: which inputs are run, and where they go.
load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	cat >fuzz.c <<-'EOF'
	#include <stddef.h>
	#include <stdint.h>

	int
	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
	{
		if (size > 0 && data[0] == 'O')
			*(volatile int *)4 = 1;
		return 0;
	}
	EOF
	clang -g -O0 -fsanitize=address,fuzzer -o fuzz fuzz.c
}

# says_input: an own script that crashes on everything, and tells its words.
prepare() {
	printf '#!/bin/sh\necho "$# words, $1"; kill -SEGV $$\n' >crash
	chmod +x crash
}

paths() { json 'e["data"]["input"]["path"]' | sed "s|^$PWD/||"; }
verdicts() {
	json '"{} {}".format(e["data"]["input"]["name"],
	    e["data"]["replay"]["verdict"])'
}

@test "of a directory those are run that fuzzers call crashes and hangs" {
	mkdir -p out/main/crashes out/main/crashes.2026-11-20-10:00:00 \
		out/main/hangs out/main/queue/.state out/more/.hidden
	touch out/main/crashes/id:000000,sig:11 out/main/crashes/README.txt \
		out/main/crashes/.lock out/main/crashes.2026-11-20-10:00:00/id:000001 \
		out/main/hangs/id:000000 out/main/hangs/id:000000.json \
		out/main/queue/id:000000 out/main/fuzzer_stats out/seed \
		out/more/crash-1 out/more/leak-2 out/more/oom-3 out/more/timeout-4 \
		out/more/slow-unit-5 out/more/fuzz-0.log out/more/.hidden/crash-6
	ln -s crash-1 out/more/crash-link
	ln -s "$PWD/out/main" out/more/link
	try 0 pf-replay -n 1 out -- ./crash @@
	silent
	paths >found
	same found <<-'EOF'
	out/main/crashes.2026-11-20-10:00:00/id:000001
	out/main/crashes/id:000000,sig:11
	out/main/hangs/id:000000
	out/more/crash-1
	out/more/leak-2
	out/more/oom-3
	out/more/slow-unit-5
	out/more/timeout-4
	EOF
}

@test "a directory of other names is taken as it is" {
	mkdir -p poc/below
	touch poc/b poc/a poc/README.txt poc/below/c
	try 0 pf-replay -n 1 poc/ -- ./crash @@
	paths >found
	same found <<-'EOF'
	poc/a
	poc/b
	EOF
}

@test "an empty directory is nothing found, an unreadable one is not" {
	mkdir crashes shut
	try 0 pf-replay crashes -- ./crash @@
	silent
	[ ! -s stdout ]
	chmod 0 shut
	try 77 bound_by_modes pf-replay shut -- ./crash @@
	same stderr <<<"pf-replay: read 'shut': Permission denied"
	echo crashes >list
	try 0 pf-replay -- ./crash @@ <list
	[ ! -s stdout ]
}

@test "with -0 paths end with NUL, and directories are looked into" {
	mkdir crashes
	touch crashes/1 crashes/2 $'new\nline'
	printf 'crashes\0new\nline\0' | try 0 pf-replay -0 -n 1 -- ./crash @@
	json 'e["data"]["input"]["name"]' >found
	same found <<-'EOF'
	1
	2
	new
	line
	EOF
	printf 'crashes/1\0crashes/2\n' | try 1 pf-replay -n 1 -- ./crash @@
	same stderr <<<'pf-replay: standard input line 1: holds a NUL'
}

@test "a job of pf-run is run by the command that it kept, and is its event" {
	pf-run -d 20s --restarts 2 -o job -- "$BATS_FILE_TMPDIR/fuzz" -only_ascii=1 \
		>told 2>/dev/null 3>&- &
	pid=$!
	until_true 20 grep -q '"type":"crash"' told
	pf-run --stop job 2>/dev/null || :
	wait $pid || :
	grep '"type":"crash"' told | head -n 1 >crash.jsonl
	json '[e["id"], e["job"], e["fuzzer"], e["data"]["input"]["xxh128"]]' \
		crash.jsonl >expected
	try 0 pf-replay -n 1 job
	silent
	json '[e["id"], e["job"], e["fuzzer"], e["data"]["input"]["xxh128"]]' |
		grep -xFf expected
	json '[e["rev"], e["data"]["replay"]["verdict"]]' | sort -u >found
	same found <<<'[1, "same"]'
	valid stdout
	# A file beside an input that is not pf-run's says nothing of it.
	cp job/crashes/"$(json 'e["data"]["input"]["xxh128"]' crash.jsonl)" input
	echo '{"command":["./crash"]}' >input.json
	try 75 pf-replay input
	says 'no command is given'
}

@test "another command than the kept one is held against the kept report" {
	hash=$(printf O | xxh128sum | cut -d ' ' -f 1)
	mkdir crashes
	printf O >"crashes/$hash"
	cat >"crashes/$hash.json" <<-EOF
	{"time":"2026-11-21T02:00:00Z","pf_version":"0","job":"j","target":"t",
	 "fuzzer":"libfuzzer","input":{"name":"crash-1","xxh128":"$hash"},
	 "command":["./gone"],"env":{},"log":"==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1 at pc 0x2\nREAD of size 1 at 0x1 thread T0\n    #0 0x1 in elsewhere other.c:3:4\n    #1 0x1 in main other.c:9:4\n\n"}
	EOF
	try 75 pf-replay -n 1 crashes
	says "run './gone' on '$PWD/crashes/$hash': No such file or directory"
	try 1 pf-replay -n 1 crashes -- "$BATS_FILE_TMPDIR/fuzz"
	json '[e["job"], e["data"]["replay"]["verdict"]]' >found
	same found <<<'["j", "other"]'
}

@test "where the input goes is recognized in the target, or said" {
	echo abc >input
	printf '#!/bin/sh\necho "$# words, $(cat)"; kill -SEGV $$\n' >reads
	chmod +x reads
	try 0 pf-replay -n 1 input -- ./reads x
	grep -q '1 words, abc' stdout
	try 0 pf-replay -n 1 --style argument input -- ./crash
	grep -q '1 words, input' stdout
	try 0 pf-replay -n 1 input -- ./crash --in=@@ @@
	grep -q '2 words, --in=input' stdout
	try 0 pf-replay -m 1G -n 1 --style libfuzzer input -- ./crash
	grep -q '2 words, -rss_limit_mb=1024' stdout
	try 64 pf-replay --style odd input -- ./crash
	says "--style is argument, stdin, libfuzzer or auto, not 'odd'"
}

@test "one bug in all builds of a target is one place" {
	for build in libfuzzer afl asan-gcc; do
		[ -x "$targets/runs.$build" ] || skip 'make targets has not been run'
	done
	input=$pf_root/tests/targets/inputs/runs/runs-fill-write
	{
		pf-replay -n 2 "$input" -- "$targets/runs.libfuzzer"
		pf-replay -n 2 "$input" -- "$targets/runs.afl"
		pf-replay -n 2 "$input" -- "$targets/runs.asan-gcc" @@
	} >all
	pf-dedup <all >grouped
	json '[e["data"]["replay"]["verdict"], e["data"]["site"]]' grouped |
		sort | uniq -c >found
	same found <<<'      3 ["same", "fill_run runs.c:76"]'
}

@test "AFL++'s crashes are run as AFL++ runs them, unless it is said otherwise" {
	printf '#!/bin/sh\necho "$ASAN_OPTIONS"; kill -SEGV $$\n' >says
	chmod +x says
	echo >input
	event='{"v":1,"id":"00000000000000000000000000000001","time":"2026-11-21T02:00:00Z","type":"crash","fuzzer":"afl++","data":{"input":{"name":"i","path":"'$PWD'/input"},"command":["'$PWD'/says"],"env":{}}}'
	echo "$event" | try 0 pf-replay --filter -n 1
	grep -q 'detect_leaks=0:allocator_may_return_null=1:' stdout
	echo "${event/\"env\":{\}/\"env\":{\"ASAN_OPTIONS\":\"detect_leaks=1\"\}}" |
		try 0 pf-replay --filter -n 1
	grep -q 'detect_leaks=0:.*:detect_leaks=1:' stdout
}

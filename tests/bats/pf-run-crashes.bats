# What pf-run makes of the files that fuzzers leave: every crash told once, by
# its content, with how it was found; with the real fuzzers.

load helper

seeds=$pf_root/tests/targets/seeds
inputs=$pf_root/tests/targets/inputs

# fuzz NAME.BUILD OPTION…: a job in `job` over one of the example targets; a
# relative NAME/TARGET is a target of the test's own.
fuzz() {
	local target=$1
	shift
	${fuzz_exec-} pf-run -t 1 -i "$seeds/${target%%.*}" -o job \
		--interval 60s "$@" -- "$targets/$target"
}

# begin NAME.BUILD OPTION…: the same in the background, until it is there.
begin() {
	fuzz_exec=exec fuzz "$@" >stdout 2>stderr 3>&- &
	supervisor=$!
	until_true 15 grep -qs '"running"' job/events.jsonl
}

# A running AFL++ job that finds nothing by itself; $crashes is its directory.
begin_afl() {
	crashes=job/out/default/crashes
	begin clean.afl "$@"
	until_true 15 test -d $crashes
}

finish() {
	kill -TERM "$supervisor"
	wait "$supervisor"
}

# told COUNT: so many crash events are in the journal.
told() { [ "$(grep -c '"type":"crash"' job/events.jsonl)" = "$1" ]; }

at_least() { [ "$(grep -c '"type":"crash"' job/events.jsonl)" -ge "$1" ]; }

# of_crashes EXPRESSION [FILE]: of each crash event; d is its data.
of_crashes() {
	json "(lambda d: $1)(e['data']) if e['type'] == 'crash' else None" \
		"${2:-job/events.jsonl}"
}

# tells_stats: asked for them, the job has told statistics.
tells_stats() {
	kill -USR1 "$supervisor"
	sleep 0.1
	grep -q '"type":"stats"' job/events.jsonl
}

# in_namespace COMMAND…: may mount, and sees nobody else's mounts.
in_namespace() { unshare -rm "$@"; }

@test "a flood of crash files with hostile names is told, each content once" {
	begin_afl
	/usr/bin/python3 - $crashes <<-'EOF'
	import os, socket, sys
	os.chdir(os.fsencode(sys.argv[1]))
	names = [b"new\nline", b"\x1b[2J", b"a" * 255, b"\xff\xfe", b"-rf",
	    b"%s%n%999d", b"'", b'"\\', b" ", b"$(touch x)", b"id:000000,sig:99999999999999999999"]
	names += [b"id:%06d,sig:06" % i for i in range(2000)]
	for i, name in enumerate(names):
	    with open(name, "w") as f:
	        f.write("input %d" % i)
	os.mkfifo(b"id:fifo")
	os.mkdir(b"id:directory")
	os.symlink("/etc/passwd", b"id:link")
	os.symlink("../../../job.json", b"id:link-inside")
	socket.socket(socket.AF_UNIX).bind(b"id:socket")
	os.link(names[0], b"id:second-name")
	EOF
	until_true 60 told 2011
	finish
	silent
	told 2011
	of_crashes 'd["input"]["xxh128"]' | sort | uniq -d >twice
	same twice </dev/null
	valid job/events.jsonl
	[ "$(find job/crashes -type f | wc -l)" = 4022 ]
}

@test "a name is told so that it can be undone" {
	begin_afl
	printf x >"$crashes"/$'id:\xff\\\n'
	until_true 5 told 1
	finish
	of_crashes 'd["input"]["name"]' >name
	same name <<'EOF'
id:\xff\\

EOF
}

@test "a symbolic link in place of a directory is not followed" {
	begin_afl
	mkdir elsewhere
	echo secret >elsewhere/id:000000
	mkdir job/out/other
	ln -s "$PWD/elsewhere" job/out/other/crashes
	ln -s "$PWD/job/out/other" job/out/linked
	echo own >$crashes/id:000001
	until_true 5 told 1
	finish
	told 1
}

@test "what crashes.<date> holds after a resume is told, once" {
	begin_afl
	echo one >$crashes/id:000000
	until_true 5 told 1
	dated=job/out/default/crashes.2026-11-21-00:00:00
	mv $crashes $dated
	# Its writer still has the renamed directory open, as it were.
	echo two >$dated/id:000001
	mkdir $crashes
	echo three >$crashes/id:000000
	until_true 5 told 3
	finish
	told 3
}

@test "a child that somebody killed is told as such and is no crash" {
	begin_afl
	echo killed >$crashes/id:000000,sig:09,src:000000,time:1,execs:2,op:havoc
	until_true 5 told 1
	# afl-fuzz may not have written its first statistics yet.
	until_true 10 tells_stats
	of_crashes '[d["kind"], d["signal"]]' >got
	same got <<<'["killed", 9]'
	finish
	json "e['data']['crashes_total'] if e['type'] == 'stats' else None" \
		job/events.jsonl | tail -n 1 >count
	same count <<<0
	try 1 pf-dedup job/events.jsonl
	json "'severity' in e['data'] if e['type'] == 'crash' else None" >rated
	same rated <<<false
}

@test "an empty crash file of AFL++ is a lost input, told once over all runs" {
	begin_afl
	: >$crashes/id:000000,sig:06
	: >$crashes/id:000001,sig:06
	until_true 5 told 2
	finish
	of_crashes '[d["input"].get("lost"), d["input"]["bytes"],
		"xxh128" in d["input"]]' | sort -u >got
	same got <<<'[true, 0, false]'
	ls job/crashes | sed 's/-.*//' | sort | uniq -c | tr -s ' ' >kept
	same kept <<<' 2 lost'
	json "(e['data']['value'] if e['type'] == 'alert' and
		e['data']['name'] == 'crash_inputs_lost' else None)" \
		job/events.jsonl | tail -n 1 >alert
	same alert <<<2
	valid job/events.jsonl
	fuzz clean.afl -d 3s >stdout
	told 2
	json "e['data']['crashes_total'] if e['type'] == 'stats' else None" \
		stdout | tail -n 1 >count
	same count <<<2
}

@test "a lost input goes through every program and nothing lies about it" {
	begin_afl
	: >$crashes/id:000000,sig:06
	until_true 5 told 1
	finish
	grep '"crash"' job/events.jsonl >line
	try 75 pf-replay --filter <line
	says 'was lost when it was found'
	of_crashes 'd["replay"]' stdout >got
	same got <<<'{"runs": 0, "hits": 0, "verdict": "error"}'
	try 1 pf-dedup <line
	of_crashes '[d["status"], d["input"]["lost"]]' stdout >got
	same got <<<'["unresolved", true]'
	valid stdout
	try 0 pf-ship --spool spool --to "file://$PWD/shipped" <line
	cmp shipped line
	try 0 pf-ingest --db pf.db line
	sqlite3 pf.db 'SELECT input_name, artifact IS NULL, status FROM crashes' >got
	same got <<<'id:000000,sig:06|1|unresolved'
	try 0 pf-report --db pf.db -o page.html
	grep -q unresolved page.html
}

# full_artifacts COMMAND…: with no room where libFuzzer leaves its artifacts.
full_artifacts() {
	mkdir -p job/artifacts
	in_namespace sh -c 'mount -t tmpfs -o size=4k none job/artifacts &&
		head -c 4096 /dev/zero >job/artifacts/filler && exec "$@"' - "$@"
}

@test "on a full disk small inputs of libFuzzer are rescued from its log" {
	try 0 full_artifacts pf-run -t 1 -i "$seeds/chunks" -o job -d 5s \
		-- "$targets/chunks.libfuzzer"
	of_crashes 'd["input"].get("rescued")' stdout | sort -u >got
	same got <<<true
	of_crashes '"crash-" + d["input"]["name"][6:] + " " + d["input"]["xxh128"]' \
		stdout >named
	while read -r name hash; do
		[ "crash-$(sha1sum <"job/crashes/$hash" | cut -c -40)" = "$name" ]
	done <named
	valid stdout
}

@test "on a full disk large inputs of libFuzzer are told as lost, by name" {
	mkdir large
	head -c 300 /dev/zero >large/zeros
	cat >target.c <<-'EOF'
	#include <stddef.h>
	#include <stdlib.h>
	int LLVMFuzzerTestOneInput(const unsigned char *b, size_t n)
	{
		if (n > 256 && b[256] != 0)
			abort();
		return 0;
	}
	EOF
	clang -fsanitize=fuzzer -o target target.c
	try 0 full_artifacts pf-run -t 1 -i large -o job -d 6s -- ./target
	of_crashes 'd["input"]["lost"]' stdout | sort -u >got
	same got <<<true
	of_crashes 'd["input"]["name"]' stdout | sort | uniq -d >twice
	same twice </dev/null
	grep -q '"crash_inputs_lost"' stdout
	valid stdout
}

@test "an artifact that lost its end is told as damaged" {
	begin clean.libfuzzer
	whole=$(printf 'whole input' | sha1sum | cut -c -40)
	printf 'whole' >"job/artifacts/libfuzzer/crash-$whole"
	until_true 5 told 1
	of_crashes '[d["input"]["damaged"], d["input"]["bytes"]]' >got
	same got <<<'[true, 5]'
	# It is found again when there is room.
	printf 'whole input' >"job/artifacts/libfuzzer/crash-$whole"
	until_true 5 told 2
	finish
	of_crashes '[d["input"].get("damaged"), d["input"]["bytes"]]' |
		tail -n 1 >got
	same got <<<'[null, 11]'
}

@test "the input of no bytes is an input" {
	begin clean.libfuzzer
	: >job/artifacts/libfuzzer/crash-da39a3ee5e6b4b0d3255bfef95601890afd80709
	until_true 5 told 1
	finish
	of_crashes '[d["input"]["xxh128"], "lost" in d["input"]]' >got
	same got <<<'["99aa06d3014798d86001c324468d497f", false]'
}

@test "a crash that cannot be kept is told as soon as it can" {
	mkdir -p job/crashes
	cat >full <<-'EOF'
	mount -t tmpfs -o size=8k none job/crashes
	head -c 8192 /dev/zero >job/crashes/filler
	pf-run -t 1 -i "$1" -o job --interval 60s -- "$2" >told 2>said &
	until [ -d job/out/default/crashes ]; do sleep 0.1; done
	echo one >job/out/default/crashes/id:000000
	until grep -q 'keep crash input' said; do sleep 0.1; done
	# Each try shows in the directory's time.
	tried=$(stat -c %Y job/crashes)
	until [ "$(stat -c %Y job/crashes)" -gt "$tried" ]; do sleep 0.1; done
	grep -c '"crash"' job/events.jsonl >before
	rm job/crashes/filler
	until grep -q '"crash"' job/events.jsonl; do sleep 0.1; done
	kill $!
	wait $!
	EOF
	try 0 in_namespace timeout 30 sh full "$seeds/clean" "$targets/clean.afl" 3>&-
	same before <<<0
	# Tried more than once, said once.
	[ "$(wc -l <said)" = 1 ]
}

@test "a crash that could not be kept to the end is told by the next start" {
	mkdir -p job/crashes
	cat >full <<-'EOF'
	mount -t tmpfs -o size=8k none job/crashes
	head -c 8192 /dev/zero >job/crashes/filler
	exec pf-run -t 1 -i "$1" -o job -d 3s -- "$2"
	EOF
	mkdir -p job/artifacts/libfuzzer
	echo one >job/artifacts/libfuzzer/crash-x
	try 75 in_namespace sh full "$seeds/clean" "$targets/clean.libfuzzer"
	says 'crash inputs that could not be kept: 1; the next start tells them'
	told 0
	try 0 fuzz clean.libfuzzer -d 2s
	told 1
}

@test "leaks, timeouts, memory and slow units are told as what they are" {
	# The seeds are the planted inputs: the first merge runs into each.
	pf-run -t 1 -m 512M -i "$inputs/ledger" -o job \
		-- "$targets/ledger.libfuzzer" >stdout 2>stderr 3>&- &
	supervisor=$!
	until_true 60 grep -qs '"kind":"leak"' job/events.jsonl
	until_true 60 grep -q '"kind":"out-of-memory"' job/events.jsonl
	finish
	rm -r job
	begin clean.libfuzzer
	echo slow >job/artifacts/libfuzzer/slow-unit-0123456789012345678901234567890123456789
	echo slow >job/artifacts/libfuzzer/timeout-x
	until_true 5 told 1
	finish
	told 1
	of_crashes 'd["kind"]' >kinds
	same kinds <<<timeout
}

@test "the hangs of both fuzzers are told as timeouts" {
	for build in libfuzzer afl; do
		rm -rf job
		begin labels.$build
		until_true 90 grep -q '"kind":"timeout"' job/events.jsonl
		finish
	done
}

@test "what a target prints is no crash and no statistics" {
	cat >noise.c <<-'EOF'
	#include <stdio.h>
	int LLVMFuzzerTestOneInput(const unsigned char *b, size_t n)
	{
		static int printed;

		for (; printed < 8000; printed++)
			fputs("==1==ERROR: AddressSanitizer: heap-use-after-free\n"
			    "Test unit written to ./crash-x\nBase64: QQ==\n"
			    "#99999999 cov: 1234 ft: 99 corp: 9/9b exec/s: 9\n"
			    "[-] PROGRAM ABORT : it is not\n", stderr);
		return 0;
	}
	EOF
	clang -fsanitize=fuzzer -o noise noise.c
	try 0 pf-run -t 1 -o job -d 4s -- ./noise
	silent
	[ "$(grep -c '"crash"' job/events.jsonl)" = 0 ]
	json "e['data'].get('edges_found') if e['type'] == 'stats' else None" >edges
	not grep -q 1234 edges
}

@test "a crash storm of eight workers loses no report" {
	begin chunks.libfuzzer -n 8
	until_true 60 at_least 20
	finish
	of_crashes '"ERROR" in d.get("trace", "") and
		d["input"]["name"] in d["trace"]' | sort -u >got
	same got <<<true
}

@test "a crash is told within a second, with the time of its file" {
	begin_afl
	echo one >$crashes/id:000000
	before=$(stat -c %Y $crashes/id:000000)
	until_true 1 told 1
	finish
	json "e['time'] if e['type'] == 'crash' else None" job/events.jsonl >time
	[ "$(date -d "$(cat time)" +%s)" = "$before" ]
}

@test "the provenance file needs nothing but itself to reproduce a crash" {
	try 0 fuzz chunks.libfuzzer -d 4s
	set -- job/crashes/*.json
	json "sorted(set('''time node job target fuzzer instance found pf_version
		input command env working_directory limits fuzzer_command
		fuzzer_env log from op seeds build_id'''.split()) - set(e))" \
		"$1" >missing
	same missing <<<'[]'
	json "[len(e['from']), e['limits']['timeout_seconds']]" "$1" >got
	same got <<<'[40, 1]'
	rm -r job
	try 0 fuzz chunks.afl -d 4s
	set -- job/crashes/*.json
	json "[e['from'].isdigit() or '+' in e['from'], len(e['op']) > 0,
		e['fuzzer_version'], e['fuzzer_command'][0]]" "$1" >got
	same got <<<"[true, true, \"$(afl_version)\", \"afl-fuzz\"]"
}

afl_version() { sed -n 's/^afl_version *: +*//p' job/out/default/fuzzer_stats; }

# with_watches COUNT COMMAND…: the system has no more than that to give.
with_watches() {
	unshare -r sh -c 'echo "$1" >/proc/sys/user/max_inotify_watches &&
		shift && exec "$@"' - "$@"
}

@test "without watches the directories are looked through, and nothing is lost" {
	try 0 with_watches 1 pf-run -t 1 -i "$seeds/chunks" -o job -d 5s \
		-- "$targets/chunks.afl"
	[ "$(grep -c 'looking through them' stderr)" = 1 ]
	[ "$(wc -l <stderr)" = 1 ]
	find job/out -path '*/crashes*' -name 'id:*' -exec xxh128sum {} + |
		cut -c -32 | sort -u >files
	of_crashes 'd["input"]["xxh128"]' stdout | sort >got
	same got <files
	[ -s files ]
}

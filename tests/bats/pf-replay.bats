#!/usr/bin/env bats
# pf-replay: inputs run against a build.
load helper

# One program whose first byte says how it ends; the input's path may be its
# operand, else it is standard input.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	cat >target.c <<-'EOF'
	#include <signal.h>
	#include <stdio.h>
	#include <stdlib.h>
	#include <string.h>
	#include <unistd.h>

	static int
	over(char *heap)
	{
		return heap[8];
	}

	static int
	late(char *heap)
	{
		free(heap);
		return heap[0];
	}

	static void
	daemons(void)
	{
		for (int i = 0; i < 3; i++)
			if (fork() == 0) {
				FILE *f = fopen("pids", "a");

				setsid();
				fprintf(f, "%d\n", (int)getpid());
				fclose(f);
				for (;;)
					pause();
			}
		sleep(1);
	}

	int
	main(int argc, char *argv[])
	{
		char *heap = malloc(8);
		FILE *in = argc > 1 ? fopen(argv[1], "r") : stdin;
		int how = getc(in);

		if (how == 'D')
			daemons();
		if (how == 'N')
			for (int i = 0; i < 300000; i++)
				puts("noise of a target");
		if (how == 'F' && access("odd", F_OK) == 0) {
			unlink("odd");
			how = 'C';
		}
		if (how == 'F')
			fclose(fopen("odd", "w"));
		if (strchr("ODNF", how))
			return over(heap);
		if (how == 'L')
			return late(heap);
		if (how == 'S')
			return sleep(1), over(heap);
		if (how == 'H')
			for (;;)
				pause();
		if (how == 'K')
			kill(getpid(), SIGKILL);
		free(heap);
		return 3;
	}
	EOF
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
	clang -g -O0 -fsanitize=address -o asan target.c &&
		gcc -g -O0 -w -o mute target.c &&
		clang -g -O0 -fsanitize=address,fuzzer -o fuzz fuzz.c
}

prepare() {
	cp "$BATS_FILE_TMPDIR/asan" "$BATS_FILE_TMPDIR/mute" \
		"$BATS_FILE_TMPDIR/fuzz" .
	for how in C D F H K L N O S; do printf %s "$how" >"$how"; done
}

# What came of each input: name, verdict, hits of runs.
verdicts() {
	json '"{} {} {}/{}".format(e["data"]["input"]["name"],
	    *(e["data"]["replay"][k] for k in ("verdict", "hits", "runs")))'
}

# An event like pf-run's for the input $1 of ./asan; $2 is more of data.
event() {
	/usr/bin/python3 -c '
import json, os, sys
path = os.path.abspath(sys.argv[1])
data = {"input": {"name": sys.argv[1], "path": path},
    "command": [os.path.abspath("asan")], "env": {}}
data.update(json.loads(sys.argv[2]))
print(json.dumps({"v": 1, "id": "%032x" % ord(sys.argv[1][0]),
    "time": "2026-11-21T02:00:00.123Z", "type": "crash", "data": data}))' \
		"$1" "${2:-{\}}"
}

@test "an input that crashes each time is the same, and its event complete" {
	try 0 pf-replay O -- ./asan
	silent
	verdicts >found
	same found <<<'O same 3/3'
	json '[e["target"], e["node"], e["data"]["input"]["bytes"],
	    e["data"]["command"], e["data"]["exit_code"], "rev" in e,
	    "in over" in e["data"]["trace"]]' >found
	same found <<<"[\"asan\", \"testnode\", 1, [\"$PWD/asan\"], 1, false, true]"
	pf-dedup <stdout >grouped
	json 'e["data"]["site"] + " " + e["data"]["severity"]' grouped >found
	same found <<<'over target.c:10 MEDIUM'
}

@test "@@ is the path of the input, paths also come from standard input" {
	echo O >paths
	try 0 pf-replay -n 1 -- ./asan @@ <paths
	verdicts >found
	same found <<<'O same 1/1'
	json 'e["data"]["command"][1]' >found
	same found <<<'@@'
}

@test "a libFuzzer target gets the path as its last word" {
	try 0 pf-replay -v -n 1 O -- ./fuzz -timeout=5
	says "'./fuzz' is a libFuzzer target: 'O' is its last word"
	verdicts >found
	same found <<<'O same 1/1'
	try 1 pf-replay -n 1 C -- ./fuzz
	verdicts >found
	same found <<<'C clean 0/1'
}

@test "clean and flaky are told apart, and both are to be looked at" {
	try 1 pf-replay -n 4 C F -- ./asan
	silent
	verdicts >found
	same found <<-'EOF'
	C clean 0/4
	F flaky 2/4
	EOF
}

@test "an input that is not there is an error and never clean" {
	try 66 pf-replay -n 1 gone O -- ./asan
	same stderr <<<"pf-replay: open 'gone': No such file or directory"
	verdicts >found
	same found <<<'O same 1/1'
}

@test "a command that is not there ends it at once" {
	try 69 pf-replay O -- ./gone
	same stderr <<<"pf-replay: run './gone': No such file or directory"
	try 75 pf-replay O
	same stderr <<<"pf-replay: 'O': no command is given, and pf-run has left none beside it"
	verdicts >found
	same found <<<'O error 0/0'
}

@test "a run that somebody killed is an error" {
	try 75 pf-replay K -- ./mute
	same stderr <<<"pf-replay: running 'K' was ended by signal 9 from outside"
	verdicts >found
	same found <<<'K error 0/1'
}

@test "a hang is a timeout with the place where it hangs" {
	try 0 pf-replay -n 1 -t 300ms H -- ./asan
	silent
	verdicts >found
	same found <<<'H same 1/1'
	pf-dedup <stdout >grouped
	json '[e["data"]["kind"], e["data"]["site"]]' grouped >found
	same found <<<'["timeout", "main target.c:62"]'
}

@test "a time limit is no crash where another one is known" {
	event H '{"signal": 6}' >in
	try 75 pf-replay --filter -t 300ms <in
	says "H' took longer than 300 ms and is not known to hang"
	json 'e["data"]["replay"]["verdict"]' >found
	same found <<<error
	event H '{"kind": "timeout"}' >in
	try 0 pf-replay --filter -n 1 -t 300ms <in
	json 'e["data"]["replay"]["verdict"]' >found
	same found <<<same
}

@test "nothing of a run is left when it is over" {
	try 0 pf-replay -n 1 D -- ./asan
	[ "$(grep -c . pids)" = 3 ]
	while read -r pid; do
		[ ! -e "/proc/$pid" ]
	done <pids
}

@test "another crash than the event's is told, and the event's trace kept" {
	pf-replay -n 1 O -- ./asan >over
	trace=$(json 'json.dumps({"trace": e["data"]["trace"]})' over)
	event L "$trace" >in
	try 1 pf-replay --filter -n 2 <in
	verdicts >found
	same found <<<'L other 2/2'
	json '"in over" in e["data"]["trace"]' >found
	same found <<<true
	event O "$trace" >in
	try 0 pf-replay --filter -n 2 <in
	verdicts >found
	same found <<<'O same 2/2'
}

@test "other lines pass byte for byte in their place" {
	line='{"v":1, "id":"00000000000000000000000000000001","time":"2026-11-21T02:00:00Z","type":"job","data":{"x": 1.0}}'
	{ echo "$line"; event O; echo "$line"; echo '{broken'; } >in
	try 1 pf-replay --filter -n 1 <in
	says 'pf-replay: line 4 is not an event line: '
	sed 2d stdout >others
	same others <<-EOF
	$line
	$line
	{broken
	EOF
	sed -n 2p stdout >crash
	json '[e["rev"], e["data"]["replay"]["verdict"]]' crash >found
	same found <<<'[1, "same"]'
}

@test "with --filter a line goes out while more may come" {
	mkfifo pipe
	pf-replay --filter -n 1 <pipe >out 3>&- &
	exec 9>pipe
	event O >&9
	until_true 10 grep -q '"verdict":"same"' out
	exec 9>&-
	wait
}

@test "an input with other contents than the event tells of is an error" {
	event O '{"input": {"path": "'"$PWD/O"'", "xxh128": "'"$(
		printf '%032d' 0
	)"'"}}' >in
	try 75 pf-replay --filter <in
	says "O' is not the input that the event tells of: its contents have changed"
	event C '{"command": []}' >in
	try 75 pf-replay --filter <in
	says "C' has no command to run"
}

@test "lines keep their order however long a run takes" {
	try 1 pf-replay -n 1 -j 4 S O C L -- ./asan
	verdicts >found
	same found <<-'EOF'
	S same 1/1
	O same 1/1
	C clean 0/1
	L same 1/1
	EOF
}

@test "a flood of output is cut, and the report is found behind it" {
	try 0 pf-replay -n 1 N -- ./asan
	[ "$(wc -c <stdout)" -lt 200000 ]
	grep -q 'bytes of output cut here' stdout
	pf-dedup <stdout >grouped
	json 'e["data"]["site"]' grouped >found
	same found <<<'over target.c:10'
}

@test "the sanitizers' options make the report complete and keep the rest" {
	export ASAN_OPTIONS=symbolize=0:exitcode=42
	try 0 pf-replay -n 1 O -- ./asan
	json '["in over" in e["data"]["trace"], e["data"]["exit_code"],
	    e["data"]["env"]["ASAN_OPTIONS"]]' >found
	same found <<<'[true, 42, "symbolize=0:exitcode=42"]'
	event O '{"env": {"ASAN_OPTIONS": "exitcode=43:abort_on_error=1"}}' >in
	try 0 pf-replay --filter -n 1 <in
	json 'e["data"]["exit_code"]' >found
	same found <<<43
}

@test "without a sanitizer gdb gives the backtrace" {
	command -v gdb >gdb || skip 'gdb is not installed'
	cat >null.c <<-'EOF'
	static int
	value_of(const int *cell)
	{
		return *cell;
	}

	int
	main(void)
	{
		return value_of(0);
	}
	EOF
	gcc -g -O0 -w -o null null.c
	try 0 pf-replay -n 2 O -- ./null
	pf-dedup <stdout >grouped
	json '[e["data"][k] for k in ("sanitizer", "signal", "site", "why")]' \
		grouped >found
	same found <<<'["gdb", 11, "value_of null.c:4", "near-null READ"]'
}

@test "output that cannot be written is an error" {
	run -75 bash -c 'pf-replay -n 1 O -- ./asan >/dev/full 2>err'
	grep -q 'No space left on device' err
}

@test "numbers and options are checked" {
	for bad in '-j 0' '-n x' '-t 0' '--frobnicate'; do
		# shellcheck disable=SC2086
		try 64 pf-replay $bad O -- ./asan
	done
	try 64 pf-replay --filter O
	says '--filter takes no inputs but event lines'
}

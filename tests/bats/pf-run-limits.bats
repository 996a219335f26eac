# pf-run: what it does when disk, memory or time run short.

load helper

seeds=$pf_root/tests/targets/seeds

# on_tmpfs SIZE COMMAND…: with a small file system of its own at ./disk.
on_tmpfs() {
	local size=$1
	shift
	mkdir -p disk
	# shellcheck disable=SC2016
	exec unshare -m sh -c 'mount -t tmpfs -o size="$1" none disk && shift && exec "$@"' \
		sh "$size" "$@"
}

# told EXPRESSION: of the alerts and job events, in order, in `told`.
told() {
	json "(e['data'].get('name', '') + ' ' + e['data']['state']
		if e['type'] in ('alert', 'job') else None)" "$@" >told
}

@test "with too little free disk space nothing runs until there is room" {
	on_tmpfs 64m pf-run --min-free 24M -d 60s --interval 1s -t 1 \
		-i "$seeds/chunks" -o disk/job -- "$targets/chunks.libfuzzer" \
		>stdout 2>stderr 3>&- &
	until_true 20 grep -q '"running"' stdout
	local disk=/proc/$!/root$PWD/disk
	head -c 50m /dev/zero >"$disk/filler"
	until_true 20 grep -q 'disk_free_bytes","state":"firing' stdout
	until_true 20 grep -q '"alive":false' "$disk/job/state.json"
	rm "$disk/filler"
	until_true 20 grep -q 'disk_free_bytes","state":"resolved' stdout
	until_true 20 grep -q '"alive":true' "$disk/job/state.json"
	kill "$!"
	wait "$!"
	told
	printf '%s\n' ' starting' ' running' 'disk_free_bytes firing' ' restarting' \
		'disk_free_bytes resolved' ' restarting' ' running' ' stopping' \
		' cancelled' | same told
	says "less than the 24M of --min-free"
	valid stdout
}

@test "a job's directory over its bound is held, with an alert" {
	mkdir -p job/log
	pf-run --disk 8M -d 60s --interval 1s -t 1 -i "$seeds/clean" -o job -- \
		"$targets/clean.libfuzzer" >stdout 2>stderr 3>&- &
	until_true 20 grep -q '"running"' stdout
	kill "$!"
	wait "$!"
	head -c 20m /dev/zero >job/log/large
	try 1 pf-run --disk 8M -d 2s -t 1 -i "$seeds/clean" -o job -- \
		"$targets/clean.libfuzzer"
	told
	grep -q 'job_disk_bytes firing' told
	says "more than the 8M of --disk"
}

@test "a fuzzer over its memory is stopped whole and started again" {
	printf '%s\n' '#include <stdint.h>' '#include <stdlib.h>' \
		'#include <string.h>' \
		'int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) {' \
		'	char *p = malloc(1 << 20);' \
		'	memset(p, (int)n, 1 << 20);' \
		'	return p == (const void *)d; }' >grow.c
	clang -fsanitize=fuzzer -o grow grow.c
	pf-run -m 300M -d 60s --interval 1s -f other --crash-dir none \
		-o job -- ./grow -rss_limit_mb=0 >stdout 2>stderr 3>&- &
	until_true 30 grep -q 'memory_bytes","state":"resolved' stdout
	kill "$!"
	wait "$!"
	told
	head -n 5 told >first
	printf '%s\n' ' starting' ' running' 'memory_bytes firing' ' restarting' \
		'memory_bytes resolved' | same first
	[ -z "$(ls job/crashes)" ]
}

# Those instances failed to start whose turn came to such a processor.
@test "a processor that is not ours is refused, also beside others" {
	try 64 pf-run --cpus 0,1023 -n 2 -f other --crash-dir none -o job -- true
	says "pf-run: --cpus '0,1023': processor 1023 is not ours"
	[ ! -e job ]
}

@test "a process runs on the processors that it is given" {
	pf-run --cpus 0 -d 30s -t 1 -i "$seeds/clean" -o job -- \
		"$targets/clean.libfuzzer" >stdout 2>stderr 3>&- &
	until_true 20 grep -q '"running"' stdout
	pid=$(json "e['instances'][0]['pid']" job/state.json)
	sed -n 's/^Cpus_allowed_list:\t//p' "/proc/$pid/status" >got
	kill "$!"
	wait "$!"
	echo 0 | same got
}

@test "limits of files, cores and privileges hold in the fuzzer" {
	pf-run --open-files 99 --file-size 5M -d 30s -t 1 -i "$seeds/clean" \
		-o job -- "$targets/clean.libfuzzer" >stdout 2>stderr 3>&- &
	until_true 20 grep -q '"running"' stdout
	pid=$(json "e['instances'][0]['pid']" job/state.json)
	awk '/^Max (open files|file size)/ { print $4 }' "/proc/$pid/limits" >got
	sed -n 's/^NoNewPrivs:\t//p' "/proc/$pid/status" >>got
	kill "$!"
	wait "$!"
	printf '%s\n' 5242880 99 1 | same got
}

@test "a fuzzer that gives no sign of life is started again" {
	printf '%s\n' '#include <stdint.h>' '#include <unistd.h>' \
		'#include <signal.h>' \
		'int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) {' \
		'	signal(SIGALRM, SIG_IGN);' \
		'	for (;;) pause(); }' >hang.c
	clang -fsanitize=fuzzer -w -o hang hang.c
	pf-run --mode single --stall 4s -g 1s -d 60s --interval 1s -o job -- ./hang \
		>stdout 2>stderr 3>&- &
	until_true 30 grep -q 'silent_seconds","state":"resolved' stdout
	kill "$!"
	wait "$!"
	told
	head -n 5 told >first
	printf '%s\n' ' starting' ' running' 'silent_seconds firing' \
		' restarting' 'silent_seconds resolved' | same first
}

# Others may not enter the directories of tests.
clean_up() {
	if [ -n "${open_dir-}" ]; then rm -rf "$open_dir"; fi
}

@test "another user fuzzes, owns what it writes and cannot write the rest" {
	open_dir=$(mktemp -d)
	chmod 755 "$open_dir"
	cd "$open_dir"
	cp "$targets/chunks.libfuzzer" target
	try 0 pf-run -u nobody -d 4s --interval 1s -t 1 -o job -- ./target
	stat -c %U job/corpus job/artifacts job/events.jsonl job/state.json >got
	printf '%s\n' nobody nobody root root | same got
	stat -c %U job/artifacts/* | sort -u >got
	echo nobody | same got
	[ "$(json "e['type'] if e['type'] == 'crash' else None" | wc -l)" -gt 0 ]
}

# try_to_write OPTION…: a fuzzer tries to write beside its directories and to
# reach the network; what came of it is in job/log.
try_to_write() {
	cat >tries.c <<-'EOF'
		#include <fcntl.h>
		#include <stdint.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <sys/socket.h>
		#include <netinet/in.h>
		int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) {
			struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_port = htons(9), .sin_addr.s_addr = htonl(0xc0000201)};
			int s = socket(AF_INET, SOCK_DGRAM, 0);
			printf("outside %d\n", open(getenv("OUTSIDE"), O_WRONLY | O_CREAT, 0600) >= 0);
			printf("events %d\n", open(getenv("EVENTS"), O_WRONLY) >= 0);
			printf("network %d\n", connect(s, (void *)&a, sizeof a) == 0);
			fflush(stdout);
			exit(0);
		}
	EOF
	clang -w -fsanitize=fuzzer -o tries tries.c
	OUTSIDE=$PWD/outside EVENTS=$PWD/job/events.jsonl pf-run "$@" --mode single \
		-d 3s -o job -- ./tries >stdout 2>stderr 3>&- || :
	grep -hE '^(outside|events|network) ' job/log/*.log | sort -u >got
}

@test "a sandboxed fuzzer writes nothing but its own directories" {
	try_to_write --sandbox
	printf '%s\n' 'events 0' 'network 0' 'outside 0' | same got
	[ ! -e outside ]
}

@test "a sandbox finds crashes, stops in time and leaves nothing" {
	try 0 pf-run --sandbox -d 5s --interval 1s -t 1 -i "$seeds/chunks" -o job -- \
		"$targets/chunks.libfuzzer"
	[ "$(json "e['type'] if e['type'] == 'crash' else None" | wc -l)" -gt 0 ]
	try 0 pf-run --sandbox -d 5s --interval 1s -t 1 -i "$seeds/chunks" -o afl -- \
		"$targets/chunks.afl"
	[ "$(json "e['type'] if e['type'] == 'crash' else None" | wc -l)" -gt 0 ]
	nothing_left job
	nothing_left afl
}

@test "one bug that ends the fuzzer again and again is named and slows it" {
	cat >shallow.c <<-'EOF'
		#include <stdint.h>
		#include <stdlib.h>
		int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) {
			static char p[1];
			return n > 2 && d[0] > 20 ? p[n] : 0;
		}
	EOF
	clang -g -w -fsanitize=fuzzer,address -o shallow shallow.c
	try 0 pf-run --mode single -d 12s -o job -- ./shallow
	json "e['data'].get('blocked_by') if e['type'] == 'job' else None" |
		sort -u >got
	echo "LLVMFuzzerTestOneInput shallow.c:5" | same got
	# Four quick starts, then pauses of 2, 4 and 8 seconds.
	[ "$(json "e['restarts']" job/state.json)" -lt 9 ]
	[ "$(json "e['blocked_by']" job/state.json)" = "$(cat got)" ]
}

@test "events.jsonl is set aside when it is large, and no line is lost" {
	try 0 pf-run --log-size 40K --interval 1s -d 6s -t 1 -i "$seeds/chunks" \
		-o job -- "$targets/chunks.libfuzzer"
	[ -e job/events.jsonl.2 ]
	last=$(find job -name 'events.jsonl.*' | wc -l)
	for i in $(seq "$last"); do cat "job/events.jsonl.$i"; done >all
	cat job/events.jsonl >>all
	cmp all stdout
	# A line may be longer than what is left.
	[ "$(stat -c %s job/events.jsonl.1)" -lt 120000 ]
	[ "$(find job/log -size +80k)" = "" ]
}

@test "a corpus that the fuzzer could not write to is said before the start" {
	mkdir -p job/corpus
	chmod 500 job/corpus
	try 77 bound_by_modes pf-run -d 2s -t 1 -i "$seeds/clean" -o job -- \
		"$targets/clean.libfuzzer"
	says "write to '$PWD/job/corpus': Permission denied"
	same stdout </dev/null
}

@test "a fuzzer that is down at the end makes the job worth a look" {
	printf '#!/bin/sh\nexit 7\n' >broken
	chmod +x broken
	try 1 pf-run -f other --crash-dir found -d 4s -o job -- ./broken
	says "other was not running at the end: 'exit status 7'"
}

@test "what a killed run had started is ended before the next run begins" {
	printf '#!/bin/sh\ntrap "" TERM\n( trap "" TERM; exec setsid sleep 100 ) &\nsleep 100\n' >stays
	chmod +x stays
	for round in 1 2 3 4 5; do
		pf-run -f other --crash-dir found -d 60s -o job -- ./stays \
			>stdout 2>stderr 3>&- &
		until_true 10 grep -q '"running"' stdout
		kill -KILL $!
		wait $! || :
		# The lock is not to be had while anything of it is left.
		flock -w 20 job/lock true
		nothing_left job
	done
}

@test "what takes too much memory and will not end is killed at once" {
	cat >grows.c <<-'EOF'
		#include <signal.h>
		#include <stdlib.h>
		#include <string.h>
		#include <unistd.h>
		int main(void) {
			signal(SIGTERM, SIG_IGN);
			for (int i = 0; i < 200; i++) {
				memset(malloc(8 << 20), 1, 8 << 20);
				usleep(100000);
			}
			pause();
		}
	EOF
	cc -o grows grows.c
	pf-run -m 100M -g 60s -f other --crash-dir found -o job -- ./grows \
		>stdout 2>stderr 3>&- &
	until_true 30 grep -q 'memory_bytes","state":"firing' stdout
	until_true 8 grep -q 'memory_bytes","state":"resolved' stdout
	kill $!
	kill $!
	wait $! || :
	nothing_left job
}

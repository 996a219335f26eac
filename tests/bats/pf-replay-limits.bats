#!/usr/bin/env bats
# pf-replay: what holds the runs, and what is said when one could not be.
load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	cat >hog.c <<-'EOF'
	#include <stdint.h>
	#include <stdlib.h>
	#include <string.h>
	#include <unistd.h>

	/* Takes 16 MiB at a time, 2 GiB altogether, and keeps it. */
	int
	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
	{
		static char *all[128];

		(void)data;
		(void)size;
		for (int i = 0; i < 128; i++) {
			all[i] = malloc(16 << 20);
			memset(all[i], 1, 16 << 20);
			usleep(50000);
		}
		return 0;
	}
	EOF
	cat >main.c <<-'EOF'
	#include <stdint.h>
	#include <stddef.h>
	int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
	int main(void) { return LLVMFuzzerTestOneInput(0, 0); }
	EOF
	clang -g -O0 -fsanitize=address,fuzzer -o hog.libfuzzer hog.c &&
		gcc -g -O0 -fsanitize=address -o hog.asan hog.c main.c
}

prepare() {
	echo >input
	printf '#!/bin/sh\n' >nothing
	chmod +x nothing
}

verdict() { json '"{verdict} {hits}/{runs}".format(**e["data"]["replay"])'; }
is_gone() { [ ! -e "/proc/$1" ]; }
all_gone() { while read -r pid; do is_gone "$pid" || return; done <"$1"; }

# family: a target that leaves daemons, tells their pids in `pids`, and stays.
family() {
	cat >family <<-'EOF'
	#!/bin/sh
	trap '' TERM INT
	setsid sh -c 'trap "" TERM INT HUP; echo $$ >>pids; while :; do sleep 1000; done' &
	(setsid sh -c 'echo $$ >>pids; sleep 1000 & echo $! >>pids; wait' &)
	echo $$ >>pids
	wait
	EOF
	chmod +x family
}

three_began() { [ "$(grep -c . pids 2>/dev/null)" = "${1:-4}" ]; }

@test "-m: who takes more is ended and an error, also below a sanitizer" {
	try 75 pf-replay -m 256M input -- "$BATS_FILE_TMPDIR/hog.asan"
	same stderr <<<"pf-replay: 'input' took more memory than 256M"
	verdict >found
	same found <<<'error 0/1'
}

@test "-m: libFuzzer gets a limit of its own and reports where it was" {
	try 0 pf-replay -m 256M -n 1 input -- "$BATS_FILE_TMPDIR/hog.libfuzzer"
	silent
	pf-dedup <stdout >grouped
	json '[e["data"]["kind"], e["data"]["replay"]["verdict"]]' grouped >found
	same found <<<'["out-of-memory", "same"]'
}

@test "a crash leaves no core file" {
	printf '#!/bin/sh\nulimit -c >core-limit; kill -SEGV $$\n' >crash
	chmod +x crash
	ulimit -c unlimited
	try 0 pf-replay -n 1 input -- ./crash
	not compgen -G 'core*[0-9]*'
	# In blocks of 512 bytes; one byte keeps the kernel from piping it.
	same core-limit <<<0
}

@test "--output-max bounds what is kept, at both ends" {
	cat >talks <<-'EOF'
	#!/bin/sh
	echo first
	i=0
	while [ $i -lt 2000 ]; do echo "line $i of much"; i=$((i + 1)); done
	echo last
	kill -SEGV $$
	EOF
	chmod +x talks
	try 0 pf-replay --output-max 8K -n 1 input -- ./talks
	json 'e["data"]["trace"]' >trace
	grep -qx first trace
	grep -qx last trace
	grep -q '^\[[0-9]* bytes of output cut here\]$' trace
	[ "$(wc -c <trace)" -lt 8400 ]
	try 64 pf-replay --output-max 1 input -- ./talks
}

@test "each containment ends what a run leaves, and the next runs well" {
	family
	sed -i '/^wait/d' family
	echo 'until [ "$(grep -c . pids)" -ge 4 ]; do sleep 0.01; done; kill -SEGV $$' >>family
	for means in keeper cgroup namespace; do
		echo >pids
		sed -i d pids
		PF_X=$means try 0 pf-replay --containment $means -n 2 input -- ./family
		silent
		verdict >found
		same found <<<'same 2/2'
		# In a namespace they have other pids.
		[ $means = namespace ] || all_gone pids
		until_true 10 not grep -lsz "^PF_X=$means\$" /proc/[0-9]*/environ
	done
	try 64 pf-replay --containment best input -- ./family
}

@test "nothing is left of the runs after a kill -9" {
	family
	for means in keeper cgroup; do
		rm -f pids
		pf-replay --containment $means -j 2 -t 100s input input -- ./family \
			>out 2>err 3>&- &
		pid=$!
		until_true 20 three_began 8
		kill -KILL $pid
		wait $pid || :
		until_true 10 all_gone pids
	done
}

@test "asked to stop it ends what runs, tells what is done, and says so" {
	family
	printf '#!/bin/sh\ncase $1 in slow) exec ./family ;; esac\n' >target
	chmod +x target
	touch slow late
	pf-replay -j 1 -n 1 -t 100s input slow late -- ./target @@ >stdout 2>stderr 3>&- &
	pid=$!
	until_true 20 three_began
	kill -TERM $pid
	got=0
	wait $pid || got=$?
	[ "$got" = 75 ]
	same stderr <<<'pf-replay: stopped by SIGTERM: 2 inputs that were there were not run'
	json 'e["data"]["input"]["name"]' >found
	same found <<<input
	all_gone pids
}

@test "asked to stop a filter passes on what it has read" {
	family
	mkfifo pipe
	pf-replay --filter -n 1 -t 100s <pipe >out 2>err 3>&- &
	pid=$!
	event='{"v":1,"id":"00000000000000000000000000000001","time":"2026-11-21T02:00:00Z","type":"crash","data":{"input":{"name":"i","path":"'$PWD'/input"},"command":["'$PWD'/family"],"env":{}}}'
	other=${event/crash/job}
	exec 9>pipe
	printf '%s\n' "$event" "$other" "$event" >&9
	until_true 20 three_began
	kill -TERM $pid
	got=0
	wait $pid || got=$?
	exec 9>&-
	[ "$got" = 75 ]
	printf '%s\n' "$event" "$other" "$event" | same out
	all_gone pids
}

@test "a sandbox lets nothing be written, and the crash is the same" {
	command -v bwrap >where || skip 'bwrap is not installed'
	printf '#!/bin/sh\necho >written; kill -SEGV $$\n' >writes
	chmod +x writes
	try 0 pf-replay -n 2 input -- ./writes @@
	rm written
	try 0 pf-replay --sandbox -n 2 input -- ./writes @@
	[ ! -e written ]
	verdict >found
	same found <<<'same 2/2'
	try 64 pf-replay --network input -- ./writes
	says '--network goes with --sandbox'
	# What the sandbox does not show is no clean input.
	mkdir ../elsewhere-$$
	echo >../elsewhere-$$/input
	echo ../elsewhere-$$/input >list
	try 75 pf-replay --sandbox -- ./writes @@ <list
	rm -r ../elsewhere-$$
	says 'of which the sandbox shows but the working directory'
}

@test "-u runs the target as another user" {
	[ "$(id -u)" = 0 ] || skip 'only root may become another user'
	printf '#!/bin/sh\nid -un; kill -SEGV $$\n' >who
	chmod 755 who
	chmod 711 . .. ../.. ../../..
	try 0 pf-replay -u nobody -n 2 input -- ./who
	json 'e["data"]["trace"]' >found
	grep -qx nobody found
	try 64 pf-replay -u no-such-user input -- ./who
}

@test "what cannot be executed is an error and said why" {
	printf '\177ELF and nothing of use' >broken
	chmod +x broken
	try 75 pf-replay input -- ./broken
	same stderr <<<"pf-replay: run './broken' on 'input': Exec format error"
	verdict >found
	same found <<<'error 0/0'
	echo 'void gone(void); int main(void) { gone(); return 0; }' >needs.c
	echo 'void gone(void) {}' >gone.c
	gcc -shared -fPIC -o libgone.so gone.c
	gcc -o needs needs.c -L. -lgone
	try 75 pf-replay input -- ./needs
	says "running 'input': './needs: error while loading shared libraries: libgone.so"
	verdict >found
	same found <<<'error 0/1'
}

@test "who meets a limit that we were started with is an error" {
	printf '#!/bin/sh\nexec head -c 100000 /dev/zero >large\n' >writes
	chmod +x writes
	(ulimit -f 10 && try 75 pf-replay input -- ./writes)
	says "running 'input' was ended by signal 25 from outside"
}

@test "on a full disk nothing is clean" {
	cat >full <<-'EOF'
	#!/bin/sh
	set -e
	mount -t tmpfs -o size=64k none "$1"
	head -c 100000 /dev/zero >"$1/all" 2>/dev/null || :
	shift
	exec "$@"
	EOF
	chmod +x full
	mkdir disk
	unshare -m ./full disk true || skip 'nothing may be mounted here'
	TMPDIR=$PWD/disk try 75 unshare -m ./full disk pf-replay -n 1 input -- ./nothing
	says "'input' did not always crash, but the disk of '$PWD/disk' is full"
	verdict >found
	same found <<<'error 0/1'
}

@test "gdb gives the backtrace, the registers and the instruction" {
	command -v gdb >where || skip 'gdb is not installed'
	echo 'int main(void) { *(volatile int *)8 = 1; return 0; }' >null.c
	gcc -g -O0 -w -o null null.c
	try 0 pf-replay -n 1 input -- ./null
	json 'e["data"]["trace"]' >trace
	grep -q '^#0 .*main () at null.c:1' trace
	grep -q '^rsp  ' trace
	grep -q '^=> 0x.*<main+.*>:.*movl' trace
}

# The first byte says how it ends.
wild_program() {
	cat >wild.c <<-'END'
		#include <stdio.h>
		#include <string.h>
		static int deep(int n)
		{
			char room[100];
			memset(room, n, sizeof room);
			return n > 0 ? deep(n + 1) + room[3] : 0;
		}
		static int broad(int n)
		{
			volatile char room[64 << 20];
			room[0] = (char)n;
			return room[n];
		}
		int main(int argc, char *argv[])
		{
			FILE *f = fopen(argv[argc - 1], "r");
			int how = fgetc(f);
			if (how == 'r')
				__asm__ volatile("push %0; ret" ::"r"(0x4141414141414141));
			if (how == 'c')
				__asm__ volatile("call *%0" ::"r"(0x4141414141414141));
			if (how == 'n')
				__asm__ volatile("call *8(%0)" ::"r"(0L));
			if (how == 'w')
				*(volatile int *)0x4141414141414141 = 1;
			if (how == 'd')
				return deep(1);
			if (how == 'b')
				return broad(5);
			return 0;
		}
	END
	cc -g -O0 "$@" wild.c
	mkdir wilds
	for how in r c n w d b; do echo $how >wilds/$how; done
}

@test "gdb tells wild returns and calls, wild addresses and a full stack" {
	[ "$(uname -m)" = x86_64 ] || skip "the program is for x86-64"
	wild_program -o wild
	try 0 pf-replay -n 1 wilds -- ./wild @@
	pf-dedup stdout >told
	json "[e['data'][k] for k in ('kind', 'severity', 'why')]" told >got
	same got <<-'EOF'
	["stack-overflow", "LOW", "stack exhaustion"]
	["segv", "CRITICAL", "ret, call or jump that faults away from null"]
	["stack-overflow", "LOW", "stack exhaustion"]
	["segv", "MEDIUM", "near-null call"]
	["segv", "CRITICAL", "ret, call or jump that faults away from null"]
	["segv", "HIGH", "wild SEGV WRITE"]
	EOF
}

@test "a leak below libc, which has no frame pointers, has its place" {
	local build
	cat >leak.c <<-'END'
		#define _GNU_SOURCE
		#include <stdio.h>
		#include <string.h>
		__attribute__((noinline)) static void forget(int n)
		{
			char *volatile text;
			if (asprintf((char **)&text, "%d", n) > 0)
				text = NULL;
		}
		/* What is left on the stack may keep it from being lost. */
		__attribute__((noinline)) static int scrub(int n)
		{
			volatile char room[8192];
			memset((char *)room, n, sizeof room);
			return room[n];
		}
		int main(void)
		{
			forget(4);
			return scrub(0);
		}
	END
	for build in 'gcc -fsanitize=leak' 'clang -fsanitize=address'; do
		$build -g -O1 -w -fno-omit-frame-pointer -o leak leak.c
		try 0 pf-replay input -- ./leak
		json 'e["data"]["replay"]["verdict"]' >found
		pf-dedup stdout >told
		json '[e["data"][k] for k in ("kind", "site")]' told >>found
		printf '%s\n' same '["leak", "forget leak.c:7"]' | same found
	done
}

@test "gdb that is missing, or may not trace, is told once" {
	printf '#!/bin/sh\nkill -SEGV $$\n' >crash
	chmod +x crash
	mkdir bin
	ln -s "$(command -v llvm-symbolizer)" bin/
	try 0 env PATH="$PWD/bin" "$(command -v pf-replay)" -n 1 input input -- ./crash
	same stderr <<<'pf-replay: no gdb in PATH: crashes of targets without a sanitizer will have no trace'
	printf '#!/bin/sh\necho "warning: Could not trace the inferior process."\n' >bin/gdb
	chmod +x bin/gdb
	try 0 env PATH="$PWD/bin" "$(command -v pf-replay)" -n 1 input input -- ./crash
	same stderr <<<'pf-replay: gdb may not trace here: crashes of targets without a sanitizer will have no trace'
}

@test "gdb that may not trace, while another input waits for it" {
	printf '#!/bin/sh\ncase $1 in *slow) sleep 0.6 ;; esac\nkill -SEGV $$\n' >crash
	mkdir bin
	ln -s "$(command -v sleep)" bin/
	printf '#!/bin/sh\n: >%s/tried\nsleep 0.6\necho "%s"\n' "$PWD" \
		'warning: Could not trace the inferior process.' >bin/gdb
	chmod +x crash bin/gdb
	cp input slow
	cp input quick
	env PATH="$PWD/bin" "$(command -v pf-replay)" -j 2 -n 1 slow quick \
		-- ./crash @@ >stdout 2>stderr 3>&- &
	# Both the crash and gdb are over when it looks again.
	until_true 10 test -e tried
	kill -STOP $!
	sleep 1
	kill -CONT $!
	wait $!
	[ "$(grep -c '"verdict":"same"' stdout)" = 2 ]
	[ "$(grep -c 'gdb may not trace here' stderr)" = 1 ]
}

@test "on a terminal it shows how far it is, and elsewhere nothing" {
	command -v script >where || skip 'script(1) is not installed'
	printf '#!/bin/sh\nsleep 0.1; kill -SEGV $$\n' >crash
	chmod +x crash
	inputs='input input input input input input input input'
	script -qec "pf-replay -n 1 $inputs -- ./crash >out" /dev/null >shown 3>&-
	grep -qE '[1-7]/8 done, [0-9.]+/s, [0-9]+ s left' shown
	[ "$(grep -c '"same"' out)" = 8 ]
	# shellcheck disable=SC2086
	try 0 pf-replay -n 1 $inputs -- ./crash
	silent
}

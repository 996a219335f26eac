#!/usr/bin/env bats
# pf-dedup: traces without function names, named by llvm-symbolizer.
load helper

# Two functions of one error each, one inlined into its caller.
prepare() {
	unset LLVM_SYMBOLIZER_PATH ASAN_SYMBOLIZER_PATH DEBUGINFOD_URLS
	cat >lib.c <<-'EOF'
	static inline __attribute__((always_inline)) void
	store(volatile char *room, int i)
	{
		room[i] = 1;
	}
	__attribute__((noinline)) int
	fill(volatile char *room, int n)
	{
		for (int i = 0; i < n; i++)
			store(room, i);
		return room[0];
	}
	EOF
	cat >prog.c <<-'EOF'
	#include <assert.h>
	#include <stdlib.h>
	int fill(volatile char *room, int n);
	__attribute__((noinline)) static int
	reads(char **argument, int count)
	{
		volatile char *room = malloc(8);
		int sum = 0;

		assert(count < 3 || argument[1][0] != 'a');
		sum = fill(room, count == 1 ? 9 : 8) + 1;
		free((void *)room);
		if (count == 2)
			sum += room[3];
		return sum;
	}
	int
	main(int argc, char *argv[])
	{
		int got = reads(argv, argc);
		return got + ADD;
	}
	EOF
}

# build COMPILER FLAG...: as `prog`, from both files.
build() {
	set -- "$@" -DADD="${ADD:-1}"
	"$@" -g -O1 -fsanitize=address -fno-omit-frame-pointer \
		-fno-optimize-sibling-calls -w -o prog prog.c lib.c
}

# trace FILE SYMBOLIZE ARGUMENT...: what `prog` prints as it crashes.
trace() {
	local file=$1 symbolize=$2
	shift 2
	not env ASAN_OPTIONS="symbolize=$symbolize:handle_abort=1" \
		LD_LIBRARY_PATH="$PWD" ./prog "$@" 2>"$file"
}

# keys FILE: what has to be the same however the names came to be.
keys() {
	json '"\t".join(e["data"][k] for k in
	    ("kind", "site", "group", "stack", "severity"))' "$1"
}

# places FILE: function, file and line of every frame.
places() {
	json '"\n".join("%s %s %s" % (f.get("function"), f.get("file"),
	    f.get("line")) for f in e["data"]["frames"])' "$1"
}

# as_sanitizer: each crash of `prog` told by us as by the sanitizer itself.
# Compilers differ on what libc's own functions are called.
as_sanitizer() {
	local arguments
	for arguments in '' one 'a b'; do
		# shellcheck disable=SC2086
		trace bare.txt 0 $arguments
		# shellcheck disable=SC2086
		trace named.txt 1 $arguments
		not grep -q '^ *#0 .* in ' bare.txt
		grep -q '^ *#0 .* in ' named.txt
		try 0 pf-dedup named.txt
		keys stdout >named
		places stdout | grep -F "$PWD/" >named.places
		try 0 pf-dedup bare.txt
		silent
		keys stdout >bare
		places stdout | grep -F "$PWD/" >bare.places
		diff -u named bare
		diff -u named.places bare.places
		try 0 pf-dedup --groups bare.txt named.txt
		[ "$(wc -l <stdout)" = 1 ]
	done
}

# script NAME: a symbolizer of this test's, from standard input. It counts
# itself in `started` and what it is asked in `asked`.
script() {
	{ printf '#!/bin/bash\necho "$*" >>"%s/started"\n' "$PWD" && cat; } >"$1"
	chmod +x "$1"
}

counting() {
	script counting <<-EOF
	# Noted before it is asked: after the last answer all are killed.
	while read -r line; do
		echo "\$line" >>"$PWD/asked"
		echo "\$line"
	done | exec llvm-symbolizer "\$@"
	EOF
}

# A trace with a frame in each MODULE: bare OFFSET MODULE...
bare() {
	local n=0 module offset=$1
	shift
	echo '==1==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000 (pc 0x1 bp 0x2 sp 0x3 T0)'
	for module; do
		printf '    #%s 0x55%s  (%s+%s)\n' $n $n "$module" "$offset"
		n=$((n + 1))
	done
}

@test "clang, position independent or not: as AddressSanitizer names them" {
	build clang -fPIE -pie
	as_sanitizer
	build clang -fno-pie -no-pie
	as_sanitizer
}

@test "gcc, which tells no build id, position independent or not" {
	build gcc -fPIE -pie
	as_sanitizer
	build gcc -fno-pie -no-pie
	as_sanitizer
}

@test "a shared library and the program that uses it" {
	local cc
	for cc in clang gcc; do
		$cc -g -O1 -fsanitize=address -fno-omit-frame-pointer -fPIC -shared \
			-o libfill.so lib.c
		$cc -g -O1 -fsanitize=address -fno-omit-frame-pointer -w -DADD=1 \
			-o prog prog.c -L. -lfill
		as_sanitizer
	done
}

@test "inlined functions are frames, with lines and columns" {
	build clang
	trace bare.txt 0
	try 0 pf-dedup bare.txt
	json '"\n".join("%s %s:%s:%s" % (f["function"],
	    f["file"].rpartition("/")[2], f["line"], f["column"])
	    for f in e["data"]["frames"][:4])' >frames
	same frames <<-'EOF'
	store lib.c:4:9
	fill lib.c:10:1
	reads prog.c:11:7
	main prog.c:20:11
	EOF
	json 'e["data"]["trace"]' | cmp - <(cat bare.txt; echo)
	valid stdout
}

@test "an assertion is one though only libc's frames tell it" {
	build clang
	trace told.txt 0 a b
	grep -v Assertion told.txt >bare.txt
	try 0 pf-dedup bare.txt
	json '[e["data"]["kind"], e["data"]["site"]]' >found
	same found <<<'["assertion", "reads prog.c:10"]'
	try 0 pf-dedup --no-symbolize bare.txt
	json 'e["data"]["kind"]' >found
	same found <<<abrt
}

@test "how many frames were named is explained" {
	build clang
	trace bare.txt 0
	try 0 pf-dedup --explain bare.txt
	says "  symbolized $(grep -c '^ *#' bare.txt) frames of the trace"
	trace named.txt 1
	try 0 pf-dedup --explain named.txt
	not grep symbolized stderr
}

@test "without the module, or as told, a frame is module and offset" {
	build clang
	trace bare.txt 0
	try 0 pf-dedup --no-symbolize bare.txt
	silent
	json 'e["data"]["site"]' >site
	grep -qx 'prog+0x[0-9a-f]*' site
	rm prog
	try 0 pf-dedup bare.txt
	silent
	json 'e["data"]["site"]' >missing
	same missing <site
}

@test "another build of the module is told once and not used" {
	build clang
	trace bare.txt 0
	cp bare.txt again.txt
	try 0 pf-dedup --no-symbolize bare.txt again.txt
	json 'e["data"]["site"]' >site
	ADD=2 build clang
	try 0 pf-dedup bare.txt again.txt
	same stderr <<<"pf-dedup: '$PWD/prog' is another build than the trace's: not symbolized"
	json 'e["data"]["site"]' >found
	same found <site
}

@test "a module without a build id is another build where the trace tells one" {
	build clang
	trace bare.txt 0
	build clang -Wl,--build-id=none
	try 0 pf-dedup bare.txt
	says "'$PWD/prog' is another build than the trace's"
}

@test "another node's trace is not named by a module that may be another" {
	local node
	build gcc
	trace bare.txt 0
	pf-dedup bare.txt >here
	json 'e["node"]' here >node
	for node in "$(cat node)" elsewhere; do
		/usr/bin/python3 - "$node" here <<-'EOF'
			import json, sys
			event = json.load(open(sys.argv[2]))
			event["node"] = sys.argv[1]
			data = event["data"]
			event["data"] = {k: data[k] for k in ("input", "trace")}
			print(json.dumps(event))
		EOF
	done >events
	try 0 pf-dedup <events
	json 'e["data"]["site"].split("0x")[0].split()[0]' >found
	printf '%s\n' store prog+ | same found
}

@test "a trace that has places is not told of" {
	build clang
	trace named.txt 1
	sed -i 's/ in _start / /' named.txt
	grep -q " 0x[0-9a-f]* ($PWD/prog+0x[0-9a-f]*) (BuildId" named.txt
	ADD=2 build clang
	try 0 pf-dedup named.txt
	silent
}

@test "a module that is built anew while we read is looked at again" {
	build clang
	trace first.txt 0
	mkfifo paths
	pf-dedup <paths >told 2>errors 3>&- &
	exec 4>paths
	echo first.txt >&4
	until_true 10 grep -q site told
	ADD=2 build clang
	trace second.txt 0
	printf 'first.txt\nsecond.txt\n' >&4
	exec 4>&-
	wait
	same errors <<-EOF
	pf-dedup: '$PWD/prog' is another build than the trace's: not symbolized
	EOF
	json 'e["data"]["site"].split("+")[0]' told >sites
	same sites <<-'EOF'
	store lib.c:4 < fill lib.c:10
	prog
	store lib.c:4 < fill lib.c:10
	EOF
}

# Told: 10 MB of traces of one program, and its symbolizer was asked 40,000
# times.
@test "one process a module, and each address is asked about once" {
	build clang
	trace bare.txt 0
	mkdir traces
	for i in $(seq 1000); do cp bare.txt "traces/$i.txt"; done
	counting
	try 0 pf-dedup --symbolizer ./counting --groups traces
	silent
	[ "$(json 'e["count"]')" = 1000 ]
	modules=$(grep -o '/[^ ]*+0x' bare.txt | sort -u | wc -l)
	[ "$(wc -l <started)" = "$modules" ]
	[ "$(wc -l <asked)" = \
		"$(grep '^ *#' bare.txt | grep -o '/[^ ]*+0x[0-9a-f]*' | sort -u | wc -l)" ]
}

@test "one build under two names is asked about once" {
	build clang
	trace bare.txt 0
	cp prog other
	sed "s|$PWD/prog|$PWD/other|" bare.txt >other.txt
	counting
	try 0 pf-dedup --symbolizer ./counting bare.txt
	sort asked >once
	rm asked
	try 0 pf-dedup --symbolizer ./counting --groups bare.txt other.txt
	[ "$(json 'e["count"]')" = 2 ]
	sort asked | same once
}

# in_fill FILE: the offset of that function's code.
in_fill() { nm "$1" | sed -n 's/^0*\(.*\) T fill$/0x\1/p'; }

@test "of many modules at most 16 have a process" {
	clang -shared -fPIC -g -o 1.so lib.c -Wl,--build-id=none
	for i in $(seq 2 24); do cp 1.so "$i.so"; done
	for i in $(seq 24); do bare "$(in_fill 1.so)" "$PWD/$i.so" >"$i.txt"; done
	mkdir here
	script watching <<-EOF
	cd "$PWD/here"
	find /proc -maxdepth 2 -name cwd -lname "$PWD/here" 2>/dev/null | grep -c ^ >>../alive
	exec llvm-symbolizer "\$@"
	EOF
	try 0 pf-dedup --symbolizer ./watching [0-9]*.txt
	silent
	json 'e["data"]["site"]' | sort -u >sites
	same sites <<<'fill lib.c:8'
	[ "$(wc -l <started)" = 24 ]
	# With it the shell and what counts for it.
	[ "$(sort -n alive | tail -n 1)" -le 19 ]
	[ "$(sort -n alive | tail -n 1)" -ge 16 ]
	not find /proc -maxdepth 2 -name cwd -lname "$PWD/here" -exec false {} +
}

@test "what is no code has no name" {
	clang -shared -fPIC -g -o lib.so lib.c
	bare 0x10 "$PWD/lib.so" >header.txt
	bare 0xffffffffffffffff "$PWD/lib.so" >far.txt
	try 0 pf-dedup header.txt far.txt
	silent
	json 'e["data"]["site"]' >sites
	same sites <<-'EOF'
	lib.so+0x10
	lib.so+0xffffffffffffffff
	EOF
}

@test "no llvm-symbolizer is told once, and only where it was needed" {
	build clang
	trace bare.txt 0
	trace named.txt 1
	cp bare.txt again.txt
	mkdir bin
	ln -s "$(command -v pf-dedup)" bin
	try 0 env PATH="$PWD/bin" pf-dedup named.txt
	silent
	try 0 env PATH="$PWD/bin" pf-dedup bare.txt again.txt
	same stderr <<<'pf-dedup: there is no llvm-symbolizer in PATH: frames without a function stay so'
	json 'e["data"]["site"].split("+")[0]' >sites
	printf 'prog\nprog\n' | same sites
	rm prog
	sed -i /libc.so/d bare.txt
	try 0 env PATH="$PWD/bin" pf-dedup bare.txt
	silent
}

# named NAME: a symbolizer in bin that says that it was used.
named() {
	printf '#!/bin/sh\necho %s >>%s/used\nexec %s "$@"\n' "$1" "$PWD" \
		"$(command -v llvm-symbolizer)" >"bin/$1"
	chmod +x "bin/$1"
}

# used NAME [VARIABLE=VALUE]: of those in bin, with that environment.
used() {
	rm -f used
	try 0 env PATH="$PWD/bin" "${@:2}" pf-dedup bare.txt
	silent
	sort -u used -o used
	same used <<<"$1"
}

@test "the one that a user means is taken" {
	clang -shared -fPIC -g -o lib.so lib.c
	bare "$(in_fill lib.so)" "$PWD/lib.so" >bare.txt
	mkdir bin
	ln -s "$(command -v pf-dedup)" bin
	named llvm-symbolizer-14
	used llvm-symbolizer-14
	named llvm-symbolizer-16
	used llvm-symbolizer-16
	named llvm-symbolizer
	used llvm-symbolizer
	used llvm-symbolizer-14 ASAN_SYMBOLIZER_PATH="$PWD/bin/llvm-symbolizer-14"
	used llvm-symbolizer-16 LLVM_SYMBOLIZER_PATH="$PWD/bin/llvm-symbolizer-16" \
		ASAN_SYMBOLIZER_PATH="$PWD/bin/llvm-symbolizer-14"
	used llvm-symbolizer ASAN_SYMBOLIZER_PATH="$(command -v addr2line)" \
		LLVM_SYMBOLIZER_PATH="$PWD/bin/llvm-symbolizer-none"
}

@test "one that is asked for must be there" {
	try 69 pf-dedup --symbolizer ./none /dev/null
	same stderr <<<"pf-dedup: --symbolizer './none': No such file or directory"
	try 64 pf-dedup --symbolizer ./none --no-symbolize
}

# failing SENTENCE: what is said of `bad` once, by two traces of one module.
failing() {
	clang -shared -fPIC -g -o lib.so lib.c
	offset=$(in_fill lib.so)
	bare "$offset" "$PWD/lib.so" >bare.txt
	bare "$(printf 0x%x $((offset + 1)))" "$PWD/lib.so" | sed 1d >>bare.txt
	cp bare.txt again.txt
	began=$SECONDS
	try 0 timeout 60 pf-dedup --symbolizer ./bad --symbolizer-timeout 1s \
		bare.txt again.txt
	[ $((SECONDS - began)) -lt 20 ]
	same stderr <<-EOF
	pf-dedup: './bad' $1: '$PWD/lib.so' is not symbolized
	EOF
	json 'e["data"]["site"]' | sort -u >sites
	same sites <<<"lib.so+$offset"
	[ "$(wc -l <started)" = 1 ]
}

# gone FILE: none of the processes whose pids it holds runs.
gone() {
	local pid
	for pid in $(cat "$1"); do
		ps -o stat= -p "$pid" | not grep -q '^[^Z]' || return 1
	done
}

@test "a symbolizer that hangs is killed, with what it started" {
	script bad <<-EOF
	echo \$\$ >"$PWD/pids"
	trap '' TERM HUP INT
	sleep 1000 &
	echo \$! >>"$PWD/pids"
	wait
	EOF
	failing 'did not answer in time'
	until_true 10 gone pids
}

@test "one that answers half a line and no more" {
	script bad <<-'EOF'
	read -r question
	printf '{"Address":"%s",' "$question"
	exec sleep 1000
	EOF
	failing 'did not answer in time'
}

@test "one that prints nonsense" {
	script bad <<-'EOF'
	while read -r question; do echo "?? $question"; done
	EOF
	failing 'does not answer as llvm-symbolizer does'
}

@test "one that answers another question" {
	script bad <<-'EOF'
	while read -r question; do
		echo '{"Address":"0x1","Symbol":[{"FunctionName":"f","FileName":"f.c","Line":1}]}'
	done
	EOF
	failing 'does not answer as llvm-symbolizer does'
}

@test "one that answers twice" {
	script bad <<-'EOF'
	read -r question
	answer="{\"Address\":\"$question\",\"Symbol\":[]}"
	printf '%s\n%s\n' "$answer" "$answer"
	exec sleep 1000
	EOF
	failing 'does not answer as llvm-symbolizer does'
}

@test "one that floods, with lines or without" {
	script bad <<<'exec yes'
	failing 'does not answer as llvm-symbolizer does'
	rm started
	script bad <<<'exec cat /dev/zero'
	failing 'does not answer as llvm-symbolizer does'
}

@test "one that dies" {
	script bad <<<'exit 3'
	failing 'ended without an answer'
	rm started
	script bad <<<'read -r question; kill -SEGV $$'
	failing 'ended without an answer'
}

@test "one that is no program" {
	printf 'no program\n' >bad
	chmod +x bad
	echo >started
	failing 'ended without an answer'
}

# Names that C++ makes are long.
@test "a long answer is taken" {
	script long <<-'EOF'
	while read -r question; do
		printf '{"Address":"%s","Symbol":[{"FunctionName":"f<%s>(int)","FileName":"/a/f.cc","Line":7}]}\n' \
			"$question" "$(printf %0500000d 0)"
	done
	EOF
	clang -shared -fPIC -g -o lib.so lib.c
	bare "$(in_fill lib.so)" "$PWD/lib.so" "$PWD/lib.so" >bare.txt
	try 0 pf-dedup --symbolizer ./long bare.txt
	silent
	json 'e["data"]["site"]' >site
	same site <<<'f f.cc:7'
}

@test "where many do not answer, no more are tried" {
	clang -shared -fPIC -g -o 1.so lib.c
	for i in $(seq 2 9); do cp 1.so "$i.so"; done
	for i in $(seq 9); do bare "$(in_fill 1.so)" "$PWD/$i.so" >"$i.txt"; done
	script bad <<<'exit 3'
	try 0 pf-dedup --symbolizer ./bad [1-9].txt
	[ "$(wc -l <started)" = 4 ]
	[ "$(wc -l <stderr)" = 5 ]
	says "pf-dedup: './bad' is not used any more"
}

# A trace is data: what it names is neither run, nor read, nor waited for.
@test "a module that is no regular file is refused, once" {
	mkfifo fifo
	mkdir directory
	echo text >text
	bare 0x1 "$PWD/fifo" /dev/zero "$PWD/directory" "$PWD/text" >bare.txt
	cp bare.txt again.txt
	script counted <<<'exec cat'
	try 0 timeout 20 pf-dedup --symbolizer ./counted bare.txt again.txt
	same stderr <<-EOF
	pf-dedup: '$PWD/fifo' is not a regular file: not symbolized
	pf-dedup: '/dev/zero' is not a regular file: not symbolized
	pf-dedup: '$PWD/directory' is not a regular file: not symbolized
	pf-dedup: '$PWD/text' is not an ELF file: not symbolized
	EOF
	[ ! -e started ]
}

@test "a module's name is no option, no shell word and not relative" {
	clang -shared -fPIC -g -o lib.so lib.c
	for name in -x 'a b' 'a;touch hit' 'a|touch hit' "a'b" '`touch hit`' 'a:b' '@file'; do
		cp lib.so "./$name"
		bare "$(in_fill lib.so)" "$name" >relative.txt
		bare "$(in_fill lib.so)" "$PWD/$name" >absolute.txt
		try 0 pf-dedup relative.txt
		silent
		json 'e["data"]["frames"][0].get("function")' >function
		[ ! -s function ]
		try 0 pf-dedup absolute.txt
		silent
		json 'e["data"]["site"]' >site
		same site <<<'fill lib.c:8'
	done
	[ ! -e hit ]
}

@test "a name with a newline or a NUL in it is no module" {
	clang -shared -fPIC -g -o lib.so lib.c
	cp lib.so $'new\nline'
	bare "$(in_fill lib.so)" "$PWD/"$'new\nline' >newline.txt
	bare "$(in_fill lib.so)" "$PWD/lib.so@.so" | tr @ '\0' >nul.txt
	bare "$(in_fill lib.so)" "/$(printf %05000d 0)" >long.txt
	script counted <<<'exec cat'
	pf-dedup --symbolizer ./counted newline.txt nul.txt long.txt \
		>stdout 2>stderr || [ $? = 1 ]
	not grep -v 'unresolved' stderr
	[ ! -e started ]
}

@test "a module that may not be read is told once" {
	[ "$(id -u)" != 0 ] || bound_by_modes true || skip 'needs setpriv'
	clang -shared -fPIC -g -o lib.so lib.c
	bare "$(in_fill lib.so)" "$PWD/lib.so" >bare.txt
	cp bare.txt again.txt
	chmod 0 lib.so
	try 0 bound_by_modes pf-dedup bare.txt again.txt
	same stderr <<<"pf-dedup: open '$PWD/lib.so': not symbolized: Permission denied"
}

@test "a module that llvm-symbolizer cannot read is told once" {
	clang -shared -fPIC -g -o lib.so lib.c
	offset=$(in_fill lib.so)
	truncate -s 5000 lib.so
	bare "$offset" "$PWD/lib.so" >bare.txt
	cp bare.txt again.txt
	try 0 pf-dedup bare.txt again.txt
	same stderr <<<"pf-dedup: '$(command -v llvm-symbolizer)' cannot read it: '$PWD/lib.so' is not symbolized"
}

@test "no server is asked for debug information, and nothing is left" {
	clang -shared -fPIC -g -o lib.so lib.c
	bare "$(in_fill lib.so)" "$PWD/lib.so" >bare.txt
	script shows <<-EOF
	env >"$PWD/environment"
	ls -l /proc/self/fd | grep -c -- '->' >"$PWD/descriptors"
	grep NoNewPrivs /proc/self/status >>"$PWD/descriptors"
	exec llvm-symbolizer "\$@"
	EOF
	try 0 env DEBUGINFOD_URLS=http://127.0.0.1:1/ LLVM_SYMBOLIZER_OPTS=--no-inlines \
		pf-dedup --symbolizer ./shows bare.txt
	silent
	not grep -E 'DEBUGINFOD|LLVM_SYMBOLIZER_OPTS' environment
	# The three, and the directory that ls reads.
	same descriptors <<-'EOF'
	4
	NoNewPrivs:	1
	EOF
}

# children_of PID: how many it has, zombies too.
children_of() { ps -o pid= --ppid "$1" | grep -c . || :; }

@test "one that was given up leaves no zombie, one that is used no orphan" {
	clang -shared -fPIC -g -o lib.so lib.c
	cp lib.so other.so
	bare "$(in_fill lib.so)" "$PWD/lib.so" >bad.txt
	bare "$(in_fill lib.so)" "$PWD/other.so" >good.txt
	script once <<-EOF
	echo \$\$ >"$PWD/pid"
	case \$* in */lib.so) exit 3 ;; esac
	exec llvm-symbolizer "\$@"
	EOF
	mkfifo paths
	pf-dedup --symbolizer ./once <paths >told 2>errors 3>&- &
	dedup=$!
	exec 4>paths
	echo bad.txt >&4
	until_true 10 grep -q bad.txt told
	[ "$(children_of $dedup)" = 0 ]
	echo good.txt >&4
	until_true 10 grep -q good.txt told
	[ "$(children_of $dedup)" = 1 ]
	[ "$(ps -o comm= --ppid $dedup)" = llvm-symbolizer ]
	kill -KILL $dedup
	until_true 10 gone pid
	exec 4>&-
}

# pf-dedup: which symbolizer is run, what it does wrong, and what it is not given.

load helper
load symbolize

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

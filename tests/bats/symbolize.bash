# Shared by the tests of traces without function names: a program with errors,
# its traces, and symbolizers. Loaded after `helper`.

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

# in_fill FILE: where `fill` is in it.
in_fill() { nm "$1" | sed -n 's/^0*\(.*\) T fill$/0x\1/p'; }

#!/usr/bin/env bats
# One crash has one site, whatever built and ran the program.
load helper

prepare() {
	inputs=$pf_root/tests/targets/inputs
}

# build DIRECTORY TARGET COMPILER FLAG...: from sources that are there, too.
build() {
	mkdir -p "$1/source"
	cp "$pf_root"/tests/targets/*.[ch] "$1/source"
	(cd "$1/source" &&
		"$3" -std=gnu11 -g -w "${@:4}" -o "../$2" "$2.c" oracle_main.c)
}

# sites DIRECTORY PROGRAM: the name, site and group of each input's crash. A
# hang's is its target: where it is when its time is over is chance.
sites() {
	pf-replay -n 1 "$1" -- "$2" @@ 2>/dev/null >replayed || [ $? = 1 ]
	pf-dedup <replayed 2>/dev/null >told || [ $? = 1 ]
	json "'\t'.join([e['data']['input']['name'], '-'
	    if e['data'].get('kind') == 'timeout' else e['data'].get('site', ''),
	    e['data'].get('group', '')])" told | sort
}

# A call in tail position would leave its caller out of the stack; and only
# clang has a check of offsets to the null pointer.
one_site() {
	local cc o
	for cc in gcc clang; do
		for o in 0 1 2; do
			build "$cc-$o" "$1" $cc -O$o -fsanitize=address,undefined \
				-fno-sanitize=pointer-overflow -fno-omit-frame-pointer \
				-fno-sanitize-recover=undefined -fno-optimize-sibling-calls
			sites "$inputs/$1" "$cc-$o/$1" >$cc-$o.sites
			diff -u gcc-0.sites $cc-$o.sites
		done
	done
	[ "$(grep -c . gcc-0.sites)" = "$(ls "$inputs/$1" | grep -c .)" ]
	[ "$(cut -f 3 gcc-0.sites | sort -u | grep -c .)" = "$2" ]
}

@test "gcc and clang, three levels of optimization: an image of runs" {
	one_site runs 5
}

@test "gcc and clang, three levels of optimization: a sheet" {
	one_site sheet 5
}

@test "gcc and clang, three levels of optimization: dates" {
	one_site dates 5
}

@test "gcc and clang, three levels of optimization: chunks" {
	one_site chunks 5
}

@test "twenty runs, each at addresses of its own" {
	build runs runs gcc -O1 -fsanitize=address -fno-omit-frame-pointer
	mkdir logs
	for i in $(seq 20); do
		not runs/runs "$inputs/runs/runs-fill-write" 2>logs/$i.log
	done
	[ "$(grep -ho ' sp 0x[0-9a-f]*' logs/* | sort -u | grep -c .)" -gt 1 ]
	try 0 pf-dedup --groups logs
	json "e['count']" stdout >count
	same count <<<20
}

@test "the debugger's backtrace and AddressSanitizer's" {
	mkdir both
	cp "$inputs"/*/{chunks-list-recursion,dates-zone-assert} both
	cp "$inputs"/sheet/sheet-{cell-cycle,mean-assert} both
	cp "$inputs"/ini/ini-{quote-read,section-null} both
	cp "$inputs"/ledger/ledger-close-twice both
	for t in chunks dates sheet ini ledger; do
		mkdir "in-$t"
		mv both/"$t"-* "in-$t"
		build "$t.asan" $t gcc -O1 -fsanitize=address -fno-omit-frame-pointer \
			-fno-optimize-sibling-calls
		build "$t.plain" $t gcc -O1 -fno-omit-frame-pointer \
			-fno-optimize-sibling-calls
		sites "in-$t" "$t.asan/$t" >asan.sites
		sites "in-$t" "$t.plain/$t" >plain.sites
		diff -u asan.sites plain.sites
		[ "$(grep -c ' [a-z]*\.c' asan.sites)" = "$(ls "in-$t" | grep -c .)" ]
	done
}

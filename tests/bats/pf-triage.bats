#!/usr/bin/env bats
# pf-triage: replay, dedup and report in one command.
load helper

prepare() {
	mkdir crashes
	cp "$pf_root/tests/targets/inputs/runs/runs-fill-write" crashes/id:000000,sig:06
	cp "$pf_root/tests/targets/inputs/runs/runs-palette-read" crashes/id:000001,sig:06
	cp crashes/id:000000,sig:06 crashes/id:000002,sig:06
	echo 'not an input' >crashes/README.txt
	target=$targets/runs.asan-gcc
	[ -x "$target" ] || skip 'make targets has not been run'
}

@test "a directory of crashes becomes a table of its bugs" {
	try 0 pf-triage -n 1 crashes -- "$target" @@
	silent
	grep -c 'fill_run runs.c' stdout >count
	same count <<<1
	grep -q 'CRITICAL.* 2 .*fill_run runs.c' stdout
	grep -q 'MEDIUM.* 1 .*shade_of runs.c' stdout
}

@test "what does not crash any more is to be looked at" {
	printf x >crashes/id:000003,sig:06
	try 1 pf-triage -n 1 crashes -- "$target" @@
	grep -q 'fill_run runs.c' stdout
}

@test "what could not be run is told and weighs more than the groups" {
	chmod -x "$(cp "$target" gone && echo gone)"
	try 69 pf-triage crashes -- ./gone @@
	[ ! -s stdout ]
	try 75 pf-triage -n 1 crashes
	says 'no command is given, and pf-run has left none beside it'
}

@test "asked to stop it groups what is done, and says that it is not all" {
	printf '#!/bin/sh\ncase $1 in *2,*) touch began; exec sleep 1000 ;; esac\nexec %s $1' \
		"$target" >slow
	chmod +x slow
	pf-triage -j 1 -n 1 -t 100s crashes -- ./slow @@ >out 2>err 3>&- &
	pid=$!
	until_true 20 test -e began
	kill -TERM $pid
	got=0
	wait $pid || got=$?
	[ "$got" = 75 ]
	grep -q 'shade_of runs.c' out
	same err <<<'pf-replay: stopped by SIGTERM: 1 inputs that were there were not run'
}

@test "--dry-run prints the commands and runs nothing" {
	try 0 pf-triage --dry-run -j 3 -n 1 -m 1G -t 5s "it's here" -- ./gone --opt @@
	silent
	same stdout <<-'EOF'
	pf-replay -j 3 -m 1G -n 1 -t 5s 'it'\''s here' -- ./gone --opt @@ | pf-dedup --table
	EOF
	try 0 pf-triage --dry-run -j 1 --html 'a page' crashes -- ./gone
	same stdout <<-'EOF'
	pf-replay -j 1 crashes -- ./gone | pf-dedup --html > 'a page'
	EOF
}

@test "--html writes a page, whole or not at all" {
	try 0 pf-triage -n 1 --html page.html crashes -- "$target" @@
	silent
	[ ! -s stdout ]
	grep -q fill_run page.html
	try 73 pf-triage -n 1 --html gone/page.html crashes -- "$target" @@
	says 'pf-triage: gone/page.html: no directory to write it in'
	[ "$(echo page.html*)" = page.html ]
}

@test "its usage is its head, and what is wrong is said with it" {
	try 0 pf-triage --help
	grep -q -- '--dry-run' stdout
	try 64 pf-triage
	says 'no directory of crash inputs'
	try 64 pf-triage --frobnicate crashes
	says "unknown option '--frobnicate'"
	try 64 pf-triage -j
	says "option '-j' needs a value"
	try 0 pf-triage --version
	same stdout <<<"$(pf-replay --version)"
}

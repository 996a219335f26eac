#!/usr/bin/env bats
# pf-dedup --seen: what is new, known and gone, run after run.
load helper

prepare() {
	traces=$pf_root/tests/fixtures/traces
	events=$pf_root/tests/fixtures/dedup/events.jsonl
}

# What --groups tells of a group that does not depend on the run.
lasting='[e[k] for k in ("group", "site", "kind", "severity", "why", "total",
	"first_time", "last_time")]'

@test "a group is new once, known then, and gone when it has no crash" {
	try 0 pf-dedup --seen seen "$traces/clang-null.txt"
	json 'e["data"]["status"]' >found
	same found <<<new
	try 0 pf-dedup --seen seen --groups "$traces/clang-null.txt" \
		"$traces/clang-leak.txt"
	json '[e["status"], e["kind"], e["count"], e["total"]]' | sort >found
	same found <<-'EOF'
	["known", "segv", 1, 1]
	["new", "leak", 1, 1]
	EOF
	try 0 pf-dedup --seen seen --gone "$traces/clang-leak.txt"
	json '[e["status"], e["kind"], e["count"], e["total"]]' >found
	same found <<<'["gone", "segv", 0, 1]'
	try 0 pf-dedup --seen seen --table "$traces/clang-leak.txt"
	awk '{print $1, $2, $3, $5}' stdout >found
	same found <<-'EOF'
	SEVERITY COUNT KIND STATUS
	LOW 1 leak known
	LOW 0 segv gone
	EOF
}

@test "an event's status is that of its group in the file" {
	pf-dedup "$events" 2>/dev/null >once || [ $? = 1 ]
	try 1 pf-dedup --seen seen <once
	same stdout <once
	try 1 pf-dedup --seen seen <once
	json '[e["rev"], e["data"]["status"]]' >found
	same found <<-'EOF'
	[2, "known"]
	[2, "known"]
	[2, "known"]
	[2, "known"]
	[1, "unresolved"]
	EOF
	valid stdout
}

# split SEED PARTS: the traces as event lines, shuffled and dealt out.
split() {
	pf-dedup "$traces" >all 3>&-
	/usr/bin/python3 - "$1" "$2" <<-'EOF'
	import random, sys
	lines = open("all").read().splitlines()
	random.Random(int(sys.argv[1])).shuffle(lines)
	parts = int(sys.argv[2])
	for i in range(parts):
	    open("part%d" % i, "w").write("".join(l + "\n" for l in lines[i::parts]))
	EOF
}

@test "any order and any split over runs give the same groups and the same file" {
	local seed part
	pf-dedup "$traces" >all
	try 0 pf-dedup --seen whole --groups all
	json "$lasting" | sort >groups
	for seed in 1 2 3; do
		split $seed $((seed * 2))
		rm -f seen
		for ((part = 0; part < seed * 2; part++)); do
			try 0 pf-dedup --seen seen --groups "part$part"
		done
		cmp seen whole
		json "$lasting" | sort >found
		same found <groups
	done
	# Told again, nothing is counted twice.
	try 0 pf-dedup --seen seen all
	cmp seen whole
}

@test "files over runs give the same file too, and are read once" {
	cp -r "$traces" in
	find in -type f ! -name "*.txt" -delete
	try 0 pf-dedup --seen whole in
	try 0 pf-dedup --seen seen in/clang-*.txt
	try 0 pf-dedup --seen seen in/[a-b]*.txt in/[d-z]*.txt
	try 0 pf-dedup --seen seen in
	cmp seen whole
	try 0 pf-dedup --groups --seen seen in
	json "$lasting + [e['count']]" >before
	# LeakSanitizer, where we are built with it, cannot run below strace.
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -e trace=openat \
		-o opened pf-dedup --groups --seen seen in >stdout 3>&-
	not grep -q 'in/[^"]*\.txt"' opened
	json "$lasting + [e['count']]" >found
	same found <before
	cmp seen whole
	# One that has changed since is read.
	cp in/clang-leak.txt in/clang-null.txt
	try 0 pf-dedup --groups --seen seen in
	json "e['count'] if e['kind'] == 'leak' else None" >found
	same found <<<2
}

@test "a group's severity is the highest that any run has seen" {
	cp "$traces/clang-heap-write.txt" write
	sed 's/^WRITE of size/READ of size/' write >read
	try 0 pf-dedup --seen seen write
	try 0 pf-dedup --seen seen --groups read
	json '[e["severity"], e["why"], e["count"], e["total"]]' >found
	same found <<<'["HIGH", "overflow WRITE", 1, 2]'
}

@test "a damaged file is refused wherever it is damaged, and left alone" {
	try 0 pf-dedup --seen seen "$traces"/clang-{null,leak}.txt
	cp seen whole
	/usr/bin/python3 - <<-'EOF'
	import os
	whole = open("seen", "rb").read()
	os.mkdir("bad")
	for n in range(0, len(whole), 7):
	    open("bad/cut%04d" % n, "wb").write(whole[:n])
	    flipped = bytearray(whole)
	    flipped[n] ^= 4
	    open("bad/bit%04d" % n, "wb").write(flipped)
	open("bad/more", "wb").write(whole + b"more\n")
	EOF
	for bad in bad/*; do
		cp "$bad" seen
		try 65 pf-dedup --seen seen "$traces/clang-null.txt"
		grep -qE "^pf-dedup: 'seen' (is|was made) " stderr
		same stdout </dev/null
		cmp seen "$bad"
	done
	cp whole seen
	try 0 pf-dedup --seen seen "$traces/clang-null.txt"
}

@test "a file made by other rules or keys is refused" {
	try 0 pf-dedup --seen seen "$traces/clang-null.txt"
	cp seen before
	try 65 pf-dedup --seen seen --group-by stack "$traces/clang-null.txt"
	says "'seen' was made by the rules '"
	says " site', not '"
	try 65 pf-dedup --seen seen --rules "$pf_root/tests/fixtures/dedup/rules"
	sed -i '1s/1/2/' seen
	try 65 pf-dedup --seen seen "$traces/clang-null.txt"
	says "'seen' is of another version: 'pf-seen 2 "
	sed -i '1s/2/1/' seen
	cmp seen before
	try 66 pf-dedup --seen none/seen "$traces/clang-null.txt"
	mkdir directory
	try 65 pf-dedup --seen directory "$traces/clang-null.txt"
	says "'directory' is not a file"
}

@test "one pf-dedup at a time holds the file" {
	mkfifo hold
	pf-dedup --seen seen <hold >out 3>&- &
	exec 4>hold
	until_true 10 test -e seen.lock
	# Asking by flock would hold it for a moment.
	until_true 10 grep -q ":$(stat -c %i seen.lock) " /proc/locks
	try 75 pf-dedup --seen seen "$traces/clang-null.txt"
	same stderr <<<"pf-dedup: 'seen' is in use by another pf-dedup"
	exec 4>&-
	wait $!
	try 0 pf-dedup --seen seen "$traces/clang-null.txt"
}

# full OPTION…: with no room for what it writes.
full() {
	local status=0
	pf-dedup "$@" >/dev/full 2>stderr 3>&- || status=$?
	[ "$status" = 75 ]
	says 'write standard output'
}

@test "what could not be written out is not marked as seen" {
	full --seen seen "$traces"
	[ ! -e seen ]
	full --seen seen --table "$traces"
	[ ! -e seen ]
	# What a killed one leaves goes with the next.
	touch .seen.1.0.tmp .seen.other .seen2.1.0.tmp
	try 0 pf-dedup --seen seen "$traces/clang-null.txt"
	[ "$(echo .seen*)" = ".seen.other .seen2.1.0.tmp" ]
}

@test "--on-new runs for what no run has seen, and again when it failed" {
	local hook='grep -o "\"site\":\"[^\"]*\"" >>told; exec ./verdict'
	printf '#!/bin/sh\nexit 1\n' >verdict
	chmod +x verdict
	try 1 pf-dedup --seen seen --on-new "$hook" "$traces/clang-null.txt"
	printf '#!/bin/sh\n' >verdict
	try 0 pf-dedup --seen seen --on-new "$hook" "$traces/clang-null.txt"
	json 'e["data"]["status"]' >found
	same found <<<new
	try 0 pf-dedup --seen seen --on-new "$hook" "$traces/clang-null.txt"
	json 'e["data"]["status"]' >found
	same found <<<known
	same told <<-'EOF'
	"site":"section_matches ini.c:75"
	"site":"section_matches ini.c:75"
	EOF
}

@test "every page tells what is new" {
	try 0 pf-dedup --seen seen "$traces/clang-leak.txt" "$traces/gdb-null.txt"
	cp seen before
	for page in --html --json --sarif --table; do
		cp before seen
		try 0 pf-dedup --seen seen $page "$traces"/clang-{leak,null}.txt
		mv stdout "page$page"
	done
	json '[r["baselineState"] for r in e["runs"][0]["results"]]' page--sarif >found
	same found <<<'["unchanged", "new"]'
	json 'sorted([g["status"], "report" in g] for g in e["groups"])' page--json >found
	same found <<<'[["gone", false], ["known", true], ["new", true]]'
	[ "$(grep -cE '<td>(gone|known|new)</td>' page--html)" = 3 ]
	grep -q '<dt>gone</dt><dd>1</dd>' page--html
}

@test "memory does not grow with the crashes" {
	/usr/bin/python3 - >many <<-'EOF'
	head = '{"v":1,"id":"%032x","time":"2026-11-21T02:00:00Z","type":"crash","data":{"input":{"name":"i"},"rules":"RULES","status":"new","severity":"LOW","why":"abort","stack":"%016x","site":"f","site_linefree":"f","group":"%016x"}}'
	for n in range(340000):
	    print(head % (n, 2**63, n % 10))
	EOF
	rules=$(pf-dedup "$traces/clang-null.txt" | json 'e["data"]["rules"]' /dev/stdin)
	sed -i "s/RULES/$rules/" many
	# Enough to fill the buffer that all of them go through.
	head -n 170000 many >few
	pf-dedup --seen few.seen --groups few >/dev/null
	peak few few.seen >small
	peak many many.seen >large
	cat small large
	[ "$(($(cat large) - $(cat small)))" -lt 4096 ]
	tail -n 1 many.seen | grep -q '^end 340000 10 '
}

# peak INPUT FILE: the most that was resident, in KiB. What AddressSanitizer
# would not give back is not ours.
peak() {
	ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=1 /usr/bin/python3 - "$@" <<-'EOF'
	import os, resource, subprocess, sys
	subprocess.run(["pf-dedup", "--seen", sys.argv[2], "--groups"],
	    stdin=open(sys.argv[1]), stdout=subprocess.DEVNULL, check=True)
	print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	EOF
}

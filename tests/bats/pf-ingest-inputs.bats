# pf-ingest: what it reads, from whom, and where it keeps what it is given.

load helper

prepare() {
	events=$pf_root/tests/fixtures/events
	export PF_DB=$BATS_TEST_TMPDIR/pf.db
}

clean_up() { umount -l remote 2>/dev/null || :; }

sql() { sqlite3 "$PF_DB" "$@"; }

@test "packed files are read as what they were" {
	gzip -c "$events/campaign.jsonl" >a.gz
	zstd -qc "$events/campaign.jsonl" >a.zst
	for file in a.gz a.zst; do
		try 0 pf-ingest --db "$file.db" "$file"
		same stdout <<<'{"in":59,"stored":59,"duplicate":0,"rejected":0}'
		silent
	done
	cat a.gz a.gz | try 0 pf-ingest
	same stdout <<<'{"in":118,"stored":59,"duplicate":59,"rejected":0}'
	cat a.zst a.zst >two
	try 0 pf-ingest two
	same stdout <<<'{"in":118,"stored":0,"duplicate":118,"rejected":0}'
}

@test "a packed file that is cut off or damaged gives what comes before" {
	gzip -c "$events/campaign.jsonl" >a.gz
	head -c 1500 a.gz >cut.gz
	try 65 pf-ingest cut.gz
	n=$(json 'e["stored"]')
	same stderr <<<"pf-ingest: 'cut.gz' is cut off: read up to line $n"
	[ "$n" -gt 5 ]
	zstd -qc "$events/campaign.jsonl" >a.zst
	head -c 200 a.zst >cut.zst
	try 65 pf-ingest cut.zst
	says "'cut.zst' is cut off: read up to line "
	printf 'spoilt' | dd of=a.gz bs=1 seek=700 conv=notrunc status=none
	try 65 pf-ingest a.gz
	says "'a.gz' is damaged, as gzip has it: read up to line "
	sql 'PRAGMA integrity_check' >check
	same check <<<ok
}

@test "what wants too much memory to be unpacked is refused" {
	head -c 70000000 /dev/zero | zstd -q --ultra -22 --long=27 -c >bomb
	try 65 pf-ingest bomb
	same stderr <<<"pf-ingest: 'bomb' needs a window of more than 4 MiB, which zstd -dc has: read up to line 0"
	head -c 70000000 /dev/zero | gzip >zeros
	try 1 pf-ingest zeros
	same stdout <<<'{"in":1,"stored":0,"duplicate":0,"rejected":1}'
	same stderr <<<"pf-ingest: 'zeros' line 1: too long"
}

@test "a sender speaks for its own node alone" {
	sed '11,20s/"node":"sgp1"/"node":"sgp2"/' "$events/campaign.jsonl" >two
	try 1 pf-ingest --node sgp1 two
	same stdout <<<'{"in":59,"stored":49,"duplicate":0,"rejected":10}'
	says "'two' line 11: is of node 'sgp2', and its sender is 'sgp1'"
	grep '"type":"stats"' "$events/campaign.jsonl" | head -n 1 |
		sed 's/"node":"sgp1",//' >none
	try 1 pf-ingest --node sgp1 none
	says "'none' line 1: names no node"
}

@test "many small files are not a transaction each" {
	split -l 1 "$events/campaign.jsonl" part
	try 0 pf-ingest part*
	same stdout <<<'{"in":59,"stored":59,"duplicate":0,"rejected":0}'
	[ "$(sql 'SELECT count(*) FROM batches')" = 1 ]
	printf 'bad\n' >partaa
	try 1 pf-ingest part*
	says "'partaa' line 1: not JSON"
}

@test "an embedded input is kept where it is asked for" {
	# printf hello | xxh128sum
	hash=b5e9c1ad071b3e7fc779cfaa5e523818
	printf '{"v":1,"id":"%032d","time":"2026-11-21T02:00:00Z","type":"crash","data":{"input":{"xxh128":"%s","content":"aGVsbG8="}}}\n' \
		1 $hash >line
	PF_ARTIFACTS=there try 0 pf-ingest line
	[ "$(cat there/$hash)" = hello ]
	try 0 pf-ingest --artifacts here --db other.db line
	[ "$(cat here/$hash)" = hello ]
	[ ! -e other.db.artifacts ]
	[ "$(sql 'SELECT bytes, kept FROM artifacts')" = '5|1' ]
	try 73 pf-ingest --artifacts no/such/place --db third.db line
	says "keep an input in 'no/such/place': No such file or directory"
	[ "$(sqlite3 third.db 'SELECT count(*) FROM events')" = 0 ]
}

@test "memory does not grow with the input" {
	head -c 11000000 /dev/urandom >big
	printf '{"v":1,"id":"%032d","time":"2026-11-21T02:00:00Z","type":"crash","data":{"input":{"xxh128":"%s","content":"%s"}}}\n' \
		1 "$(xxh128sum <big | cut -c 1-32)" "$(base64 -w 0 big)" >line
	for i in {1..5}; do cat line; done >lines
	zstd -q -16 line
	try 0 /usr/bin/python3 -c '
import resource, subprocess, sys
subprocess.run(["pf-ingest", "lines", "line.zst"], check=True)
kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(kib, file=open("kib", "w"))'
	same stdout <<<'{"in":6,"stored":1,"duplicate":5,"rejected":0}'
	cmp big "$(ls pf.db.artifacts/*)"
	ldd "$(command -v pf-ingest)" | grep -q asan || [ "$(cat kib)" -le 32768 ]
}

@test "a store does not lie on a file system over a network" {
	[ "$(id -u)" = 0 ] && [ -c /dev/fuse ] || skip 'no FUSE for this user'
	mkdir remote behind
	printf '#!/bin/sh\nexec /usr/lib/openssh/sftp-server\n' >ssh
	chmod 755 ssh
	sshfs -o ssh_command="$PWD/ssh" "host:$PWD/behind" remote 3>&- ||
		skip 'nothing can be mounted here'
	PF_DB=remote/pf.db try 78 pf-ingest "$events/campaign.jsonl"
	same stderr <<<"pf-ingest: store 'remote/pf.db' lies on fuse.sshfs, where its locks do not hold: keep it on a disk of this machine, or use postgresql://"
	[ -z "$(ls behind)" ]
}

@test "a reader that never ends is told of, once" {
	try 0 pf-ingest --migrate
	mkfifo pipe
	sqlite3 "$PF_DB" <pipe >held 3>&- &
	exec 9>pipe
	echo 'BEGIN; SELECT count(*) FROM events;' >&9
	until_true 20 test -s held
	/usr/bin/python3 -c '
for i in range(1200):
    print("""{"v":1,"id":"%032d","time":"2026-11-21T02:00:00Z","type":"big","data":{"x":"%s"}}""" % (i, "y" * 60000))' >lines
	try 0 pf-ingest lines
	sed 's/to [0-9]* MiB/to N MiB/' stderr >told
	same told <<<"pf-ingest: store '$PF_DB': its write-ahead log has grown to N MiB, since somebody reads the store without an end"
	exec 9>&-
	wait
}

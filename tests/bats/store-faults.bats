# Disks that fail and senders that lie: nothing acknowledged is lost, and each
# fault is one sentence and the right exit code.

load helper
load store

prepare() { export PF_DB=$PWD/pf.db PF_ARTIFACTS=$PWD/artifacts; }

clean_up() { if mountpoint -q small; then umount small; fi; }

# small SIZE: a file system of that size in the directory `small`.
small() {
	[ "$(id -u)" = 0 ] || skip 'mounting needs root'
	mkdir -p small
	mount -t tmpfs -o "size=$1" none small || skip 'tmpfs cannot be mounted'
}

room() { mount -o "remount,size=$1" small; }

# once N: the lines 1 to N are there, each once.
once() {
	sql 'SELECT count(*), sum(execs_total) FROM stats' >counts
	same counts <<<"$1|$(($1 * ($1 + 1) / 2))"
	sound
}

# faulty CALL ERROR N: a session of the batches in `input`, of whose Nth CALL
# nothing comes but the error. The leak checker cannot work under strace.
faulty() {
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -qq -o trace \
		-e "trace=$1" -e "inject=$1:error=$2:when=$3" pf-ingest --session <input
}

# batch KEY [BYTES]: standard input as one batch, which says that it has so many.
batch() {
	/usr/bin/python3 -c '
import subprocess, sys
payload = sys.stdin.buffer.read()
digest = subprocess.run(["xxhsum", "-H3"], input=payload, check=True,
                        stdout=subprocess.PIPE).stdout.decode().split()[-1]
header = ("pf-batch 1\nkey %s\nlines %d\ncodec none\nbytes %s\nxxh3-64 %s\n"
          % (sys.argv[1], payload.count(10), sys.argv[2] or len(payload), digest))
sys.stdout.buffer.write(header.ljust(255).encode() + bytes([10]) + payload)
' "$1" "${2-}"
}

@test "a full disk for the store: what was acknowledged stays, and it goes on" {
	small 500k
	PF_DB=$PWD/small/pf.db
	lines 1 3000 | spool 50
	batches >input
	try 75 pf-ingest --session <input
	says "store '$PF_DB': database or disk is full"
	[ "$(wc -l <stderr)" = 1 ]
	mv stdout answers
	[ -n "$(acknowledged answers)" ]
	keeps answers
	sound
	room 8m
	try 0 pf-ingest --session <input
	once 3000
}

@test "a disk that is full from the start is temporary" {
	small 64k
	PF_DB=$PWD/small/pf.db
	head -c 64k /dev/zero >small/other
	lines 1 10 >all
	try 75 pf-ingest all
	same stderr <<<"pf-ingest: store '$PF_DB': database or disk is full"
	rm small/other
	room 1m
	try 0 pf-ingest all
	once 10
}

@test "a full disk for inputs: no event without its input, and it goes on" {
	small 24k
	PF_ARTIFACTS=$PWD/small/artifacts
	for i in {1..12}; do found "$i"; done | spool 1
	batches >input
	try 75 pf-ingest --session <input
	says "keep an input in '$PF_ARTIFACTS': No space left on device"
	mv stdout answers
	[ -n "$(acknowledged answers)" ]
	keeps answers
	[ "$(sql 'SELECT count(*) FROM crashes')" = "$(acknowledged answers | wc -l)" ]
	room 1m
	try 0 pf-ingest --session <input
	mv stdout answers
	keeps answers
	find "$PF_ARTIFACTS" -type f | wc -l >kept
	same kept <<<12
}

@test "a full disk for rejects: they are named, and the good lines are in" {
	small 8k
	{ for i in {1..200}; do echo "bad $i"; done; lines 1 20; } >all
	try 75 pf-ingest --rejects small/bad all
	same stdout <<<'{"in":220,"stored":20,"duplicate":0,"rejected":200}'
	[ "$(grep -c ' line [0-9]*: not JSON' stderr)" = 200 ]
	grep -v ' line ' stderr >rest
	same rest <<<"pf-ingest: write 'small/bad': No space left on device"
	once 20
}

@test "what may not be written is a matter of permission" {
	lines 1 10 >all
	mkdir locked
	chmod 555 locked
	try 77 bound_by_modes pf-ingest --db locked/pf.db all
	same stderr <<<"pf-ingest: create store 'locked/pf.db': Permission denied"
	try 77 bound_by_modes pf-ingest --rejects locked/bad all
	same stderr <<<"pf-ingest: create 'locked/bad': Permission denied"
	found 1 >crash
	try 77 bound_by_modes pf-ingest --artifacts locked/a crash
	says "pf-ingest: keep an input in 'locked/a': Permission denied"
	try 0 pf-ingest all
	chmod 444 "$PF_DB"
	lines 11 20 >more
	try 77 bound_by_modes pf-ingest more
	says "store '$PF_DB': attempt to write a readonly database"
	once 10
}

# damage PAGE [COUNT]: what stands in the store from that page on is gone.
damage() {
	head -c $((${2:-1} * 4096)) /dev/urandom |
		dd of="$PF_DB" bs=4096 seek=$(($1 - 1)) conv=notrunc status=none
	cp "$PF_DB" before
}

# untouched: as it was after the damage, and nothing beside it.
untouched() { cmp "$PF_DB" before && [ ! -s "$PF_DB-wal" ]; }

@test "a damaged page is told of and left as it was" {
	lines 1 500 >all
	pf-ingest all
	damage "$(sql "SELECT rootpage FROM sqlite_schema WHERE name = 'events'")"
	lines 490 600 >more
	try 65 pf-ingest --batch 50 more
	same stderr <<END
pf-ingest: store '$PF_DB': database disk image is malformed
pf-ingest: 50 lines were read and not stored
END
	same stdout <<<'{"in":0,"stored":0,"duplicate":0,"rejected":0}'
	untouched
	try 65 pf-report
	untouched
}

@test "a store with nothing whole in it is told of and left as it was" {
	lines 1 500 >all
	pf-ingest all
	damage 2 $(($(stat -c %s "$PF_DB") / 4096 - 1))
	for program in pf-ingest 'pf-ingest --migrate' 'pf-ingest --session' pf-report; do
		# shellcheck disable=SC2086
		try 65 $program </dev/null
		says "store '$PF_DB': database disk image is malformed"
		untouched
	done
}

# never_acknowledged CALL ERROR STATUS [STEP]: each such call, or one of so many,
# fails while a store that is there takes batches.
never_acknowledged() {
	local n got failed=0
	for ((n = 1; ; n += ${4:-1})); do
		rm -rf "$PF_DB"* "$PF_ARTIFACTS"
		cp fresh "$PF_DB"
		got=0
		faulty "$1" "$2" "$n" >answers 2>stderr || got=$?
		grep -q INJECTED trace || break
		echo "$1 $n: $2, status $got"
		# Not all is needed: a log that stays is read by the next one.
		[ "$got" = 0 ] || [ "$got" = "$3" ]
		[ "$got" = 0 ] || failed=$((failed + 1))
		keeps answers
		sound
		try 0 pf-ingest --session <input
		dump | same expected
	done
	[ "$failed" -gt 1 ]
}

@test "a write or sync that fails is never acknowledged, and goes well later" {
	command -v strace >/dev/null || skip 'strace is not installed'
	pf-ingest --migrate
	cp "$PF_DB" fresh
	{ lines 1 20; found 1; found 2; } | spool 10
	batches >input
	pf-ingest --session <input >answers
	dump >expected
	never_acknowledged fdatasync EIO 74
	never_acknowledged fsync EIO 74
	never_acknowledged pwrite64 EIO 74 3
	never_acknowledged pwrite64 ENOSPC 75 5
}

@test "a sync that fails is an I/O error in one sentence" {
	command -v strace >/dev/null || skip 'strace is not installed'
	pf-ingest --migrate
	found 1 | spool
	batches >input
	try 74 faulty fdatasync EIO 3
	same stderr <<END
pf-ingest: the sender: batch $(ls spool/new): store '$PF_DB': disk I/O error
END
	json '[e["error"][-14:], e["exit"]]' >answer
	same answer <<<'["disk I/O error", 74]'
	sound
	[ "$(stored)" = 0 ]
	# The directory's parent, the input, the directory.
	for n in 2 3 4; do
		rm -r "$PF_ARTIFACTS"
		try 74 faulty fsync EIO "$n"
		says "keep an input in '$PF_ARTIFACTS': Input/output error"
		json 'e["exit"]' >answer
		same answer <<<74
		[ "$(stored)" = 0 ]
	done
}

# A killed writer's last commit can be read before it is on the disk, and was
# acknowledged as known to who sent it again.
@test "what a killed run left unsynced is synced before it is acknowledged" {
	command -v strace >/dev/null || skip 'strace is not installed'
	lines 1 10 | spool
	batches >input
	for n in {1..12}; do
		rm -f "$PF_DB"*
		pf-ingest --migrate
		ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -qq -o trace \
			-e trace=fdatasync -e "inject=fdatasync:signal=KILL:when=$n" \
			pf-ingest --session <input >answers 2>/dev/null && break
		ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -qq -y -o trace \
			-e trace=fdatasync,write pf-ingest --session <input >>again
		sed -n '/write(1</q; s/.*pf.db-wal>.*/synced/p' trace | uniq >log
		same log <<<synced
	done
	[ "$n" -gt 3 ]
	grep -q '"duplicate":10' again
}

@test "batches that are damaged, cut off or too large are not taken" {
	lines 1 10 | batch 01a1fbd4f500-n-0000000000000001-00000001 >first
	lines 11 20 | batch 01a1fbd4f500-n-0000000000000001-00000002 >second
	sed 's/execs_total":15/execs_total":16/' second >damaged
	cat first damaged second | try 65 pf-ingest --session
	same stderr <<<"pf-ingest: the sender: batch 01a1fbd4f500-n-0000000000000001-00000002: the payload's hash is another"
	json 'e.get("exit", e.get("stored"))' | xargs >answers
	same answers <<<'10 65 10'
	{ cat first; head -c 700 second; } | try 75 pf-ingest --session
	same stderr <<<'pf-ingest: the sender: a batch is cut off'
	{ cat first; head -c 90 second; } | try 75 pf-ingest --session
	same stderr <<<'pf-ingest: the sender: a batch is cut off'
	lines 1 10 | batch 01a1fbd4f500-n-0000000000000001-00000003 99999999999 |
		try 65 pf-ingest --session
	same stderr <<<'pf-ingest: the sender: a batch is too large'
	head -c 3000 /dev/urandom | try 65 pf-ingest --session
	grep -qx "pf-ingest: the sender: no batch header: '.*'" stderr
	same stdout </dev/null
	once 20
}

@test "a key that comes again with other lines is refused, and the rest goes on" {
	key=01a1fbd4f500-n-0000000000000001-0000000
	lines 1 10 | batch ${key}1 >batches
	lines 11 12 | batch ${key}1 >>batches
	lines 1 10 | batch ${key}1 >>batches
	lines 13 14 | batch ${key}2 >>batches
	try 65 pf-ingest --session <batches
	same stderr <<<"pf-ingest: the sender: batch ${key}1: its key was used for other lines"
	same stdout <<END
{"key":"${key}1","stored":10,"duplicate":0,"rejected":[]}
{"key":"${key}1","error":"its key was used for other lines","exit":65}
{"key":"${key}1","stored":0,"duplicate":10,"rejected":[]}
{"key":"${key}2","stored":2,"duplicate":0,"rejected":[]}
END
	sql 'SELECT group_concat(execs_total) FROM stats' >stored
	same stored <<<1,2,3,4,5,6,7,8,9,10,13,14
}

@test "a command that fails is told of, and what it gave is stored" {
	lines 1 10 | spool
	batches >input
	for ended in 'exit 75:75:exit status 75' 'exit 255:75:exit status 255' \
		'kill -9 $$:75:killed by signal 9' 'nonesuch:69:exit status 127'; do
		IFS=: read -r command status what <<<"$ended"
		try "$status" pf-ingest --from "cat input; read -r answer; $command"
		json 'e["in"]' >in
		same in <<<10
		says "pf-ingest: --from 'cat input; read -r answer; $command': $what"
	done
	once 10
}

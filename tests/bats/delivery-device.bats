# pf-ship into pf-serve, one of them on a disk that fails, and the disk as it
# would be if the power went.

load helper
load serve
load delivery
load device

prepare() {
	export PF_DB=$PWD/mnt/pf.db
	ulimit -c 0
}

clean_up() { detach; }

# batch NAME N FIRST: a file of that name with the events FIRST to N.
batch() { made "$2" "$3" >"$1"; }

# sent STATUS NAME: its answer is in `stdout`.
sent() { post "$1" "$2" -H "Idempotency-Key: $2"; }

killed() {
	kill -KILL "$serve_pid"
	wait "$serve_pid" || :
}

# holds N: the store of the snapshot has the events 1 to N.
holds() {
	sqlite3 snapshot/pf.db 'SELECT count(*), count(DISTINCT id) FROM events;
		PRAGMA integrity_check' >held
	printf '%s\n' "$1|$1" ok | same held
}

@test "a commit that the disk refused is not taken for one by the next server" {
	disk 64M
	serve
	batch one 10 1
	batch two 20 11
	sent 200 one
	: >broken
	sent 503 two
	rm broken
	killed
	serve
	sent 200 two
	after_cut holds 20
	answers 'e["stored"]' >count
	same count <<<10
	stop
}

@test "what is acknowledged after a commit that the disk refused is on the disk" {
	disk 64M
	serve
	for n in 1 2 3; do
		batch "good$n" $((n * 20 - 10)) $((n * 20 - 19))
		batch "bad$n" $((n * 20)) $((n * 20 - 9))
		sent 200 "good$n"
		: >broken
		sent 503 "bad$n"
		rm broken
		after_cut holds $((n * 20 - 10))
		sent 200 "bad$n"
		after_cut holds $((n * 20))
	done
	stop
}

# A reader holds up the first checkpoint; the disk refuses what that has written
# when the kernel comes to it, and the sync of the second checkpoint tells.
@test "what the disk refused of a checkpoint is written by the next again" {
	local n
	disk 256M
	serve
	made 88000 | split -l 4000 -d -a 2 - part
	for n in {00..03}; do sent 200 "part$n"; done
	mkfifo to
	sqlite3 "$PF_DB" <to >seen 3>&- &
	exec 8>to
	echo 'BEGIN; SELECT count(*) FROM events;' >&8
	until_true 10 test -s seen
	for n in {04..17}; do sent 200 "part$n"; done
	: >broken
	not sync -d "$PF_DB"
	rm broken
	echo 'COMMIT; SELECT 1;' >&8
	exec 8>&-
	wait $!
	for n in {18..21}; do sent 200 "part$n"; done
	after_cut holds 88000
	stop
	grep -qF 'what is in its write-ahead log cannot be written back: disk I/O error' server.log
}

@test "what the disk refused when a server stopped is written by the next again" {
	disk 64M
	serve
	batch all 60 1
	sent 200 all
	: >broken
	stop
	rm broken
	[ -s mnt/pf.db-wal ]
	serve
	stop
	[ ! -e mnt/pf.db-wal ]
	# The first tells of the failure that was.
	sync -f mnt || sync -f mnt
	after_cut holds 60
}

@test "a store on a disk that fails: 503, and what is acknowledged is there" {
	disk 64M
	made 60 >lines
	ship --spool-only <lines
	serve
	ship --drain --to "$url"
	once 60
	: >broken
	made 120 61 >lines
	ship --spool-only <lines
	try 75 ship --drain --max-elapsed 1s --to "$url"
	says "disk I/O error"
	sent 503 lines
	ask 503 GET /readyz
	after_cut holds 60
	rm broken
	stop
	repair
	serve
	ship --drain --to "$url"
	stop
	once 120
	after_cut holds 120
}

# arrive N SPOOL: what lies there is delivered, and the events 1 to N are in the
# store then. What was refused when it was spooled, 74, may be damaged: 1.
arrive() {
	local got=0
	pf-ship --spool "$2" --drain --to "$url" 3>&- || got=$?
	[ "$got" -le 1 ]
	sql 'SELECT count(*), count(DISTINCT id) FROM events;
		PRAGMA integrity_check' >held
	printf '%s\n' "$1|$1" ok | same held
}

spool_on_disk() {
	disk 64M
	PF_DB=$PWD/pf.db
	mkdir mnt/spool
	ln -s mnt/spool spool
	serve
}

@test "a spool on a disk that fails: 74, and what was taken is there" {
	spool_on_disk
	made 60 >lines
	made 120 61 >others
	ship --spool-only <lines
	: >broken
	try 74 ship --spool-only <others
	says "Input/output error"
	after_cut arrive 60 snapshot/spool
	rm broken
	try 0 ship --spool-only <others
	silent
	after_cut arrive 120 snapshot/spool
	ship --drain --to "$url"
	once 120
	stop
}

@test "a spool whose disk fails in the delivery: all is there, each once" {
	spool_on_disk
	made 60 >lines
	ship --spool-only <lines
	: >broken
	got=0
	ship --drain --max-elapsed 2s --to "$url" 2>said || got=$?
	[[ " 0 74 " = *" $got "* ]]
	[ "$got" = 0 ] || [ -s said ]
	made 120 61 >lines
	try 74 ship --to "$url" <lines
	rm broken
	repair
	ship --to "$url" <lines || [ $? = 1 ]
	arrive 120 spool
	stop
}

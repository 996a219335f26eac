# pf-ship into pf-serve: either is killed at any moment, and every event is
# counted at both ends.

load helper
load serve

prepare() {
	command -v strace >/dev/null || skip 'strace is not installed'
	export PF_DB=$PWD/pf.db
	made 1 60 >lines
}

# made FROM TO: so many events, of which one is a crash.
made() {
	seq "$1" "$2" | awk '{
		printf "{\"v\":1,\"id\":\"01a1fbd4f500%020d\",\"time\":\"2026-11-21T02:00:00Z\",", $1
		printf "\"node\":\"n1\",\"job\":\"j\","
		if ($1 % 30 == 7)
			print "\"type\":\"crash\",\"data\":{\"group\":\"g\",\"severity\":\"LOW\"}}"
		else
			printf "\"type\":\"stats\",\"data\":{\"execs_total\":%d}}\n", $1 }'
}

# once N: the events 1 to N are in the store, each once, and nothing waits.
once() {
	sql "SELECT count(*), count(DISTINCT id) FROM events;
		SELECT (SELECT count(*) FROM stats) + (SELECT count(*) FROM crashes);
		SELECT (SELECT sum(crashes) FROM crash_groups) = (SELECT count(*) FROM crashes);
		PRAGMA integrity_check" >counted
	printf '%s\n' "$1|$1" "$1" 1 ok | same counted
	[ -z "$(ls spool/new spool/tmp spool/corrupt spool/rejected | grep -v :)" ]
}

ship() { pf-ship --spool spool --batch 10 --retry-min 10ms --retry-max 100ms "$@" 3>&-; }

# traced CALLS N COMMAND…: killed at the Nth of these calls; `hit` says so.
traced() {
	local calls=$1 n=$2
	shift 2
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -qq -o trace \
		-e "trace=$calls" -e "inject=$calls:signal=KILL:when=$n" "$@" 3>&-
}

# The sender dies at every Nth of its system calls, in the middle of a delivery;
# the next one finishes it.
sender_dies_at() {
	local n got
	serve
	for n in $(seq 1 "$2" 400); do
		ship --spool-only <lines
		got=0
		{ traced "$1" "$n" pf-ship --spool spool --batch 10 --drain --to "$url" ||
			got=$?; } 2>/dev/null
		until_true 10 ship --drain --to "$url"
		once 60
		[ "$got" != 0 ] || break
	done
	[ "$n" -gt 1 ]
	stop
}

@test "a sender that dies at writes, renames and unlinks loses nothing" {
	sender_dies_at write,pwrite64,fsync,rename,renameat,renameat2,unlinkat 1
}

@test "a sender that dies at what it sends and receives loses nothing" {
	sender_dies_at sendto,recvfrom,poll,epoll_wait,openat 7
}

@test "a mix of all faults, for a while" {
	mkdir soak
	cd soak
	try 0 "$pf_root/tests/faults/soak" 15
	cat stdout
	grep -q 'lost 0, doubled 0$' stdout
}

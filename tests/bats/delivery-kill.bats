# pf-ship into pf-serve: either is killed at any moment, and every event is
# counted at both ends.

load helper
load serve
load delivery

# traced CALLS N COMMAND…: killed at the Nth of these calls.
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

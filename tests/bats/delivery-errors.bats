# pf-ship into pf-serve: system calls of either fail, and every event is
# counted at both ends.

load helper
load serve
load delivery

# failing CALLS ERROR N COMMAND…: the Nth of these calls fails so.
failing() {
	local calls=$1 error=$2 n=$3
	shift 3
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -qq -o trace \
		-e "trace=$calls" -e "inject=$calls:error=$error:when=$n" "$@" 3>&-
}

# drain_fails_at CALLS ERROR STEP: a drain meets the error at each STEPth call;
# it ends with a code of the contract and, if not 0, a sentence; the next
# drain finishes. A call that was not reached ends the round.
drain_fails_at() {
	local n got
	serve
	for n in $(seq 1 "$3" 400); do
		more_lines
		try 0 ship --spool-only <lines
		got=0
		failing "$1" "$2" "$n" pf-ship --spool spool --batch 10 --retry-min 10ms \
			--retry-max 100ms --max-elapsed 2s --drain --to "$url" 2>said || got=$?
		grep -q INJECTED trace || break
		[[ " 0 1 73 74 75 77 " = *" $got "* ]]
		[ "$got" = 0 ] || [ -s said ]
		until_true 10 ship --drain --to "$url"
		once "$sent"
	done
	[ "$n" -gt 1 ]
	stop
}

@test "a drain whose reads and removals fail with EIO loses and doubles nothing" {
	drain_fails_at openat,unlinkat,renameat,fsync,pwrite64 EIO 5
}

@test "a drain without room for what it writes loses and doubles nothing" {
	drain_fails_at pwrite64,renameat,mkdirat ENOSPC 2
}

@test "a drain that is interrupted loses and doubles nothing" {
	drain_fails_at write,pwrite64,fsync,sendto,recvfrom,poll EINTR 5
}

# server_fails_at CALLS ERROR N: one of the server's calls fails while the
# batches come; what it answered with 200 is there, the rest comes again.
server_fails_at() {
	rm -rf pf.db* spool
	: >listening
	failing "$1" "$2" "$3" pf-serve --listen 127.0.0.1:0 >listening 2>server.log &
	serve_pid=$!
	until_true 10 is_up
	ship --spool-only <lines
	if [ -s listening ]; then
		url=http://$(json 'e["listening"]' listening | head -n 1)
		ship --drain --max-elapsed 2s --to "$url" 2>said || [ -s said ]
	fi
	# The server itself: with -o, strace holds back what ends it.
	kill -TERM "$(pgrep -P "$(pgrep -P "$serve_pid")")" 2>/dev/null || [ -s server.log ]
	wait "$serve_pid" || [ -s server.log ]
	grep -q INJECTED trace || return
	serve
	until_true 10 ship --drain --to "$url"
	stop
	once 60
}

@test "a server whose syncs fail acknowledges nothing that is not safe" {
	for n in 1 2 4 7 9 12; do server_fails_at fdatasync EIO $n; done
}

@test "a server whose writes fail acknowledges nothing that is not safe" {
	for n in 3 20 41 60; do server_fails_at pwrite64 EIO $n; done
	for n in 5 33; do server_fails_at pwrite64 ENOSPC $n; done
}

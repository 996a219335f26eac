# pf-ship into pf-serve: either is killed at any moment, and every event is
# counted at both ends.

load helper
load serve
load delivery

# traced CALLS N COMMAND…: killed at the Nth of these calls of one thread.
traced() {
	local calls=$1 n=$2
	shift 2
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -q -o trace \
		-e "trace=$calls" -e "inject=$calls:signal=KILL:when=$n" "$@" 3>&-
}

# was_killed STATUS: so it ended, and the trace agrees.
was_killed() {
	killed=0
	! grep -q 'killed by SIGKILL' trace || killed=137
	[ "$1" = "$killed" ]
}

# The sender dies at every STEPth of its system calls, in a drain or in a pipe;
# the next one finishes it, and has the lines again if it was a pipe. It ends
# with the call that is not reached.
sender_dies_at() {
	local n got killed=137
	serve
	for ((n = 1; killed != 0; n += $2)); do
		more_lines
		[ "$3" = pipe ] || ship --spool-only <lines
		got=0
		# shellcheck disable=SC2046
		{ traced "$1" "$n" pf-ship --spool spool --batch 10 --to "$url" \
			$([ "$3" = pipe ] || echo --drain) <lines || got=$?; } 2>/dev/null
		was_killed "$got"
		[ "$3" != pipe ] || ship --to "$url" <lines
		until_true 10 ship --drain --to "$url"
		once "$sent"
	done
	[ "$n" -gt $((1 + 2 * $2)) ]
	stop
}

@test "a sender that dies at writes, renames and unlinks loses nothing" {
	sender_dies_at write,pwrite64,fsync,rename,renameat,renameat2,unlinkat 1 drain
}

@test "a sender that dies at what it sends and receives loses nothing" {
	sender_dies_at sendto,recvfrom,poll,epoll_wait,openat 3 drain
}

@test "a sender in a pipe that dies at writes, renames and unlinks loses nothing" {
	sender_dies_at write,pwrite64,fsync,rename,renameat,renameat2,unlinkat 1 pipe
}

@test "a sender in a pipe that dies at what it sends and receives loses nothing" {
	sender_dies_at sendto,recvfrom,poll,epoll_wait,openat,futex 4 pipe
}

# A port that nobody listens on, below those that the kernel gives to clients:
# a sender that tries again meets no stranger there, nor itself.
free_port() {
	/usr/bin/python3 -c '
import random, socket
while True:
    try:
        port = random.randrange(20000, 32000)
        socket.create_server(("127.0.0.1", port)).close()
        break
    except OSError:
        pass
print(port)'
}

# there PID: it runs.
there() { kill -0 "$1" 2>/dev/null; }

one_ended() { not there "$serve_pid" || not there "$drain_pid"; }

# serve_traced CALLS N: the server dies at the Nth of these calls: when it
# starts, in the delivery, or when it stops after that.
serve_traced() {
	local got=0
	: >listening
	traced "$1" "$2" pf-serve --listen "127.0.0.1:$port" \
		>listening 2>server.log &
	serve_pid=$!
	until_true 20 is_up
	until_true 20 one_ended
	# The server itself: with -o, strace holds back what ends it.
	kill -TERM "$(pgrep -P "$(pgrep -P "$serve_pid")")" 2>/dev/null || :
	wait "$serve_pid" 2>/dev/null || got=$?
	was_killed "$got"
}

# The same with the server: the drain that has begun goes on with the next one.
server_dies_at() {
	local n port killed=137
	port=$(free_port)
	for ((n = 1; killed != 0; n += $2)); do
		more_lines
		ship --spool-only <lines
		ship --drain --to "http://127.0.0.1:$port" 2>ship.log &
		drain_pid=$!
		serve_traced "$1" "$n"
		serve --listen "127.0.0.1:$port"
		wait "$drain_pid"
		stop
		once "$sent"
	done
	[ "$n" -gt $((1 + 2 * $2)) ]
}

@test "a server that dies at writes and syncs loses nothing" {
	server_dies_at pwrite64,fdatasync,fsync 6
}

@test "a server that dies at what it accepts, reads and answers loses nothing" {
	server_dies_at accept4,recvfrom,sendmsg,epoll_ctl,epoll_wait 3
}

@test "a server that dies at what it opens, locks and wakes loses nothing" {
	server_dies_at openat,unlink,fcntl,futex 9
}

@test "ten rounds of kills at random moments lose and double nothing" {
	export TMPDIR=$PWD
	try 0 "$pf_root/tests/faults/kills" 10
	cat stdout
	grep -qE '^10 rounds, [0-9]+ kills of the sender, [0-9]+ of the server, lost 0, doubled 0$' stdout
	not grep -qE ', 0 kills .*, 0 of' stdout
}

@test "a mix of all faults, for a while" {
	mkdir soak
	cd soak
	try 0 "$pf_root/tests/faults/soak" 15
	cat stdout
	grep -q 'lost 0, doubled 0$' stdout
}

@test "tests of a delivery say which program is missing" {
	for name in soak kills; do
		try 69 env PATH=/nowhere /usr/bin/python3 "$pf_root/tests/faults/$name" 1
		says "$name: pf-ship is not installed"
	done
}

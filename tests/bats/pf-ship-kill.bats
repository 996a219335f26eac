# pf-ship killed at any moment, and on a disk that fails.

load helper
load ship

# feed_and_kill FILE PID: writes a part of the file to `pipe`, kills, and leaves
# in `rest` what the killed one had not taken out of the pipe, whole lines.
feed_and_kill() {
	python3 -c '
import fcntl, os, random, struct, sys, termios, time
data = open(sys.argv[1], "rb").read()
fd = os.open("pipe", os.O_WRONLY)
cut = random.randrange(len(data))
os.write(fd, data[:cut])
time.sleep(random.random() / 50)
os.kill(int(sys.argv[2]), 9)
while os.path.exists("/proc/%s/fd/0" % sys.argv[2]):
    pass
' "$1" "$2"
}

@test "kill -9 at random moments loses nothing that was spooled" {
	events 1 3000 >in
	split -n l/15 in part.
	# The command is killed too, and leaves half a line: the next, which gets
	# the whole batch again, begins one of its own.
	to="exec:{ echo; cat; } >>'$PWD/out'"
	for part in part.*; do
		mkfifo pipe
		shipping --batch 7 --to "$to" <pipe 2>/dev/null 3>&- &
		pid=$!
		feed_and_kill $part $pid
		{ wait $pid || true; } 2>/dev/null
		rm pipe
		# Who wrote to the pipe was not told what arrived: it says it again.
		try 0 ship --spool-only <$part
	done
	until_true 10 ship --drain --to "$to"
	sort in | comm -23 - <(sort -u out) >lost
	same lost </dev/null
}

# The leak checker cannot work under strace.
traced() { ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace "$@"; }

# killed SYSCALL N MODE…: pf-ship is killed at the Nth such call; true if it was.
killed() {
	local call=$1 n=$2 got=0
	shift 2
	{
		traced -e trace="$call" -e inject="$call:signal=SIGKILL:when=$n" \
			pf-ship --spool spool --batch 10 "$@" 3>&- || got=$?
	} 2>/dev/null
	[ "$got" = 137 ]
}

# Each call in turn is the last one of a spooling and of a delivery. What the
# killed spooling had read and not yet written is said again, as pf-run would.
killed_at_every() {
	local n=1 total call=$1
	events 31 60 | try 0 ship --spool-only --batch 10
	while events 1 30 | killed "$call" $n --spool-only; do n=$((n + 1)); done
	events 1 30 | try 0 ship --spool-only
	total=$n
	n=1
	while killed "$call" $n --drain --to "file://$PWD/out"; do n=$((n + 1)); done
	try 0 ship --drain --to "file://$PWD/out"
	[ $((total + n)) -gt 2 ]
	all_there out 60
	[ "$(count new)$(count tmp)$(count corrupt)" = 000 ]
}

@test "kill -9 at every openat loses nothing" {
	killed_at_every openat
}

@test "kill -9 at every pwrite64 loses nothing" {
	killed_at_every pwrite64
}

@test "kill -9 at every write loses nothing" {
	killed_at_every write
}

@test "kill -9 at every fsync loses nothing" {
	killed_at_every fsync
}

@test "kill -9 at every renameat loses nothing" {
	killed_at_every renameat
}

@test "kill -9 at every unlinkat loses nothing" {
	killed_at_every unlinkat
}

@test "kill -9 at every close loses nothing" {
	killed_at_every close
}

@test "a spooling that was killed leaves every line that was written to tmp/" {
	events 1 30 >in
	try 0 ship --spool-only </dev/null
	killed fsync 1 --spool-only <in
	try 0 ship --drain --to "file://$PWD/out"
	events 1 10 | same out
}

@test "an fsync that fails is answered with a new file, a second with 74" {
	try 0 ship --spool-only </dev/null
	events 1 3 >in
	try 0 traced -e inject=fsync:error=EIO:when=1 pf-ship --spool spool --spool-only <in
	says 'it is written anew: Input/output error'
	[ "$(count new)$(count tmp)" = 10 ]
	try 74 traced -e inject=fsync:error=EIO pf-ship --spool spool --spool-only <in
	says '3 lines are not safely spooled'
}

@test "an interrupted or short write is finished" {
	events 1 30 >in
	try 0 traced -e inject=pwrite64:retval=0:when=1 \
		-e inject=pwrite64:error=EINTR:when=2 \
		pf-ship --spool spool --spool-only --batch 10 <in
	try 0 ship --drain --to "file://$PWD/out"
	in_order out 30
}

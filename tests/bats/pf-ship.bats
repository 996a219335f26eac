# pf-ship: every line that was read is delivered, whatever happens meanwhile.

load helper

# events FROM TO [TYPE]: that many event lines with ids of their numbers.
events() {
	local i
	for ((i = $1; i <= $2; i++)); do
		printf '{"v":1,"id":"%032x","time":"2026-11-21T02:00:00.000Z",' "$i"
		printf '"type":"%s","node":"n","data":{"n":%d}}\n' "${3:-stats}" "$i"
	done
}

ship() { pf-ship --spool spool --retry-min 5ms --retry-max 20ms "$@"; }

# shipping …: the same to be put in the background, with its own pid as $!.
shipping() { exec pf-ship --spool spool --retry-min 5ms --retry-max 20ms "$@"; }

clean_up() { if mountpoint -q spool; then umount spool; fi; }

# in_order FILE N: its lines are just the events 1 to N.
in_order() { events 1 "$2" | same "$1"; }

# all_there FILE N: the events 1 to N are in it, each at least once.
all_there() {
	[ "$(sort -u "$1" | md5sum)" = "$(events 1 "$2" | sort | md5sum)" ] && return
	events 1 "$2" | sort | comm -3 - <(sort -u "$1") | head -n 5
	return 1
}

count() { find "spool/$1" -mindepth 1 -printf x | wc -c; }
counted() { [ "$(count "$1")" = "$2" ]; }

@test "a pipe is delivered to a file, byte for byte" {
	events 1 250 >in
	try 0 ship --to "file://$PWD/out.jsonl" <in
	silent
	same stdout </dev/null
	cmp in out.jsonl
	[ "$(count new)$(count tmp)" = 00 ]
}

@test "a directory gets one file a batch, named by its key" {
	events 1 25 >in
	mkdir out
	try 0 ship --batch 10 --to "file://$PWD/out" <in
	cat out/*.jsonl | cmp - in
	wc -l out/*.jsonl | awk '{print $1}' >counts
	same counts <<-'END'
		10
		10
		5
		25
	END
}

@test "what is spooled is delivered by a later run" {
	events 1 250 | try 0 ship --spool-only
	[ "$(count new)" = 3 ]
	try 0 ship --drain --to "exec:cat >>'$PWD/out'"
	in_order out 250
	[ "$(count new)" = 0 ]
}

@test "batches are sealed by lines, bytes, age and crashes" {
	events 1 20 | try 0 ship --spool-only --batch 7
	[ "$(count new)" = 3 ]
	events 1 20 | try 0 ship --spool-only --batch-bytes 1
	[ "$(count new)" = 23 ]
	{ events 1 1; events 2 2 crash; events 3 4; } | try 0 ship --spool-only
	[ "$(count new)" = 25 ]
}

@test "an old line and a crash are sealed while the input goes on" {
	mkfifo pipe
	shipping --spool-only --batch-age 50ms <pipe 3>&- &
	pid=$!
	exec 4>pipe
	events 1 1 >&4
	until_true 5 counted new 1
	events 2 2 crash >&4
	until_true 5 counted new 2
	exec 4>&-
	wait $pid
}

@test "SIGTERM seals what was read and ends with 0" {
	mkfifo pipe
	shipping --spool-only --batch-age 1h <pipe 3>&- &
	pid=$!
	exec 4>pipe
	events 1 3 >&4
	until_true 5 counted tmp 1
	kill -TERM $pid
	wait $pid
	exec 4>&-
	[ "$(count tmp)$(count new)" = 01 ]
	cat spool/new/* | grep -c '"v":1' | grep -qx 3
}

@test "a last line without a newline counts" {
	printf %s "$(events 1 2)" | try 0 ship --to "file://$PWD/out"
	in_order out 2
}

@test "no input is nothing to deliver" {
	try 0 ship --to "file://$PWD/out" </dev/null
	silent
	[ ! -e out ]
}

@test "lines that are no events are named, kept and do not stop the rest" {
	{ events 1 1; printf 'jun\033k\n'; echo '{"v":1}'; events 2 2; } >in
	try 1 ship --to "file://$PWD/out" <in
	in_order out 2
	same stderr <<-'END'
		pf-ship: standard input line 2: not JSON: column 3: '[' or '{' expected near 'jun'
		pf-ship: standard input line 3: id is not 32 hex digits
	END
	try 0 json '[e["from"], e["line"]]' spool/rejected/*.jsonl
	same stdout <<-'END'
		["standard input line 2", "jun\u001bk"]
		["standard input line 3", "{\"v\":1}"]
	END
}

@test "a line over 16 MiB is skipped and named" {
	{ events 1 1; head -c 17000000 /dev/zero | tr '\0' x; echo; events 2 2; } |
		try 1 ship --to "file://$PWD/out"
	says 'standard input line 2: longer than 16 MiB'
	in_order out 2
}

@test "an event of 10 MiB goes through" {
	{ printf %s "$(events 1 1 | head -c 90)"
	printf '"n","data":{"x":"'
	head -c 10000000 /dev/zero | tr '\0' x; echo '"}}'; } >big
	sed 's/"type.*"n",/"type":"crash",/' big >in
	try 0 ship --to "file://$PWD/out" <in
	cmp in out
}

@test "a destination that fails three times then works gets everything" {
	cat >flaky <<-'END'
		#!/bin/sh
		echo x >>tries
		[ "$(wc -l <tries)" -gt 3 ] || exit 75
		cat >>out
	END
	events 1 150 | try 0 ship --to 'exec:sh ./flaky'
	in_order out 150
	[ "$(grep -c 'the command ended with 75: kept, to be tried again' stderr)" = 1 ]
}

@test "a command that ends with 0 before it has read all gets it again" {
	cat >lazy <<-'END'
		if mkdir once 2>/dev/null; then exec head -n 1 >/dev/null; fi
		cat >>out
	END
	events 1 5000 | try 0 ship --batch 5000 --to 'exec:sh ./lazy'
	says 'before it had read all lines'
	in_order out 5000
}

@test "a command that rejects some lines is told of, and the batch is gone" {
	events 1 3 | try 1 ship --to 'exec:cat >out; exit 1'
	says 'delivered, with lines rejected over there'
	in_order out 3
	[ "$(count new)" = 0 ]
}

@test "a refused line is found by halving, kept with the reason, and blocks no other" {
	cat >picky <<-'END'
		cat >batch
		grep -q '"n":3[37]}' batch && exit 65
		cat batch >>out
	END
	events 1 100 | try 1 ship --to 'exec:sh ./picky'
	events 1 100 | grep -v '"n":3[37]}' | same out
	[ "$(count new)" = 0 ]
	try 0 json 'json.loads(e["line"])["data"]["n"]' spool/rejected/*.jsonl
	same stdout <<-'END'
		33
		37
	END
}

@test "no permission stops delivery and keeps everything" {
	events 1 150 | try 77 ship --batch 10 --to 'exec:echo x >>tries; cat >/dev/null; exit 77'
	says 'delivery stops, everything is kept'
	[ "$(count new)" = 15 ]
	[ "$(wc -l <tries)" = 1 ]
}

@test "a command that does not exist refuses no line" {
	events 1 3 | try 69 ship --to 'exec:no-such-command 2>/dev/null'
	says 'the command ended with 127: delivery stops, everything is kept'
	[ "$(count new)$(count rejected)" = 10 ]
}

@test "giving up keeps everything and says 75" {
	events 1 150 | try 0 ship --spool-only
	try 75 ship --drain --max-elapsed 50ms --to 'exec:exit 75'
	says 'gave up for now; everything is kept'
	[ "$(count new)" = 2 ]
}

@test "a command that hangs is killed and tried again" {
	events 1 3 | try 0 ship --timeout 200ms --to \
		'exec:mkdir once 2>/dev/null && exec tail -f /dev/null; cat >out'
	says 'the command took too long'
	in_order out 3
}

@test "the answer was lost: a file is not written twice" {
	events 1 30 | try 0 ship --spool-only --batch 10
	cp -r spool again
	mkdir dir
	for to in dir/ one; do
		cp -r again spool.2
		try 0 pf-ship --spool spool.2 --drain --to "file://$PWD/$to"
		cp again/new/* spool.2/new/
		if [ $to = one ]; then rm "$(ls spool.2/new/* | head -n 1)"; rm "$(ls spool.2/new/* | head -n 1)"; fi
		try 0 pf-ship --spool spool.2 --drain --to "file://$PWD/$to"
		rm -r spool.2
	done
	in_order one 30
	cat dir/* >dir.all
	in_order dir.all 30
}

@test "the same key with other bytes is refused, kept, and said" {
	events 1 3 | try 0 ship --spool-only
	mkdir dir
	echo other >"dir/$(ls spool/new).jsonl"
	try 1 ship --drain --to "file://$PWD/dir"
	says 'has other contents'
	cat dir/* | grep -qx other
	[ "$(cat spool/rejected/* | wc -l)" = 3 ]
}

@test "damaged and foreign files go to corrupt/ and block nothing" {
	events 1 30 | try 0 ship --spool-only --batch 10
	set -- spool/new/*
	head -c 300 "$1" >t && cp t "$1"
	printf X | dd of="$2" bs=1 seek=400 conv=notrunc status=none
	: >spool/new/000000000000-n-0123456789abcdef-00000001
	echo x >spool/new/$'a\nb'
	ln -s /etc/passwd spool/new/000000000000-n-0123456789abcdef-00000002
	mkdir spool/new/dir
	mkfifo spool/new/000000000000-n-0123456789abcdef-00000003
	try 1 ship --drain --to "file://$PWD/out"
	events 21 30 | same out
	[ "$(count corrupt)$(count new)" = 70 ]
	says "moved 'a\\x0ab' to corrupt/: the name is not a batch's"
	sed 's/.*corrupt\/: //' stderr | sort | uniq -c | sed 's/^ *//' >reasons
	same reasons <<-'END'
		1 empty
		2 not a regular file
		2 the name is not a batch's
		1 the payload's hash is another
		1 truncated
	END
}

@test "left-overs of killed writers are delivered, torn lines are kept aside" {
	mkdir -p spool/tmp
	{ head -c 256 /dev/zero; events 1 3; printf '{"v":1,"id'; } \
		>spool/tmp/0123456789abcdef-00000001
	{ head -c 256 /dev/zero; events 4 5; } >spool/tmp/0123456789abcdef-00000002
	: >spool/tmp/0123456789abcdef-00000003
	echo what >spool/tmp/foreign
	try 1 ship --drain --to "file://$PWD/out"
	all_there out 5
	[ "$(count tmp)$(count new)$(count corrupt)" = 002 ]
}

@test "a writer that lives is left alone" {
	mkfifo pipe
	shipping --spool-only --batch-age 1h <pipe 3>&- &
	pid=$!
	exec 4>pipe
	events 1 3 >&4
	until_true 5 counted tmp 1
	try 0 ship --drain --to "file://$PWD/out"
	[ "$(count tmp)" = 1 ]
	exec 4>&-
	wait $pid
	[ "$(count tmp)$(count new)" = 01 ]
}

@test "two writers share a spool" {
	events 1 500 | ship --spool-only --batch 7 3>&- &
	pid=$!
	events 501 1000 | try 0 ship --spool-only --batch 9
	wait $pid
	try 0 ship --drain --to "file://$PWD/out"
	all_there out 1000
	[ "$(wc -l <out)" = 1000 ]
}

@test "one at a time delivers; the second says so with 75" {
	events 1 3 | try 0 ship --spool-only
	mkfifo gate
	shipping --drain --to "exec:cat >out; cat gate" 3>&- &
	pid=$!
	until_true 5 test -s out
	try 75 ship --drain --to "file://$PWD/other"
	same stderr <<-'END'
		pf-ship: another pf-ship delivers from this spool
	END
	echo >gate
	wait $pid
	[ ! -e other ]
}

@test "a second pipe leaves its lines to the one that delivers" {
	mkfifo pipe
	shipping --to "exec:cat >>'$PWD/out'" <pipe 3>&- &
	pid=$!
	exec 4>pipe
	events 1 1 crash >&4
	until_true 5 test -s out
	events 2 30 | try 0 ship --to "exec:cat >>'$PWD/other'"
	exec 4>&-
	wait $pid
	[ ! -e other ]
	[ "$(wc -l <out)" = 30 ]
}

@test "at the bound reading stops, and goes on when there is room" {
	events 1 2000 >in
	shipping --spool-only --batch 10 --spool-max-bytes 20K <in 2>err 3>&- &
	pid=$!
	until_true 5 grep -q 'the spool is full' err
	[ "$(du -b --apparent-size -s spool/new | cut -f 1)" -lt 100000 ]
	until_true 20 eval 'ship --drain --to "file://$PWD/out" && ! kill -0 $pid 2>/dev/null'
	wait $pid
	try 0 ship --drain --to "file://$PWD/out"
	all_there out 2000
	[ "$(wc -l <out)" = 2000 ]
}

@test "the bound counts what an earlier run has left" {
	events 1 200 | try 0 ship --spool-only
	mkfifo pipe
	shipping --spool-only --spool-max-bytes 1K <pipe 2>err 3>&- &
	pid=$!
	exec 4>pipe
	until_true 5 grep -q 'the spool is full' err
	kill -TERM $pid
	wait $pid
	exec 4>&-
}

@test "a full disk stops the reading and loses nothing" {
	[ "$(id -u)" = 0 ] || skip "mounting a tmpfs needs root"
	mkdir spool
	mount -t tmpfs -o size=64k none spool
	events 1 1000 >in
	shipping --spool-only --batch 10 <in 2>err 3>&- &
	pid=$!
	until_true 10 grep -q 'No space left' err
	until_true 30 eval 'ship --drain --to "file://$PWD/out"; ! kill -0 $pid 2>/dev/null'
	wait $pid
	try 0 ship --drain --to "file://$PWD/out"
	all_there out 1000
}

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

@test "--status counts what lies there" {
	events 1 250 | try 0 ship --spool-only
	echo junk | try 1 ship --spool-only
	echo x >spool/new/foreign
	PF_NOW=$(($(stat -c %Y spool/new/* | sort -n | head -n 1) + 100)) try 0 ship --status
	json 'e.pop("oldest_age_seconds") > 98 and e.pop("bytes") > 25000 and e' >counted
	same counted <<-'END'
		{"batches": 4, "lines": 250, "unsealed_batches": 0, "rejected_lines": 1, "corrupt_files": 0}
	END
}

@test "--status of a spool that is not there is not an empty one" {
	try 66 ship --status
	same stdout </dev/null
	same stderr <<-'END'
		pf-ship: open the spool 'spool': No such file or directory
	END
}

@test "options are checked" {
	try 64 pf-ship --spool spool
	says 'no destination: --to or PF_MASTER'
	try 64 pf-ship --spool-only
	says 'no spool: --spool, PF_SPOOL or PF_HOME'
	try 64 ship --drain --spool-only
	try 64 ship --to gopher://x
	says 'not exec:, file:// or ssh://'
	try 64 ship --to ssh://-oProxyCommand=x
	try 64 ship --to ssh://host:port
	try 64 ship --to file://relative
	try 64 ship --to exec:
	try 64 ship --batch 0 --to exec:true
	try 64 ship --to exec:true operand
}

@test "the environment names the spool and the destination" {
	events 1 3 >in
	PF_SPOOL=$PWD/a PF_MASTER=file://$PWD/out try 0 pf-ship <in
	in_order out 3
	PF_HOME=$PWD/b try 0 pf-ship --spool-only <in
	[ "$(ls b/spool/new | wc -l)" = 1 ]
}

# A real sshd on a loopback port, with keys of its own.
sshd_start() {
	local sshd
	sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
	mkdir -p /run/sshd
	ssh-keygen -qt ed25519 -N '' -f host_key
	ssh-keygen -qt ed25519 -N '' -f key
	cp key.pub authorized
	chmod 600 authorized
	port=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	cat >sshd_config <<-END
		Port $port
		ListenAddress 127.0.0.1
		HostKey $PWD/host_key
		AuthorizedKeysFile $PWD/authorized
		StrictModes no
		UsePAM no
		PermitRootLogin yes
		PidFile $PWD/sshd.pid
	END
	cat >ssh_config <<-END
		IdentityFile $PWD/key
		IdentitiesOnly yes
		UserKnownHostsFile $PWD/known
		StrictHostKeyChecking no
		LogLevel ERROR
	END
	"$sshd" -D -f sshd_config 3>&- 2>sshd.log &
	sshd_pid=$!
	until_true 5 test -s sshd.pid
}

@test "ssh delivers, and a master that is away is waited for" {
	PATH=$PATH:/usr/sbin command -v sshd >/dev/null || skip "sshd is not here"
	[ "$(id -u)" = 0 ] || skip "sshd needs root here"
	sshd_start
	events 1 250 >in
	try 0 ship --to "ssh://127.0.0.1:$port/" --ssh-config ssh_config \
		--remote "cat >>'$PWD/out'" <in || { kill $sshd_pid; cat sshd.log; false; }
	in_order out 250
	kill $sshd_pid
	wait $sshd_pid || true
	try 75 ship --to "ssh://127.0.0.1:$port" --ssh-config ssh_config \
		--max-elapsed 100ms --remote "cat >>'$PWD/out'" <in
	says 'the command ended with 255'
	[ "$(count new)" = 3 ]
}

@test "what cannot be written to standard output is said" {
	events 1 3 | try 0 ship --spool-only
	status=0
	ship --status >/dev/full 2>stderr || status=$?
	[ $status = 75 ]
	says 'write standard output'
}

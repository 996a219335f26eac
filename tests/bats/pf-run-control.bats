# pf-run --status, --stop and --list, over jobs that run.

load helper

# running NAME OPTION…: a job in jobs/NAME, started; its pf-run is $pid.
running() {
	local name=$1
	shift
	pf-run -o "jobs/$name" --interval 1s "$@" -- "$targets/clean.libfuzzer" \
		>"$name.out" 2>"$name.err" 3>&- &
	pid=$!
	until_true 20 grep -q '"running"' "$name.out"
}

# ended STATUS: the job of $pid ends by itself with this status.
ended() {
	local got=0
	wait "$pid" || got=$?
	[ "$got" = "$1" ]
}

# A job's directory as a pf-run leaves it whose pid is gone.
left_behind() {
	mkdir -p "jobs/$1"
	echo '{"job":"old","target":"t","fuzzer":"afl++"}' >"jobs/$1/job.json"
	echo '{"job":"old","state":"'"$2"'","supervisor_pid":4711,
		"time":"2026-11-21T02:00:00.123Z","attempt":2,"restarts":3,
		"run_ms":1500,"instances":[
		{"instance":"main","execs_total":5,"crashes_total":1,
		"alive":true,"pid":4712,"rss_bytes":9},
		{"instance":"s01","execs_total":7,"hangs_total":2}]}' \
		>"jobs/$1/state.json"
	echo 4711 >"jobs/$1/lock"
}

@test "--status tells of a job that runs and of its end" {
	running one
	try 0 pf-run --status jobs/one
	silent
	json "[e['job'], e['target'], e['fuzzer'], e['directory'], e['running'],
		e['pid'], e['state'], e['attempt'], e['restarts']]" >got
	echo '["one", "clean.libfuzzer", "libfuzzer", "'"$PWD"'/jobs/one", true,' \
		"$pid," '"running", 1, 0]' | same got
	kill -TERM "$pid"
	ended 0
	try 1 pf-run --status jobs/one
	silent
	json "[e['running'], e['state'], 'pid' in e]" >got
	echo '[false, "cancelled", false]' | same got
}

@test "--status tells what is known and leaves out what is not" {
	left_behind old finished
	try 1 pf-run --status jobs/old
	same stdout <<-END
		{"job":"old","target":"t","fuzzer":"afl++","directory":"$PWD/jobs/old","running":false,"state":"finished","time":"2026-11-21T02:00:00.123Z","attempt":2,"restarts":3,"duration_seconds":1.5,"execs_total":12,"crashes_total":1,"hangs_total":2,"instances":[{"instance":"main","execs_total":5,"crashes_total":1},{"instance":"s01","execs_total":7,"hangs_total":2}]}
	END
	rm jobs/old/state.json
	try 1 pf-run --status jobs/old
	same stdout <<-END
		{"job":"old","target":"t","fuzzer":"afl++","directory":"$PWD/jobs/old","running":false}
	END
}

@test "a job killed by kill -9 does not run, whatever its files say" {
	running one
	json "e['instances'][0]['alive']" jobs/one/state.json >got
	echo true | same got
	kill -KILL "$pid"
	ended 137
	try 1 pf-run --status jobs/one
	[ "$(grep -c '"pid"\|"alive"' stdout)" = 0 ]
	json "[e['running'], e['state'], 'pid' in e]" >got
	echo '[false, "killed", false]' | same got
	try 1 pf-run --stop jobs/one
	says "was not running"
}

@test "a stale pid is never believed nor signalled" {
	left_behind old running
	sleep 60 3>&- &
	echo $! >jobs/old/lock
	try 1 pf-run --status jobs/old
	json "[e['running'], e['state'], 'pid' in e]" >got
	echo '[false, "killed", false]' | same got
	try 1 pf-run --stop jobs/old
	kill -0 $!
}

@test "a lock held by something else is told and not signalled" {
	left_behind old running
	flock jobs/old/lock sh -c 'echo $PPID >jobs/old/lock; touch held
		exec sleep 60' 3>&- &
	until_true 5 test -e held
	try 75 pf-run --stop jobs/old
	says "is held by something else than a pf-run of this machine"
	json "[e['running'], 'pid' in e]" >got
	echo '[true, false]' | same got
	kill -0 $!
}

@test "a look at the lock does not keep a job from starting" {
	mkdir -p jobs/one
	for i in $(seq 200); do
		flock -s jobs/one/lock true 3>&-
	done &
	try 0 pf-run -d 1s -o jobs/one -- "$targets/clean.libfuzzer"
}

@test "--stop waits for the end and tells how it ended" {
	running one
	try 0 pf-run --stop jobs/one
	silent
	json "[e['running'], e['state']]" >got
	echo '[false, "cancelled"]' | same got
	[ "$(flock -n jobs/one/lock echo free)" = free ]
	ended 0
	try 1 pf-run --stop jobs/one
	says "was not running"
}

@test "--stop asked twice at once asks the fuzzer once" {
	running one
	pf-run --stop jobs/one >second 2>&1 3>&- &
	local second=$! status=0
	try 0 pf-run --stop jobs/one
	wait "$second" || status=$?
	# The job may have ended before the second one looked.
	[ "$status" = 0 ] || grep -q "was not running" second
	ended 0
	json "(e['data'].get('reason') if e['type'] == 'job' and
		e['data']['state'] in ('stopping', 'cancelled') else None)" \
		one.out >got
	printf '%s\n' SIGTERM SIGTERM | same got
}

@test "--stop while the job stops already does not hurry it" {
	running one
	# It stops at its own pace: the first SIGTERM is not followed by another.
	kill -STOP "$pid"
	for i in 1 2 3; do
		pf-run --stop jobs/one >"stop.$i" 2>&1 3>&- &
	done
	ended 0
	for i in 1 2 3; do
		until_true 10 grep -q '"cancelled"\|was not' "stop.$i"
	done
}

@test "--stop of several jobs asks them all before it waits" {
	running one
	first=$pid
	running two
	try 0 pf-run --stop jobs/one jobs/two
	json "e['job'] + ' ' + e['state']" >got
	printf '%s\n' "one cancelled" "two cancelled" | same got
	wait "$first" "$pid"
}

@test "--stop says so when it could not" {
	running one -g 0s
	# Neither SIGTERM nor SIGCONT reaches who is being traced.
	cat >hold.py <<-'END'
		import ctypes, os, sys, time
		libc = ctypes.CDLL(None, use_errno=True)
		pid = int(sys.argv[1])
		assert libc.ptrace(0x4206, pid, 0, 0) == 0  # SEIZE
		assert libc.ptrace(0x4207, pid, 0, 0) == 0  # INTERRUPT
		os.waitpid(pid, 0x40000000)
		open('held', 'w')
		time.sleep(60)
	END
	/usr/bin/python3 hold.py "$pid" 3>&- &
	until_true 5 test -e held
	try 75 timeout 60 pf-run --stop jobs/one
	says "still runs as process $pid"
	json "e['running']" >got
	echo true | same got
	kill -KILL $!
	ended 0
}

@test "over ssh: no terminal, no input, a pipe" {
	running one
	setsid sh -c 'cd / && exec pf-run --status "$1"' sh "$PWD/jobs/one" \
		</dev/null 2>stderr 3>&- | cat >stdout
	silent
	json "[e['running'], e['pid']]" >got
	echo "[true, $pid]" | same got
	setsid pf-run --stop jobs/one </dev/null 2>stderr 3>&- | cat >stdout
	silent
	json "e['state']" >got
	echo cancelled | same got
}

@test "what is no job is told from one that does not run" {
	mkdir empty
	: >file
	try 66 pf-run --status empty
	says "'empty': no job's directory"
	same stdout </dev/null
	try 66 pf-run --stop missing
	says "job 'missing': No such file or directory"
	try 66 pf-run --status file
	says "Not a directory"
	left_behind old finished
	try 66 pf-run --status jobs/old empty
	[ "$(json "e['job']")" = old ]
	try 64 pf-run --status
	try 64 pf-run --status --stop jobs/old
}

@test "a state.json that cannot be read as one is told, the rest is known" {
	left_behind old running
	for bad in 'torn {"sta' '[]' '{}' '{"state":7}' ''; do
		printf '%s' "${bad#torn }" >jobs/old/state.json
		try 65 pf-run --status jobs/old
		says "state.json in"
		same stdout <<-END
			{"job":"old","target":"t","fuzzer":"afl++","directory":"$PWD/jobs/old","running":false}
		END
	done
	running one
	echo torn >jobs/one/state.json
	try 65 pf-run --stop jobs/one
	# Its own last word replaced the torn file.
	json "[e['running'], e['state']]" >got
	echo '[false, "cancelled"]' | same got
	ended 0
}

@test "hostile files in a job's directory are not followed and not waited for" {
	left_behind old running
	echo '{"state":"secret"}' >secret
	ln -sf ../../secret jobs/old/state.json
	mkfifo fifo
	ln -f fifo jobs/old/lock
	try 65 pf-run --status jobs/old
	says "state.json in '$PWD/jobs/old': not a regular file"
	says "lock in '$PWD/jobs/old': not a regular file"
	[ "$(grep -c secret stdout)" = 0 ]
	rm jobs/old/state.json
	truncate -s 5M jobs/old/state.json
	try 65 pf-run --status jobs/old
	says "too large"
	printf '{"state":"finished","instances":[%s]}' \
		'{"a":{"b":1},"execs_total":-1},7,{"execs_total":9223372036854775807},
		{"execs_total":2}' >jobs/old/state.json
	try 65 pf-run --status jobs/old
	json "[e['execs_total'], len(e['instances'])]" >got
	echo '[9223372036854775807, 3]' | same got
}

@test "no permission is no answer" {
	left_behind old finished
	chmod 000 jobs/old/state.json
	try 77 bound_by_modes pf-run --status jobs/old
	says "state.json in '$PWD/jobs/old': Permission denied"
	json "e['running']" >got
	echo false | same got
	chmod 000 jobs/old
	try 77 bound_by_modes pf-run --status jobs/old
	try 77 bound_by_modes pf-run --list
	says "job '$PWD/jobs/old': Permission denied"
	same stdout </dev/null
	chmod 700 jobs/old
	chmod 000 jobs
	try 77 bound_by_modes pf-run --list
	chmod 700 jobs
}

@test "another user may look at a job and not stop it" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	running one
	chmod 755 "$PWD" jobs jobs/one
	try 0 setpriv --reuid=65534 --clear-groups pf-run --status jobs/one
	[ "$(json "e['pid']")" = "$pid" ]
	try 77 setpriv --reuid=65534 --clear-groups pf-run --stop jobs/one
	says "stop process $pid of '$PWD/jobs/one': Operation not permitted"
	kill -0 "$pid"
}

@test "--list tells of each job once, sorted, and of nothing else" {
	left_behind b finished
	left_behind a failed
	left_behind $'c\n\e[2J\xff\\' running
	mkdir jobs/other
	: >jobs/file
	ln -s a jobs/link
	try 0 pf-run --list
	silent
	json "[e['directory'].rsplit('/', 1)[1], e['state']]" >got
	cat >want <<-'END'
		["a", "failed"]
		["b", "finished"]
		["c\n\u001b[2J\\xff\\\\", "killed"]
	END
	same got <want
	[ "$(wc -l <stdout)" = 3 ]
	mv jobs elsewhere
	try 0 pf-run --list elsewhere
	[ "$(wc -l <stdout)" = 3 ]
}

@test "--list tells no jobs from no answer" {
	mkdir jobs
	try 0 pf-run --list
	same stdout </dev/null
	echo "pf-run: no jobs in 'jobs'" | same stderr
	try 66 pf-run --list missing
	same stdout </dev/null
	says "jobs 'missing': No such file or directory"
	left_behind old finished
	echo torn >jobs/old/state.json
	try 65 pf-run --list
	[ "$(json "e['job']")" = old ]
}

@test "what asks for a job proves that its answer arrived" {
	left_behind old finished
	for verb in status stop list; do
		status=0
		pf-run --$verb jobs/old jobs >/dev/full 2>stderr 3>&- || status=$?
		[ "$status" = 75 ]
		says "write standard output"
	done
}

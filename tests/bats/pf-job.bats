# pf-job: the queue in the store.

load helper

prepare() { export PF_DB=$BATS_TEST_TMPDIR/pf.db PF_NODE=n1; }

sql() { sqlite3 "$PF_DB" "$@"; }

# lines PREFIX COUNT [MEMBERS]: job lines of the target PREFIX.
lines() {
	local i
	for ((i = 1; i <= $2; i++)); do
		printf '{"job":"%s-%d","target":"%s","command":["./x"]%s}\n' \
			"$1" "$i" "$1" "${3-}"
	done
}

submit() { pf-job submit >/dev/null; }

# claims COUNT [OPTION…]: the names of the jobs that are handed out.
claims() {
	local i n=$1
	shift
	for ((i = 0; i < n; i++)); do
		pf-job claim "$@" || echo none
	done >claimed
	json 'e["job"]' <(grep -v none claimed) | paste -sd ' '
}

@test "what is submitted is handed out, once, with its line" {
	lines a 1 ',"instances":4' | try 0 pf-job submit
	same stdout <<<'{"in":1,"queued":1,"duplicate":0,"rejected":0}'
	silent
	PF_NOW=2026-11-21T02:00:00Z try 0 pf-job claim --lease 1h
	same stdout <<'END'
{"job":"a-1","epoch":1,"attempt":1,"lease_until":"2026-11-21T03:00:00.000Z","spec":{"job":"a-1","target":"a","command":["./x"],"instances":4}}
END
	PF_NOW=2026-11-21T02:30:00Z try 1 pf-job claim
	silent
	same stdout </dev/null
}

@test "a job is queued once; another of its name is refused until its end" {
	lines a 2 | submit
	lines a 3 | try 0 pf-job submit
	same stdout <<<'{"in":3,"queued":1,"duplicate":2,"rejected":0}'
	lines a 1 ',"priority":3' | try 1 pf-job submit
	same stdout <<<'{"in":1,"queued":0,"duplicate":0,"rejected":1}'
	same stderr <<<'pf-job: standard input line 1: another job of its name is not at its end'
	[ "$(claims 1)" = a-1 ]
	try 0 pf-job finish -e 1 a-1
	lines a 1 ',"priority":3' | try 0 pf-job submit
	try 0 pf-job claim
	[ "$(json '[e["job"], e["epoch"], e["attempt"]]')" = '["a-1", 3, 1]' ]
}

@test "lines that are no jobs are named, and the rest goes in" {
	{
		echo '{'
		echo '[1]'
		echo '{"job":"../x","target":"t","command":["x"]}'
		echo '{"job":"a","command":["x"]}'
		echo '{"job":"b","target":"t"}'
		echo '{"job":"c","target":"t","command":[]}'
		echo '{"job":"d","target":"t","command":["x"],"priority":1.5}'
		echo '{"job":"e","target":"t","command":["x"],"max_attempts":0}'
		echo '{"job":"f","target":"t","command":["x"],"capabilities":["a",1]}'
		echo '{"job":"g","target":"t","command":["x"],"tier":7}'
		lines ok 1
	} >lines
	try 1 pf-job submit lines
	same stdout <<<'{"in":11,"queued":1,"duplicate":0,"rejected":10}'
	sed 's/.*line/line/' stderr >reasons
	same reasons <<'END'
line 1: not JSON: column 2: a name is expected
line 2: not an object
line 3: job is not a name of letters, digits, '.', '_' and '-'
line 4: target is not a name
line 5: command is not a list of words
line 6: command is not a list of words
line 7: priority is not from -1000000 to 1000000
line 8: max_attempts is not from 1 to 1000
line 9: capabilities is not a list of names
line 10: tier is not a name
END
}

@test "a node gets what it is able to do" {
	lines plain 1 | submit
	lines asan 1 ',"capabilities":["asan","x86"]' | submit
	lines gpu 1 ',"capabilities":["gpu"],"priority":9' | submit
	[ "$(claims 1 -c asan)" = plain-1 ]
	try 1 pf-job claim -c asan -c arm
	[ "$(claims 1 -c x86 -c asan -c arm)" = asan-1 ]
	# What a node tells of itself counts where nothing is said.
	cat >node <<'END'
{"v":1,"id":"01a1fbd4f50000000000000000000001","time":"2026-11-21T02:00:00Z","type":"node","node":"n2","data":{"capabilities":["gpu"]}}
END
	pf-ingest node >/dev/null
	try 1 pf-job claim
	[ "$(claims 1 -n n2)" = gpu-1 ]
}

@test "higher priorities go first, and each target has its turn" {
	lines a 4 | submit
	[ "$(claims 2)" = 'a-1 a-2' ]
	# b begins where a is, not before it.
	lines b 2 | submit
	lines c 1 ',"priority":1' | submit
	[ "$(claims 6)" = 'c-1 a-3 b-1 a-4 b-2' ]
	lines b 1 | sed s/b-1/b-9/ | submit
	lines d 2 | submit
	lines b 1 | sed s/b-1/b-8/ | submit
	[ "$(claims 4)" = 'b-9 d-1 d-2 b-8' ]
}

@test "tiers that are asked for" {
	lines q 1 ',"tier":"quick"' | submit
	lines l 1 ',"tier":"long","priority":5' | submit
	lines n 1 | submit
	try 1 pf-job claim -t none
	[ "$(claims 1 -t quick)" = q-1 ]
	[ "$(claims 3 -t quick -t long)" = l-1 ]
	[ "$(claims 1)" = n-1 ]
}

@test "a lease ends, and the job goes to another until it has failed" {
	lines a 1 ',"max_attempts":2' | submit
	PF_NOW=2026-11-21T02:00:00Z try 0 pf-job claim -l 1m
	PF_NOW=2026-11-21T02:00:30Z try 0 pf-job renew -e 1 -l 1m a-1
	same stdout <<<'{"job":"a-1","answer":"done","lease_until":"2026-11-21T02:01:30.000Z"}'
	PF_NOW=2026-11-21T02:01:29Z try 1 pf-job claim
	PF_NOW=2026-11-21T02:01:31Z try 0 pf-job claim -n n2 -l 1m
	[ "$(json '[e["epoch"], e["attempt"]]')" = '[3, 2]' ]
	# Who had it has nothing to say any more.
	for verb in renew finish fail; do
		try 1 pf-job "$verb" -e 1 a-1
		same stdout <<<'{"job":"a-1","answer":"lost"}'
	done
	PF_NOW=2026-11-21T02:03:00Z try 0 pf-job sweep
	same stdout <<<'{"taken_back":1}'
	try 0 pf-job list
	[ "$(json '[e["state"], e["reason"], e["attempt"]]')" = \
		'["failed", "the lease ended", 2]' ]
}

@test "a job that failed is tried again, one that is at its end is not" {
	lines a 3 ',"max_attempts":2' | submit
	[ "$(claims 3)" = 'a-1 a-2 a-3' ]
	try 0 pf-job fail -e 1 -r 'no disk' a-1
	try 0 pf-job finish -e 1 -s timed_out a-2
	try 0 pf-job finish -e 1 a-3
	[ "$(claims 2)" = a-1 ]
	try 0 pf-job fail -e 3 -r 'no disk' a-1
	try 0 pf-job list
	[ "$(json '[e["job"], e["state"], e.get("reason")]' | paste -sd ' ')" = \
		'["a-1", "failed", "no disk"] ["a-2", "timed_out", null] ["a-3", "finished", null]' ]
}

@test "--max-attempts is for lines that do not say" {
	lines a 1 | pf-job submit --max-attempts 1 >/dev/null
	lines b 1 ',"max_attempts":2' | pf-job submit --max-attempts 1 >/dev/null
	[ "$(claims 2)" = 'a-1 b-1' ]
	try 0 pf-job fail -e 1 a-1
	try 0 pf-job fail -e 1 b-1
	try 0 pf-job list
	[ "$(json 'e["state"]' | paste -sd ' ')" = 'failed queued' ]
	try 64 pf-job submit --max-attempts 0
	says '--max-attempts is from 1 to 1000'
}

@test "who holds a cancelled job is told so" {
	lines a 2 | submit
	[ "$(claims 1)" = a-1 ]
	try 0 pf-job cancel -r 'not wanted' a-1 a-2
	try 1 pf-job renew -e 1 a-1
	same stdout <<<'{"job":"a-1","answer":"cancelled"}'
	try 1 pf-job claim
	try 1 pf-job cancel a-1 nope
	same stdout <<'END'
{"job":"a-1","answer":"cancelled"}
{"job":"nope","answer":"unknown"}
END
}

@test "what a node tells of a job of the queue does not move it" {
	lines a 1 | submit
	[ "$(claims 1)" = a-1 ]
	printf '{"v":1,"id":"%032d","time":"2030-01-01T00:00:00Z","type":"job","node":"%s","job":"a-1","data":{"state":"%s"}}\n' \
		1 n1 running 2 n9 finished 3 n1 failed >told
	try 0 pf-ingest told
	try 0 pf-job list -s running -n n1 --target a
	[ "$(json '[e["job"], e["state"], e["node"]]')" = '["a-1", "running", "n1"]' ]
	try 0 pf-job list -s finished
	same stdout </dev/null
	[ "$(sql 'SELECT count(*) FROM job_states')" = 3 ]
}

@test "show prints the line, and says when there is none" {
	lines a 1 ',"x":"\\\\"' | submit
	try 1 pf-job show a-1 nope
	same stderr <<<"pf-job: there is no job 'nope'"
	[ "$(json 'e["spec"]["x"]')" = '\\' ]
}

@test "sixteen at once are given no job twice" {
	lines a 200 | submit
	for i in {1..16}; do
		while pf-job claim -n "node$i"; do :; done >"got$i" 3>&- &
		pids[i]=$!
	done
	for pid in "${pids[@]}"; do wait "$pid" || :; done
	[ "$(json 'e["job"]' <(cat got*) | sort -u | wc -l)" = 200 ]
	[ "$(cat got* | wc -l)" = 200 ]
}

@test "a long queue that is for others is not in the way" {
	lines gpu 5000 ',"capabilities":["gpu"],"priority":5' | submit
	lines a 1 | submit
	[ "$(claims 1 -c asan)" = a-1 ]
	# However long it is, the plan looks only at the head of each lane.
	sql "EXPLAIN QUERY PLAN SELECT name FROM jobs WHERE state = 'queued'
		AND lane = 1 ORDER BY priority DESC, turn, queued_at, name
		LIMIT 1" >plan
	grep -q 'INDEX jobs_queued (lane=?)' plan
	not grep -q 'TEMP B-TREE' plan
}

@test "wrong words are refused with a sentence" {
	PF_DB='' try 64 pf-job claim
	says 'no store is given'
	try 64 pf-job renew a-1
	says 'renew: no --epoch is given'
	try 64 pf-job finish -e 1 -s asleep a-1
	says '--state is finished, failed or timed_out'
	try 64 pf-job submit -e 1
	says 'submit takes no --epoch'
	try 64 pf-job cancel
	says 'cancel: no job is given'
	try 64 pf-job renew -e 1 a b
	try 66 pf-job list
	says 'there is no store'
	try 66 pf-job submit nowhere
}

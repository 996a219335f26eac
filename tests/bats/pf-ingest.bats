# pf-ingest: event lines into the store, each exactly once.

load helper

prepare() {
	events=$pf_root/tests/fixtures/events
	export PF_DB=$BATS_TEST_TMPDIR/pf.db
}

sql() { sqlite3 "$PF_DB" "$@"; }

# event ID-END TYPE DATA [MEMBERS]: an event line with an id that ends so.
event() {
	printf '{"v":1,"id":"01a1fbd4f500%020d","time":"2026-11-21T02:00:00Z",' "$1"
	printf '"type":"%s","node":"n1",%s"data":%s}\n' "$2" "${4-}" "$3"
}

@test "a campaign goes in once, whatever its order and number of readings" {
	try 0 pf-ingest "$events/campaign.jsonl"
	same stdout <<<'{"in":59,"stored":59,"duplicate":0,"rejected":0}'
	silent
	sql .dump >first
	try 0 pf-ingest --batch 7 <"$events/campaign.jsonl"
	same stdout <<<'{"in":59,"stored":0,"duplicate":59,"rejected":0}'
	sql .dump >second
	same second <first
	sql 'PRAGMA integrity_check; PRAGMA foreign_key_check' >checks
	same checks <<<ok
}

@test "the order of the lines does not change what is stored" {
	try 0 pf-ingest "$events/campaign.jsonl"
	tac "$events/campaign.jsonl" >reversed
	try 0 pf-ingest --db other.db reversed
	for table in nodes jobs job_configs job_states crash_groups crashes \
		artifacts events corpus_added alerts resources; do
		sql "SELECT * FROM $table ORDER BY 1, 2" >one
		sqlite3 other.db "SELECT * FROM $table ORDER BY 1, 2" >two
		same two <one
	done
}

@test "bad lines are named and the rest go in" {
	{
		event 1 weather '{"sky":"clear"}'
		echo 'not an event'
		event 3 stats '{"execs_total":-1}'
		event 4 stats '{"coverage_ratio":1.5}'
		event 5 stats '{"execs_total":"many"}'
		event 6 crash '{"severity":"AWFUL","group":"g"}'
		event 7 job '{"state":"running"}'
		event 8 alert '{"state":"firing"}'
		event 9 stats '{"pid":0}'
		event 10 weather '{}' | sed 's/"v":1/"v":2/'
		event 11 stats '{"execs_total":1}'
		event 12 stats '{"execs_total":9007199254740992}'
		event 13 stats '{"execs_per_second":1e200}'
	} >lines
	try 1 pf-ingest --rejects bad lines
	same stdout <<<'{"in":13,"stored":2,"duplicate":0,"rejected":11}'
	json 'str(e["line"]) + " " + e["reason"]' bad | sort -n >reasons
	same reasons <<'END'
2 not JSON: column 1: '{' or '[' is expected
3 data.execs_total is not a count
4 data.coverage_ratio is not from 0 to 1
5 data.execs_total is not a count
6 data.severity has a value that is not known
7 a job event names no job
8 data.name is missing
9 data.pid is not a count from 1
10 v is not 1
12 data.execs_total is not a count
13 data.execs_per_second is not from 0 to 1e15
END
	says "pf-ingest: 'lines' line 5: data.execs_total is not a count"
}

# lines FROM TO: that many stats events.
lines() {
	local i
	for ((i = $1; i <= $2; i++)); do
		event "$i" stats "{\"execs_total\":$i}" '"job":"j",'
	done
}

@test "a refused line is kept with its reason, whatever its bytes" {
	printf 'a\377\033 b\n' | try 1 pf-ingest --rejects bad
	says "pf-ingest: standard input line 1: not JSON"
	json '[e["file"], e["line"], e["reason"][:8], e["text"]]' bad >kept
	same kept <<'END'
["standard input", 1, "not JSON", "a\\xff\u001b b"]
END
}

@test "lines that are too long or too deep are refused" {
	{
		lines 1 1
		head -c 17000000 /dev/zero | tr '\0' x
		echo
		event 2 weather "\"$(head -c 1100000 /dev/zero | tr '\0' x)\"" |
			sed 's/"data":\(.*\)}$/"data":{"sky":\1}}/'
		event 3 weather "$(printf '{"a":%.0s' {1..30})1$(
			printf '}%.0s' {1..30})"
		lines 4 4
	} >long
	try 1 pf-ingest --rejects bad long
	same stdout <<<'{"in":5,"stored":2,"duplicate":0,"rejected":3}'
	same stderr <<'END'
pf-ingest: 'long' line 2: too long
pf-ingest: 'long' line 3: too long for a line without an embedded input
pf-ingest: 'long' line 4: nested too deep
END
	[ "$(wc -l <bad)" = 3 ]
}

@test "an embedded input is stored once and must be what it says" {
	# printf hello | xxh128sum
	hash=b5e9c1ad071b3e7fc779cfaa5e523818
	data="{\"input\":{\"xxh128\":\"$hash\",\"bytes\":5,\"content\":\"aGVsbG8=\"}}"
	{
		event 1 crash "$data"
		event 2 crash "$data" '"job":"j",'
		event 3 crash "${data/aGVsbG8=/aGVsbG9=}"
		event 4 crash "${data/aGVsbG8=/aGVsbG8}"
		event 5 crash "${data/aGVsbG8=/aGVsbG9v}"
	} >lines
	try 1 pf-ingest lines
	same stdout <<<'{"in":5,"stored":2,"duplicate":0,"rejected":3}'
	same stderr <<'END'
pf-ingest: 'lines' line 3: data.input.content is not base64
pf-ingest: 'lines' line 4: data.input.content is not base64
pf-ingest: 'lines' line 5: data.input.content is not data.input.bytes long
END
	sql 'SELECT xxh128, bytes, kept FROM artifacts' >stored
	same stored <<<"$hash|5|1"
	[ "$(ls pf.db.artifacts)" = "$hash" ]
	printf hello | cmp - "pf.db.artifacts/$hash"
}

@test "a higher rev takes the lower one's place, in its group too" {
	event 1 crash '{"kind":"SEGV"}' >first
	event 1 crash '{"group":"a","severity":"HIGH","kind":"x"}' '"rev":1,' >second
	event 2 crash '{"group":"a","severity":"LOW","kind":"y"}' >>second
	event 1 crash '{"group":"b","severity":"LOW","kind":"z"}' '"rev":2,' >third
	groups='SELECT key, severity, kind, crashes, example FROM crash_groups'
	unresolved="SELECT count(*) FROM crashes WHERE status = 'unresolved'"
	try 0 pf-ingest first
	[ "$(sql "$unresolved; $groups")" = 1 ]
	try 0 pf-ingest second
	sql "$unresolved; $groups" >now
	same now <<'END'
0
a|HIGH|x|2|01a1fbd4f50000000000000000000001
END
	try 0 pf-ingest third
	sql "$groups" >now
	same now <<'END'
a|LOW|y|1|01a1fbd4f50000000000000000000002
b|LOW|z|1|01a1fbd4f50000000000000000000001
END
	try 0 pf-ingest first second third
	same stdout <<<'{"in":4,"stored":0,"duplicate":4,"rejected":0}'
	sql "$groups" | same /dev/fd/3 3<now
	[ "$(sql 'SELECT rev FROM events ORDER BY id')" = $'2\n0' ]
}

@test "the last state of a job is the latest by its own time" {
	at() { event "$@" | sed "s/02:00:00Z/$minute:00Z/"; }
	job='"job":"j",'
	minute=02:05 at 1 job '{"state":"finished"}' "$job" >lines
	minute=02:01 at 2 job '{"state":"running"}' "$job" >>lines
	minute=02:01 at 3 job '{"state":"starting"}' "$job" >>lines
	try 0 pf-ingest lines
	[ "$(sql 'SELECT state, node FROM jobs')" = 'finished|' ]
	minute=02:06 at 4 job '{"state":"starting"}' "$job" >lines
	minute=02:06 at 5 job '{"state":"running"}' "$job" >>lines
	try 0 pf-ingest lines
	[ "$(sql 'SELECT state, node FROM jobs')" = 'running|n1' ]
}

@test "what has no column is kept" {
	event 1 stats '{"execs_total":1,"new":{"a":[1,null]}}' '"head":"x",' >lines
	event 2 corpus '{"added":[{"name":"a","age":3},{"name":"b"}]}' >>lines
	event 3 weather '{"sky":"clear"}' >>lines
	try 0 pf-ingest lines
	sql 'SELECT extra FROM events WHERE extra NOT NULL ORDER BY id' >extra
	same extra <<'END'
{"head":"x","data":{"new":{"a":[1,null]}}}
{"data":{"added":[{"age":3},{}]}}
END
	sql 'SELECT raw FROM events WHERE raw NOT NULL' >raw
	sed -n 3p lines | same raw
	[ "$(sql 'SELECT name FROM corpus_added')" = $'a\nb' ]
}

@test "ten at once lose nothing and store nothing twice" {
	lines 1 2000 >all
	for i in 1 2 3 4 5 6 7 8 9 10; do
		# Each has its own part and one that all have.
		{
			sed -n "$((i * 100)),$((i * 100 + 99))p" all
			sed -n '1500,$p' all
		} | pf-ingest --batch 20 >"count.$i" 3>&- &
	done
	wait
	json 'None if e["rejected"] else e["stored"]' <(cat count.*) |
		awk '{n += $1} END {print NR, n}' >sum
	same sum <<<'10 1501'
	sql 'SELECT count(*) FROM events; SELECT count(*) FROM stats;
		SELECT sum(stored) FROM batches; PRAGMA integrity_check' >counts
	same counts <<'END'
1501
1501
1501
ok
END
}

@test "killed at any moment and run again, each event is there once" {
	lines 1 3000 >all
	for after in 1 400 900 1700 2500; do
		{
			head -n "$after" all
			# Open until the killing, so that it is in mid-way.
			until_true 20 test -e killed
		} | pf-ingest --linger 10ms --batch 50 >/dev/null 3>&- &
		pid=$!
		stored() { [ "$(sql 'SELECT count(*) FROM events')" -ge $((after / 2)) ]; }
		until_true 20 stored 2>/dev/null
		kill -9 "$pid"
		touch killed
		wait "$pid" || true
		rm killed
	done
	try 0 pf-ingest all
	json 'e["stored"] + e["duplicate"]' >sum
	same sum <<<3000
	sql 'SELECT count(*), count(DISTINCT id) FROM events;
		SELECT count(*) FROM stats; PRAGMA integrity_check' >counts
	same counts <<'END'
3000|3000
3000
ok
END
}

@test "a pipe that pauses is stored at once" {
	mkfifo pipe
	pf-ingest --linger 50ms <pipe >stdout 3>&- &
	pid=$!
	exec 9>pipe
	lines 1 3 >&9
	# Half a line does not hold up the whole ones before it.
	event 4 weather '{}' | head -c 40 >&9
	has() { [ "$(sql 'SELECT count(*) FROM events' 2>/dev/null)" = "$1" ]; }
	until_true 20 has 3
	event 4 weather '{}' | tail -c +41 >&9
	until_true 20 has 4
	exec 9>&-
	wait "$pid"
	same stdout <<<'{"in":4,"stored":4,"duplicate":0,"rejected":0}'
}

@test "SIGTERM commits what was read and tells the sum" {
	mkfifo pipe
	pf-ingest --linger 1h --batch 1000 <pipe >stdout 3>&- &
	pid=$!
	exec 9>pipe
	lines 1 30 >&9
	until_true 20 test -s "$PF_DB"
	drained() {
		/usr/bin/python3 -c 'import fcntl, sys, termios
n = fcntl.ioctl(9, termios.FIONREAD, bytes(4))
sys.exit(any(n))'
	}
	until_true 20 drained
	kill -TERM "$pid"
	wait "$pid"
	exec 9>&-
	same stdout <<<'{"in":30,"stored":30,"duplicate":0,"rejected":0}'
	[ "$(sql 'SELECT count(*) FROM events')" = 30 ]
}

@test "an endless line without an end does not keep it from ending" {
	# Signals once were only looked at between lines.
	pf-ingest </dev/zero >stdout 2>/dev/null 3>&- &
	pid=$!
	until_true 20 sql 'SELECT 1 FROM batches' 2>/dev/null
	kill -TERM "$pid"
	wait "$pid"
	same stdout <<<'{"in":0,"stored":0,"duplicate":0,"rejected":0}'
}

@test "files that cannot be read are named and the others go in" {
	lines 1 2 >good
	try 66 pf-ingest none good
	same stdout <<<'{"in":2,"stored":2,"duplicate":0,"rejected":0}'
	same stderr <<<"pf-ingest: open 'none': No such file or directory"
	try 74 pf-ingest . good
	says "pf-ingest: read '.': Is a directory"
	[ "$(id -u)" = 0 ] || skip 'unreadable as another user needs root'
	dir=$(mktemp -d)
	chmod 777 "$dir"
	install -m 600 good "$dir/good"
	try 77 setpriv --reuid=65534 --clear-groups \
		"$(command -v pf-ingest)" --db "$dir/o.db" "$dir/good"
	rm -r "$dir"
	same stderr <<<"pf-ingest: open '$dir/good': Permission denied"
}

@test "a store that cannot be is told of in one sentence" {
	try 73 pf-ingest --db none/pf.db /dev/null
	same stderr <<<"pf-ingest: create store 'none/pf.db': No such file or directory"
	try 65 pf-ingest --db . /dev/null
	same stderr <<<"pf-ingest: store '.' is not a regular file"
	unset PF_DB
	try 64 pf-ingest /dev/null
	says 'no store is given: --db or PF_DB'
}

@test "a file of another program is refused and left alone" {
	sqlite3 "$PF_DB" 'CREATE TABLE t (a)'
	cp "$PF_DB" before
	try 65 pf-ingest "$events/campaign.jsonl"
	same stderr <<<"pf-ingest: '$PF_DB' is a database of another program"
	cmp "$PF_DB" before
	head -c 4096 /dev/urandom >"$PF_DB"
	cp "$PF_DB" before
	try 65 pf-ingest "$events/campaign.jsonl"
	says 'file is not a database'
	cmp "$PF_DB" before
}

@test "a store of another version is refused and left alone" {
	try 0 pf-ingest "$events/campaign.jsonl"
	sql "INSERT INTO schema_migrations VALUES (99, 'later', 'x', 0)"
	try 78 pf-ingest "$events/campaign.jsonl"
	says 'pf-ingest: the store has schema 99 and this program knows only '
	same stdout </dev/null
	try 78 pf-report
	sql "DELETE FROM schema_migrations WHERE version = 99;
		UPDATE schema_migrations SET checksum = 'y'"
	try 78 pf-ingest "$events/campaign.jsonl"
	same stderr <<<"pf-ingest: schema step 1 of the store differs from this program's"
}

@test "the schema goes up, down and up" {
	try 66 pf-ingest --schema-version
	try 0 pf-ingest --migrate
	silent
	try 0 pf-ingest --schema-version
	latest=$(cat stdout)
	sql .schema >up
	try 0 pf-ingest --migrate=0
	try 0 pf-ingest --schema-version
	same stdout <<<0
	[ "$(sql "SELECT name FROM sqlite_schema WHERE type = 'table'")" = \
		schema_migrations ]
	try 0 pf-ingest --migrate
	sql .schema | sort >again
	sort up | same again
	try 64 pf-ingest --migrate=$((latest + 1))
}

@test "a store that stays busy is told of after the time given" {
	try 0 pf-ingest "$events/campaign.jsonl"
	mkfifo pipe
	sqlite3 "$PF_DB" <pipe >held 3>&- &
	pid=$!
	exec 9>pipe
	echo 'BEGIN IMMEDIATE; SELECT 1;' >&9
	until_true 20 test -s held
	lines 1 2 >good
	try 75 pf-ingest --wait 200ms good
	same stdout <<<'{"in":0,"stored":0,"duplicate":0,"rejected":0}'
	same stderr <<END
pf-ingest: store '$PF_DB' is busy: others held its lock for 200 ms
pf-ingest: 2 lines were read and not stored
END
	exec 9>&-
	wait "$pid"
	try 0 pf-ingest good
}

@test "a full disk stores whole batches or nothing of them" {
	[ "$(id -u)" = 0 ] || skip 'mounting needs root'
	mkdir small
	mount -t tmpfs -o size=512k none small || skip 'tmpfs cannot be mounted'
	lines 1 4000 >all
	try 75 pf-ingest --db small/pf.db --batch 100 all || status=1
	says "pf-ingest: store 'small/pf.db': database or disk is full" || status=1
	sqlite3 small/pf.db 'SELECT count(*) % 100, count(*) > 0 FROM events;
		PRAGMA integrity_check' >counts || status=1
	json 'e["stored"]' >told
	sqlite3 small/pf.db 'SELECT count(*) FROM events' >stored || status=1
	umount small
	[ -z "${status-}" ]
	same counts <<'END'
0|1
ok
END
	same stored <told
}

@test "a summary that cannot be written is an error" {
	try 75 sh -c "pf-ingest '$events/campaign.jsonl' >/dev/full"
	same stderr <<<'pf-ingest: write standard output: No space left on device'
	try 75 pf-ingest --rejects /dev/full <<<x
	says "pf-ingest: write '/dev/full': No space left on device"
	try 73 pf-ingest --rejects none/r /dev/null
	says "pf-ingest: create 'none/r': No such file or directory"
}

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
	} >lines
	try 1 pf-ingest --rejects bad lines
	same stdout <<<'{"in":11,"stored":2,"duplicate":0,"rejected":9}'
	json 'str(e["line"]) + " " + e["reason"]' bad | sort -n >reasons
	same reasons <<'END'
2 not JSON: column 3: '[' or '{' expected near 'not'
3 data.execs_total is not a count
4 data.coverage_ratio is not from 0 to 1
5 data.execs_total is not a count
6 data.severity has a value that is not known
7 a job event names no job
8 data.name is missing
9 the store refuses it: CHECK constraint failed: pid > 0
10 v is not 1
END
	says "pf-ingest: 'lines' line 5: data.execs_total is not a count"
}

# pf-reap: series in the store become an hour's, and a day's.

load helper

prepare() {
	export PF_DB=$BATS_TEST_TMPDIR/pf.db PF_NOW=2026-11-21T00:00:00Z
	# Three days before that, a minute apart: two instances, one node.
	/usr/bin/python3 >lines <<'END'
import json
start, n = 1794960000000, 0
def event(minute, kind, data, **head):
    global n
    n += 1
    ms = start + minute * 60000
    print(json.dumps({"v": 1, "id": "%012x%020x" % (ms, n),
        "time": "2026-11-%02dT%02d:%02d:00.000Z" % (18 + minute // 1440,
            minute // 60 % 24, minute % 60),
        "type": kind, "node": "n1", **head, "data": data}))
job = {"job": "j", "target": "t", "fuzzer": "afl++"}
for m in range(0, 4320, 3):
    for i in "ab":
        event(m, "stats", {"instance": i, "execs_total": m * 100,
            "execs_per_second": m % 7 + 0.5, "peak_rss_bytes": m % 100,
            "edges_found": m // 10, **({} if m % 60 else {"version": "4"})}, **job)
    event(m, "coverage", {"instance": "a", "edges_found": m // 10,
        "edges_new": 1}, **job)
    event(m, "corpus", {"instance": "a", "count": m,
        "added": [{"name": "id:%d" % m}, {"name": "ie:%d" % m}]}, **job)
    event(m, "resource", {"cpu_ratio": m % 10 / 10, "zombies": m % 4,
        "disks": [{"mount": "/", "free_bytes": m}]})
END
	pf-ingest -b 1000 lines >/dev/null
}

sql() { sqlite3 "$PF_DB" "$@"; }

# What must not change, whatever is rolled up.
totals() {
	sql "SELECT series, max(execs_total), max(edges_found),
			max(peak_rss_bytes), max(version),
			round(sum(execs_per_second * coalesce(samples, 1)), 3),
			sum(coalesce(samples, 1))
		FROM stats t LEFT JOIN rolled r USING (event)
		GROUP BY series ORDER BY series;
		SELECT sum(edges_new), max(edges_found) FROM coverage;
		SELECT max(count) FROM corpus;
		SELECT count(*), count(DISTINCT name) FROM corpus_added;
		SELECT round(sum(cpu_ratio * coalesce(samples, 1)), 3),
			max(zombies) FROM resources LEFT JOIN rolled USING (event)"
	pf-report --summary
}

@test "old series have a value an hour, older ones a day, and the same totals" {
	totals >before
	try 0 pf-reap --hours-after 1d --days-after 2d
	silent
	totals >after
	same after <before
	json '[e["data"][k] for k in ("action", "of", "step_seconds", "count", "kept_count")]' >told
	same told <<'END'
["rollup", "stats", 3600, 1824, 96]
["rollup", "coverage", 3600, 912, 48]
["rollup", "corpus", 3600, 912, 48]
["rollup", "resource", 3600, 912, 48]
["rollup", "stats", 86400, 46, 2]
["rollup", "coverage", 86400, 23, 1]
["rollup", "corpus", 86400, 23, 1]
["rollup", "resource", 86400, 23, 1]
END
	valid stdout
	sql "SELECT count(*) FROM stats; SELECT count(*) FROM events;
		PRAGMA integrity_check; PRAGMA foreign_key_check" >left
	# A day, 24 hours and 480 moments, of two instances.
	same left <<<$'1010\n2525\nok'
}

@test "what was rolled up is a duplicate when it comes again" {
	try 0 pf-reap --hours-after 1d --days-after 2d
	sql .dump >before
	try 0 pf-ingest lines
	same stdout <<<'{"in":7200,"stored":0,"duplicate":7200,"rejected":0}'
	sql .dump >after
	same after <before
}

@test "what comes late, for the first time, is stored, and rolled up later" {
	grep -v '"type": "resource"' lines | awk 'NR % 5 == 0' >late
	grep -vxFf late lines >rest
	rm pf.db*
	pf-ingest -b 1000 rest >/dev/null
	try 0 pf-reap --hours-after 1d --days-after 2d
	try 0 pf-ingest late lines
	n=$(wc -l <late)
	same stdout <<<"{\"in\":$((7200 + n)),\"stored\":$n,\"duplicate\":7200,\"rejected\":0}"
	try 0 pf-reap --hours-after 1d --days-after 2d
	totals >late-totals
	rm pf.db*
	pf-ingest -b 1000 lines >/dev/null
	try 0 pf-reap --hours-after 1d --days-after 2d
	totals | same late-totals
}

@test "a dry run says the same and does nothing" {
	sql .dump >before
	try 0 pf-reap -n --hours-after 1d
	sed 's/"dry_run":true/"dry_run":false/; s/"id":"[^"]*"//' stdout >would
	sql .dump >after
	same after <before
	try 0 pf-reap --hours-after 1d
	sed 's/"id":"[^"]*"//' stdout >did
	same did <would
	try 0 pf-reap --hours-after 1d
	same stdout </dev/null
}

@test "pf-reap that is killed leaves a store as good as it was" {
	totals >before
	for n in 3 30 90; do
		strace -f -qq -o trace -e trace=pwrite64,fdatasync \
			-e inject=pwrite64,fdatasync:signal=SIGKILL:when="$n" \
			pf-reap --hours-after 1d >/dev/null 2>&1 || :
		totals >after
		same after <before
	done
	try 0 pf-reap --hours-after 1d
	totals >after
	same after <before
	sql 'PRAGMA integrity_check' >check
	same check <<<ok
}

@test "wrong words are refused with a sentence" {
	try 64 pf-reap
	says 'no policy: --older-than or --max-bytes, or --hours-after or --days-after'
	PF_DB='' try 64 pf-reap --hours-after 1d
	says 'no store is given'
	try 64 pf-reap --hours-after 2d --days-after 1d
	says '--days-after is shorter than --hours-after'
	try 64 pf-reap --hours-after 1d directory
	says 'no policy for directories'
	PF_DB=nowhere try 66 pf-reap --hours-after 1d
	says "there is no store 'nowhere'"
}

# Of one writer: what it looked up before is not what it goes by after.
@test "a writer that goes on hears of what is rolled up meanwhile" {
	lines=$(wc -l <lines)
	awk 'NR % 2' lines >first
	awk 'NR % 2 == 0' lines >second
	rm -f "$PF_DB"*
	mkfifo batches
	pf-ingest --session <batches >answers 3>&- &
	writer=$!
	exec 4>batches
	for part in first second first second; do
		pf-ship --spool spool --spool-only --batch 10000 <"$part"
		cat spool/new/* >&4
		rm -r spool
		count=$((count + 1))
		until_true 30 eval '[ "$(grep -c stored answers)" = $count ]'
		pf-reap --hours-after 1d --days-after 2d >/dev/null
	done
	exec 4>&-
	wait $writer
	json '[e["stored"], e["duplicate"]]' answers >got
	half=$((lines / 2))
	printf '[%d, 0]\n[%d, 0]\n[0, %d]\n[0, %d]\n' $half $half $half $half | same got
}

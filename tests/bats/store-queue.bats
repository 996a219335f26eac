# The queue and the rollups on PostgreSQL: the same as on SQLite.

load helper
load store

setup_file() {
	make_public_directory
	export public
	start_server "$public/pg"
	export server
}

teardown_file() {
	[ ! -d "$public/pg/data" ] || stop_server "$public/pg" immediate
	rm -rf "$public"
}

prepare() {
	export PF_DB=$server PF_ARTIFACTS=$PWD/artifacts PF_NODE=n1
	empty_store
}

# job NAME TARGET [MEMBERS]
job() {
	printf '{"job":"%s","target":"%s","command":["./x"]%s}\n' "$1" "$2" "${3-}"
}

# All that can become of a job; the clock is an input.
story() {
	export PF_NOW=2026-11-21T02:00:00Z
	{
		job a-1 a ',"capabilities":["x86","asan"]'
		job a-2 a ',"capabilities":["asan","x86"]'
		job b-1 b ',"capabilities":["asan","x86"],"max_attempts":1'
		job gpu c ',"capabilities":["gpu"],"priority":9,"tier":"long"'
		job plain d ',"tier":"quick","priority":-1'
	} >jobs
	pf-job submit jobs
	pf-job submit jobs
	for i in 1 2 3 4; do pf-job claim -c asan -c x86 -l 10s || echo "none: $?"; done
	pf-job claim -n n2 -c gpu -t quick -t long -l 1h
	pf-job claim -n n2 -c gpu -t none || echo "none: $?"
	PF_NOW=2026-11-21T02:00:05Z pf-job renew -e 1 -l 1h a-1
	pf-job renew -e 7 a-1 || echo "not: $?"
	pf-job cancel -r 'not wanted' plain gpu
	pf-job renew -e 1 gpu || echo "not: $?"
	PF_NOW=2026-11-21T02:30:00Z pf-job sweep
	pf-job list
	pf-job claim -c asan -c x86
	pf-job fail -e 3 -r 'no disk' a-2
	pf-job finish -e 1 -s timed_out a-1
	pf-job submit jobs
	pf-job show a-1 a-2 b-1 gpu plain nope || echo "not: $?"
}

@test "a queue tells the same story in both engines" {
	try 0 story
	mv stdout server.told
	mv stderr server.said
	PF_DB=pf.db try 0 story
	same stdout <server.told
	same stderr <server.said
	same stderr <<<"pf-job: there is no job 'nope'"
	[ "$(wc -l <stdout)" -gt 25 ]
	dump >server.rows
	dump pf.db | same server.rows
}

@test "sixteen at once are given no job twice by a server" {
	for i in {1..200}; do job "a-$i" "t$((i % 7))"; done | pf-job submit
	for i in {1..16}; do
		while pf-job claim -n "node$i"; do :; done >"got$i" 3>&- &
		pids[i]=$!
	done
	for pid in "${pids[@]}"; do wait "$pid" || :; done
	[ "$(cat got* | wc -l)" = 200 ]
	[ "$(json 'e["job"]' <(cat got*) | sort -u | wc -l)" = 200 ]
}

# Two days of two instances, an event in ten minutes.
series() {
	/usr/bin/python3 -c '
import json
for m in range(0, 2880, 10):
    for i in (0, 1):
        ms = 1795046400000 + m * 60000
        print(json.dumps({"v": 1, "id": "%012x%020x" % (ms, i),
            "time": "2026-11-%02dT%02d:%02d:00Z" % (19 + m // 1440,
                m // 60 % 24, m % 60),
            "type": ("stats", "corpus")[i], "node": "n1", "job": "j",
            "data": ({"execs_total": m, "execs_per_second": m / 8,
                "alive": True, "last_find_time": "2026-11-19T00:00:00Z"},
                {"count": m, "added": [{"name": "x%d" % m}]})[i]}))'
}

@test "what is rolled up leaves the same rows in both engines" {
	series >lines
	export PF_NOW=2026-11-21T00:00:00Z
	for db in "$server" pf.db; do
		pf-ingest -d "$db" lines >/dev/null
		try 0 pf-reap -d "$db" --hours-after 0s --days-after 1d
		silent
		[ "$(json 'e["data"]["count"]' | paste -sd ' ')" = '240 240 23 23' ]
		try 0 pf-ingest -d "$db" lines
		same stdout <<<'{"in":576,"stored":0,"duplicate":576,"rejected":0}'
	done
	dump >server.rows
	dump pf.db | same server.rows
}

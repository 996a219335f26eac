# What pf-serve answers: the same as the other programs say of the same store.

load helper
load store
load serve-api

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

prepare() { export PF_DB=$PWD/pf.db PF_ARTIFACTS=$PWD/artifacts; }

# on_postgresql: the store is a server's from now on.
on_postgresql() {
	export PF_DB=$server
	empty_store
}

job() { printf '{"job":"%s","target":"%s","command":["./x"]%s}\n' "$1" "$2" "${3-}"; }

# one_of EXPRESSION: of the JSON in `stdout`.
one_of() { json "$1" stdout; }

# many: 100,000 crashes of 900 groups, three of each moment.
many() {
	awk 'BEGIN { for (n = 0; n < 100000; n++) printf "{\"v\":1," \
		"\"id\":\"01a1fbd4f500%020d\",\"time\":\"2026-11-21T%02d:%02d:%02dZ\"," \
		"\"type\":\"crash\",\"node\":\"n%d\",\"job\":\"j%d\",\"target\":\"t%d\"," \
		"\"data\":{\"group\":\"g%d\",\"severity\":\"LOW\",\"trace\":\"%0200d\"}}\n",
		n, n / 3 / 3600 % 24, n / 3 / 60 % 60, n / 3 % 60, n % 20, n % 300,
		n % 7, n % 900, n }' | pf-ingest --batch 1000 >/dev/null
}

# peak: the most memory that the server has had, in KiB.
peak() { awk '/^VmHWM/ { print $2 }' "/proc/$serving/status"; }

@test "a hundred thousand crashes are read in pages, each once, in little memory" {
	give_tokens
	many
	serve
	walk_list '/api/v1/crashes?limit=1000' crashes id
	[ "$(wc -l <walked)" = 100000 ]
	[ "$(sort -u walked | wc -l)" = 100000 ]
	walk_list '/api/v1/crashes?job=j7&limit=10' crashes id
	[ "$(wc -l <walked)" = 334 ]
	walk_list '/api/v1/crash-groups?limit=7' groups group
	[ "$(sort -u walked | wc -l)" = 900 ]
	[ "$(wc -l <walked)" = 900 ]
	peak=$(peak)
	echo "$peak KiB"
	ldd "$(command -v pf-serve)" | grep -q asan || [ "$peak" -le 65536 ]
	end_server
}

@test "groups are those that pf-report tells, on both engines" {
	give_tokens
	for engine in : on_postgresql; do
		$engine
		mixed | pf-ingest >/dev/null
		serve
		get '/api/v1/crash-groups?limit=1000'
		answered 200
		one_of '"\n".join(json.dumps({k: v for k, v in g.items() if k not in
			("example", "site_linefree", "fixed_time")}, sort_keys=True)
			for g in e["groups"])' >served.groups
		try 0 pf-report --groups
		json 'json.dumps(e, sort_keys=True)' stdout >reported
		[ -s reported ]
		same served.groups <reported
		end_server
	done
}

@test "numbers are those that went in, on both engines" {
	give_tokens
	for engine in : on_postgresql; do
		$engine
		lines 1 5000 | pf-ingest --batch 500 >/dev/null
		serve
		get '/api/v1/stats?job=j&points=2'
		answered 200
		one_of '[[p["samples"], p["execs_total"]] for p in
			e["series"][0]["points"]]' >numbers
		same numbers <<<'[[5000, 5000]]'
		end_server
	done
}

@test "a job that HTTP queues is the command's, and the other way round" {
	give_tokens
	pf-ingest --migrate
	serve
	post /api/v1/jobs "$(job a-1 a; job b-1 b ',"tier":"quick"')"
	answered 201
	try 0 pf-job claim -n n1 -t quick
	[ "$(one_of 'e["job"]')" = b-1 ]
	post /api/v1/jobs/b-1/renew '{"epoch":1}' "$NODE"
	answered 200
	job c-1 c | pf-job submit
	for i in 1 2; do post /api/v1/jobs/claim '{}' "$NODE"; answered 200; done
	post /api/v1/jobs/claim '{}' "$NODE"
	answered 204
	post /api/v1/jobs/c-1/finish '{"epoch":1,"state":"failed","reason":"why"}' "$NODE"
	answered 200
	try 0 pf-job show c-1
	mv stdout shown
	get /api/v1/jobs/c-1
	json 'json.dumps(e, sort_keys=True)' shown |
		same <(one_of 'json.dumps(e, sort_keys=True)')
	end_server
}

@test "sixteen at once are given no job twice" {
	give_tokens
	pf-ingest --migrate
	serve
	post /api/v1/jobs "$(for i in {1..100}; do job "a-$i" "t$((i % 7))"; done)"
	answered 201
	/usr/bin/python3 - "$base" "$ADMIN" >got <<'PYTHON'
import concurrent.futures, json, sys, urllib.request
base, token = sys.argv[1:]
def work(n):
    got = []
    while True:
        answer = urllib.request.urlopen(urllib.request.Request(
            base + "/api/v1/jobs/claim", json.dumps({"node": "n%d" % n}).encode(),
            {"Authorization": "Bearer " + token}), timeout=60)
        if answer.status == 204:
            return got
        got.append(json.load(answer)["job"])
with concurrent.futures.ThreadPoolExecutor(16) as pool:
    for got in pool.map(work, range(16)):
        print(*got, sep="\n", end="\n" if got else "")
PYTHON
	[ "$(wc -l <got)" = 100 ]
	[ "$(sort -u got | wc -l)" = 100 ]
	end_server
}

@test "SQL in every parameter and member is a text, on both engines" {
	give_tokens
	for engine in : on_postgresql; do
		$engine
		mixed | pf-ingest >/dev/null
		dump >before
		serve
		for text in "%27%3B%20DROP%20TABLE%20events%3B%20--" '%27%20OR%201%3D1%20--' \
			'%24%31' '%7Bin%20%3F1%7D' '%FF%5C%5Cx'; do
			for what in 'crashes?target=' 'crashes?group=' 'crashes?node=' \
				'crash-groups?target=' 'jobs?target=' 'jobs?node=' \
				'stats?job=' 'stats?fuzzer=' 'coverage?node='; do
				get "/api/v1/$what$text"
				answered 200
				[ "$(one_of 'len(list(e.values())[0])')" = 0 ]
			done
			for what in crashes crash-groups jobs nodes bots; do
				get "/api/v1/$what/$text"
				answered 404
			done
		done
		post /api/v1/jobs/claim "{\"node\":\"'; DROP TABLE jobs; --\",\"tiers\":[\"' OR 1=1\"]}"
		answered 204
		end_server
		dump | grep -v '^nodes .*DROP TABLE' | diff - before
	done
}

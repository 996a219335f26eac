# pf-serve: batches in over HTTP, and what one sees of them.

load helper
load serve

clean_up() { if mountpoint -q small; then umount small; fi; }

@test "an answer counts what is stored then, however it was packed" {
	serve
	post 200 "$events" -H 'Idempotency-Key: one'
	same stdout <<<'{"key":"one","stored":59,"duplicate":0,"rejected":[]}'
	[ "$(sql 'SELECT count(*) FROM events')" = 59 ]
	gzip -c "$events" >packed
	post 200 packed -H 'Content-Encoding: gzip'
	same stdout <<<'{"stored":0,"duplicate":59,"rejected":[]}'
	zstd -qc "$events" >packed
	post 200 packed -H 'Content-Encoding: zstd'
	same stdout <<<'{"stored":0,"duplicate":59,"rejected":[]}'
	post 200 "$events" -H 'Transfer-Encoding: chunked'
	same stdout <<<'{"stored":0,"duplicate":59,"rejected":[]}'
	stop
	same server.log </dev/null
}

@test "a key that comes again is the same batch, or refused" {
	serve
	head -n 10 "$events" >ten
	post 200 ten -H 'Idempotency-Key: "one"'
	post 200 ten -H 'Idempotency-Key: one'
	same stdout <<<'{"key":"one","stored":0,"duplicate":10,"rejected":[]}'
	post 422 "$events" -H 'Idempotency-Key: one'
	same stdout <<<'{"error":"this key was used for other lines before"}'
	[ "$(sql 'SELECT count(*) FROM events')" = 10 ]
	post 400 ten -H 'Idempotency-Key: a b'
	post 400 ten -H "Idempotency-Key: $(head -c 200 /dev/zero | tr '\0' k)"
	stop
}

@test "bad lines are named, and the others are in" {
	serve
	{ head -n 2 "$events"; echo '{"v":1'; sed -n 3p "$events"; echo 7; } >lines
	post 200 lines
	answers 'e["stored"], [r["line"] for r in e["rejected"]]' >got
	same got <<<'[3, [3, 5]]'
	answers 'e["rejected"][1]["reason"]' | grep -q 'not JSON'
	: >empty
	post 200 empty
	same stdout <<<'{"stored":0,"duplicate":0,"rejected":[]}'
	stop
}

@test "batches that wait are committed together" {
	command -v strace >/dev/null || skip 'strace is not installed'
	# The leak checker cannot work under strace.
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 serve
	strace -f -qq -o trace -e trace=fdatasync \
		-e inject=fdatasync:delay_enter=300000 -p "$serve_pid" 3>&- &
	tracer=$!
	until_true 10 grep -q 'TracerPid:.*[1-9]' "/proc/$serve_pid/status"
	for i in {1..20}; do
		sed -n "${i}p" "$events" >"line$i"
		curl -sS --data-binary "@line$i" "$url/api/v1/results/batch" \
			>"answer$i" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	kill "$tracer"
	grep -hc '"stored":1,' answer* | sort -u >stored
	same stored <<<1
	[ "$(metric pf_serve_commit_batches_sum)" = 20 ]
	[ "$(metric pf_serve_commit_batches_count)" -lt 10 ]
	stop
}

@test "what is answered outlives kill -9" {
	serve
	for i in {1..30}; do
		sed -n "${i}p" "$events" >line
		post 200 line
	done
	kill -KILL "$serve_pid"
	wait "$serve_pid" 2>/dev/null || :
	[ "$(sql 'SELECT count(*) FROM events; PRAGMA integrity_check')" = "30
ok" ]
	serve
	post 200 "$events"
	same stdout <<<'{"stored":29,"duplicate":30,"rejected":[]}'
	stop
}

@test "inputs are kept, and told by what they hold" {
	serve
	printf 'AAAA\0\377' >input
	name=$(xxh128sum input | cut -c 1-32)
	printf '{"v":1,"id":"%032d","time":"2026-11-21T02:00:00Z","type":"crash","data":{"input":{"xxh128":"%s","content":"%s"}}}\n' \
		1 "$name" "$(base64 <input)" >crash
	post 200 crash
	ask 200 GET "/api/v1/artifacts/$name"
	cmp stdout input
	ask 304 GET "/api/v1/artifacts/$name" -H "If-None-Match: \"$name\""
	ask 404 GET "/api/v1/artifacts/${name//[0-9]/a}"
	ask 400 GET /api/v1/artifacts/..%2Fpf.db
	ask 404 GET /api/v1/artifacts/../pf.db --path-as-is
	stop
}

@test "too much of something is 413, before it is read" {
	serve --body-max 4K --unpacked-max 8K --lines-max 20
	post 413 "$events"
	same stdout <<<'{"error":"the body has more than 4096 bytes"}'
	post 413 "$events" -H 'Transfer-Encoding: chunked'
	head -n 60 "$events" | tr '\n' ' ' | gzip -c >packed
	post 413 packed -H 'Content-Encoding: gzip'
	same stdout <<<'{"error":"the body has more than 8192 bytes when it is unpacked"}'
	for i in {1..21}; do echo; done >lines
	post 413 lines
	same stdout <<<'{"error":"the batch has more than 20 lines"}'
	head -c 1000 packed >cut
	post 400 cut -H 'Content-Encoding: gzip'
	same stdout <<<'{"error":"the body is cut off"}'
	post 400 packed -H 'Content-Encoding: zstd'
	post 415 packed -H 'Content-Encoding: br'
	[ "$(sql 'SELECT count(*) FROM events')" = 0 ]
	stop
}

@test "health is the writer's, readiness the store's, too" {
	mkdir small
	mount -t tmpfs -o size=1m none small || skip 'tmpfs cannot be mounted'
	PF_DB=$PWD/small/pf.db serve --min-free 20%
	ask 200 GET /healthz
	ask 200 GET /readyz
	answers 'e["status"]' | same /dev/stdin <<<ok
	head -c 1m /dev/zero >small/ballast || :
	ask 503 GET /readyz
	grep -qi '^retry-after: ' headers
	same stdout <<<"{\"error\":\"the store's disk is nearly full\"}"
	ask 200 GET /healthz
	rm small/ballast
	ask 200 GET /readyz
	stop
	umount small
}

@test "a store that it may only read, or that is busy, is none to start on" {
	pf-ingest -d pf.db "$events" >/dev/null
	chmod 444 pf.db
	try 77 bound_by_modes timeout 20 pf-serve -d pf.db -l "unix:$PWD/socket"
	same stderr <<<"pf-serve: store 'pf.db': attempt to write a readonly database"
	same stdout </dev/null
	[ ! -e socket ]
	chmod 644 pf.db*
	: >begun
	# One that writes and does not end.
	(echo 'BEGIN IMMEDIATE; SELECT 1;' && exec sleep 100) 3>&- |
		sqlite3 pf.db >begun 3>&- &
	until_true 5 grep -q 1 begun
	try 75 timeout 20 pf-serve -d pf.db -l 127.0.0.1:0 --wait 10ms
	same stderr <<<"pf-serve: store 'pf.db' is busy: others held its lock for 10 ms"
}

@test "a store without room is 503, and goes on when there is some" {
	mkdir small
	mount -t tmpfs -o size=600k none small || skip 'tmpfs cannot be mounted'
	PF_DB=$PWD/small/pf.db serve
	head -c 1m /dev/zero >small/ballast 2>/dev/null || :
	post 503 "$events"
	grep -qi '^retry-after: [1-9]' headers
	grep -q 'database or disk is full' stdout
	ask 503 GET /readyz
	rm small/ballast
	post 200 "$events"
	same stdout <<<'{"stored":59,"duplicate":0,"rejected":[]}'
	ask 200 GET /readyz
	stop
	grep -q 'the store takes what it is given again' server.log
	umount small
}

@test "metrics are what promtool likes, and count" {
	command -v promtool >/dev/null || skip 'promtool is not installed'
	serve
	post 200 "$events"
	post 400 "$events" -H 'Content-Encoding: gzip'
	ask 200 GET /metrics
	promtool check metrics <stdout
	grep -qx 'pf_serve_events_total{outcome="stored"} 59' stdout
	grep -qx 'pf_serve_requests_total{kind="batch",code="400"} 1' stdout
	grep -qx 'pf_job_duration_seconds_count 1' stdout
	grep -qx 'pf_jobs{state="running"} 1' stdout
	stop
}

@test "the report is there, and no empty one where there is nothing" {
	serve
	ask 503 GET /
	same stdout <<<'{"error":"pf-report makes no page of this store"}'
	post 200 "$events"
	ask 200 GET /
	grep -q '<title>Fuzzing report</title>' stdout
	grep -qi '^content-security-policy: ' headers
	tag=$(sed -n 's/\r$//; s/^[Ee][Tt]ag: //p' headers)
	ask 304 GET /report/index.html -H "If-None-Match: $tag"
	ask 200 GET /report/summary.txt
	pf-report --summary | same stdout
	ask 200 GET /report/groups.jsonl
	pf-report --groups | same stdout
	ask 404 GET /report/other
	stop
}

@test "a group that is new is told of" {
	serve --on-new "cat >>$PWD/told"
	post 200 "$events"
	until_true 20 eval '[ "$(wc -l <told)" = 3 ]'
	post 200 "$events"
	stop
	json 'e["data"]["group"]' told | sort >groups
	sql 'SELECT key FROM crash_groups ORDER BY key' | same groups
}

@test "maintenance: purge, vacuum, check and backup" {
	mkdir backups
	pf-serve --tokens tokens --token admin:anna >token
	serve --tokens tokens --backups backups --hours-after 1d
	auth=(-H "Authorization: Bearer $(<token)")
	post 200 "$events" "${auth[@]}"
	ask 200 POST /api/v1/system/maintenance "${auth[@]}" \
		-d '{"do":["backup","check","purge","vacuum"]}'
	answers 'list(e), [e[k]["ok"] for k in e], e["purge"]["events"] > 0' >got
	same got <<<'[["purge", "vacuum", "check", "backup"], [true, true, true, true], true]'
	copy=$(answers 'e["backup"]["path"]')
	[ "$(sqlite3 "$copy" 'SELECT sum(crashes) FROM crash_groups')" = 4 ]
	[ "$(find backups -type f)" = "$copy" ]
	sql 'UPDATE crash_groups SET crashes = 7'
	ask 500 POST /api/v1/system/maintenance "${auth[@]}" -d '{"do":["check"]}'
	answers 'e["check"]["problems_total"], e["check"]["ok"]' >got
	same got <<<'[3, false]'
	for body in '' '{}' '{"do":[]}' '{"do":["rm"]}' '{"do":["check"],"x":1}'; do
		ask 400 POST /api/v1/system/maintenance "${auth[@]}" -d "$body"
	done
	stop
}

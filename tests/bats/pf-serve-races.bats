# pf-serve when all comes at once: many with one key, signals under load, a
# store that fills up, goes away or belongs to somebody else for a while.

load helper
load serve
load store

prepare() { export PF_DB=$PWD/pf.db PF_ARTIFACTS=$PWD/artifacts; }

clean_up() {
	[ ! -d small ] || umount small || :
	[ -z "${public-}" ] || {
		stop_server "$public/pg" immediate || :
		rm -rf "$public"
	}
}

# load PART: batches of ten lines, one after another, until one has no answer
# any more; the keys of those that are stored go to acknowledged.PART.
load_it() {
	local i status
	for ((i = $1 * 1000; i < $1 * 1000 + 900; i++)); do
		status=$(lines $((i * 10)) $((i * 10 + 9)) | curl -s --max-time 30 \
			-o "body.$1" -w '%{http_code}' -H "Idempotency-Key: key-$i" \
			--data-binary @- "$url/api/v1/results/batch" 3>&-) || :
		case $status in
		200) echo "key-$i" >>"acknowledged.$1" ;;
		503) sleep 0.1 ;;
		*) return 0 ;;
		esac
	done
}

# under_load COMMAND…: while four send.
under_load() {
	local part
	: >acknowledged.0
	for part in 1 2 3 4; do load_it "$part" 3>&- & done
	until_true 20 some_acknowledged 20
	"$@"
}

some_acknowledged() { [ "$(cat acknowledged.* | wc -l)" -ge "$1" ]; }

# kept: what was acknowledged is there, and each event once with its batch.
kept() {
	cat acknowledged.* | sort >acknowledged
	sql 'SELECT key FROM batches' | sort >there
	comm -23 acknowledged there >lost
	same lost </dev/null || return
	sql 'SELECT count(*) - count(DISTINCT id) FROM events' >twice
	same twice <<<0 || return
	[ "$(stored)" = "$(($(wc -l <there) * 10))" ]
}

@test 'one key on 16 connections at once: one is stored, the others know' {
	serve
	lines 1 100 >same
	for i in {1..16}; do
		curl -s -o "answer.$i" -H 'Idempotency-Key: k' --data-binary @same \
			"$url/api/v1/results/batch" 3>&- &
		pids[i]=$!
	done
	wait "${pids[@]}"
	cat answer.* >all
	json 'e["stored"] + e["duplicate"]' all | sort | uniq -c | xargs >got
	same got <<<'16 100'
	json 'e["stored"]' all | sort | uniq -c | xargs >got
	same got <<<'15 0 1 100'
	stop
}

@test 'one key for other lines on 16 connections at once: one wins' {
	serve
	for i in {1..16}; do
		lines "$i" "$i" | curl -s -o /dev/null -w '%{http_code}\n' \
			-H 'Idempotency-Key: k' --data-binary @- \
			"$url/api/v1/results/batch" >"status.$i" 3>&- &
		pids[i]=$!
	done
	wait "${pids[@]}"
	cat status.* | sort | uniq -c | xargs >got
	same got <<<'1 200 15 422'
	[ "$(stored)" = 1 ]
	stop
}

@test 'SIGHUP under load changes nothing for who sends' {
	serve
	hang_up_often() { for _ in {1..20}; do kill -HUP "$serve_pid" && sleep 0.05; done; }
	under_load hang_up_often
	n=$(cat acknowledged.* | wc -l)
	until_true 20 some_acknowledged $((n + 20))
	stop
	wait
	kept
}

@test 'SIGTERM under load: what was acknowledged is there, nothing twice' {
	serve
	under_load stop
	wait
	kept
}

@test 'kill -9 under load: what was acknowledged is there, nothing twice' {
	serve
	under_load kill -KILL "$serve_pid"
	wait
	kept
	sound
}

@test 'a disk that is full is 503 with Retry-After, until there is room' {
	mkdir small
	mount -t tmpfs -o size=1m none small || skip 'tmpfs cannot be mounted'
	PF_DB=$PWD/small/pf.db
	serve
	lines 1 20000 >much
	post 503 much -H 'Idempotency-Key: much'
	grep -qi '^retry-after: ' headers
	ask 503 GET /readyz
	mount -o remount,size=64m small
	post 200 much -H 'Idempotency-Key: much'
	answers 'e["stored"]' >got
	same got <<<20000
	ask 200 GET /readyz
	sound
	stop
}

@test 'a store that is taken away is not written to' {
	serve
	lines 1 10 >ten
	lines 11 20 >more
	post 200 ten
	mkdir away
	mv "$PF_DB"* away/
	post 503 more
	ask 503 GET /readyz
	mv away/* .
	post 200 more
	[ "$(stored)" = 20 ]
	stop
}

@test 'who waits for a busy store when the server ends is answered' {
	serve --wait 20s --stop-timeout 1s --on-new true
	found 1 >one
	sqlite3 "$PF_DB" 'BEGIN IMMEDIATE' '.shell touch locked; sleep 4' 3>&- &
	until_true 5 test -e locked
	curl -s -o answer --data-binary @one "$url/api/v1/results/batch" 3>&- &
	until_true 5 is_connected 1
	stop 75
	wait
	[ "$(stored)" = 1 ]
}

@test 'readers that do not read hold so much memory, and no more' {
	serve --held-max 8M --answer-timeout 20s
	mkdir -p artifacts
	head -c 15000000 /dev/urandom >input
	hash=$(xxh128sum <input | cut -d ' ' -f 1)
	mv input "artifacts/$hash"
	for i in {1..12}; do
		curl -s --limit-rate 1K -D "headers.$i" -o /dev/null \
			"$url/api/v1/artifacts/$hash" 3>&- &
		pids[i]=$!
	done
	until_true 10 all_answered
	grep -h '^HTTP' headers.[0-9]* | cut -d ' ' -f 2 | sort | uniq -c | xargs >got
	same got <<<'1 200 11 503'
	ask 200 GET /healthz
	kill "${pids[@]}" "$serve_pid" || :
}

all_answered() { [ "$(cat headers.[0-9]* | grep -c '^HTTP')" = 12 ]; }

# holder LENGTH: says that a body is to come, and sends none.
holder() {
	exec 3>"/dev/tcp/127.0.0.1/${url##*:}"
	printf 'POST /api/v1/results/batch HTTP/1.1\r\nHost: x\r\n' >&3
	printf 'Content-Length: %d\r\n\r\n' "$1" >&3
	exec sleep 60
}

@test 'large bodies that do not come leave room for small ones' {
	serve --held-max 4M
	for length in 2900000 1200000; do
		holder $length &
		pids+=($!)
		until_true 5 is_connected 1
	done
	lines 1 1300 >small
	post 200 small
	kill "${pids[@]}" "$serve_pid"
}

@test 'a body for which there is no room waits until there is' {
	serve --held-max 100K
	holder 99000 &
	holder=$!
	until_true 5 is_connected 1
	lines 1 100 >small
	curl -s -o answer -w '%{http_code}' --data-binary @small \
		"$url/api/v1/results/batch" >code 3>&- &
	asker=$!
	until_true 5 is_connected 2
	kill "$holder"
	wait "$asker"
	[ "$(<code)" = 200 ]
	[ "$(stored)" = 100 ]
	stop
}

@test 'a body that has waited too long is told to come again' {
	serve --held-max 100K
	holder 99000 &
	holder=$!
	until_true 5 is_connected 1
	lines 1 100 >small
	post 503 small
	grep -qi '^retry-after: [12]' headers
	kill "$holder"
	until_true 10 post 200 small
	stop
}

@test 'whoever waits for room when the server stops is told so' {
	serve --held-max 100K --stop-timeout 2s
	holder 99000 &
	holder=$!
	until_true 5 is_connected 1
	lines 1 100 >small
	curl -s -o answer -w '%{http_code}' --data-binary @small \
		"$url/api/v1/results/batch" >code 3>&- &
	asker=$!
	until_true 5 is_connected 2
	stop 75
	wait "$asker"
	[ "$(<code)" = 503 ]
	kill "$holder"
}

is_connected() { [ "$(metric pf_serve_connections)" -gt "$1" ]; }

@test 'a node does not take over the event of another' {
	for node in n1 n2; do
		pf-serve --tokens tokens --token "node:$node" >"$node"
	done
	serve --tokens tokens
	event 1 stats '{"execs_total":1}' >mine
	sed 's/"n1"/"n2"/; s/"v":1,/&"rev":7,/' mine >theirs
	post 200 mine -H "Authorization: Bearer $(<n1)"
	post 200 theirs -H "Authorization: Bearer $(<n2)"
	answers 'e["stored"], e["duplicate"], e["rejected"][0]["reason"]' >got
	same got <<<"[0, 0, \"the store refuses it: event $(json 'e["id"]' mine) is another node's\"]"
	sql 'SELECT node, rev FROM events' >got
	same got <<<'n1|0'
	stop
}

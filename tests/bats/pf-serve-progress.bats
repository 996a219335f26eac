# pf-serve: what happens to a job, as it is committed.

load helper
load serve

prepare() {
	serve
	post 200 "$events"
}

# follow FILE JOB [CURL-OPTION…]: in the background, into the file.
follow() {
	local file=$1 job=$2
	shift 2
	curl -sSN --max-time 60 "$url/api/v1/jobs/$job/progress" "$@" >"$file" 3>&- &
	follower=$!
}

told() { grep -c "^event: $2\$" "$1"; }
has() { [ "$(told "$1" "$2")" = "$3" ]; }

# stats N: one more, later than all.
stats() {
	printf '{"v":1,"id":"%032x","time":"2026-11-22T02:00:%02d.000Z","type":"stats","node":"sgp1","job":"json-afl","target":"json","fuzzer":"afl++","data":{"instance":"main","execs_total":%d}}\n' \
		"$((0x7000 + $1))" "$1" "$((900000 + $1))" >stats
}

@test "a stream begins with how things stand and goes on with what is new" {
	follow stream json-afl
	until_true 10 has stream crash 2
	[ "$(told stream state)" = 1 ]
	[ "$(told stream stats)" = 2 ]
	stats 1
	post 200 stats
	until_true 10 has stream stats 3
	sed -n 's/^data: //p' stream | tail -n 1 >last
	[ "$(json 'e["execs_total"]' last)" = 900001 ]
	[ "$(json 'e["instance"]' last)" = main ]
	kill "$follower"
	ask 404 GET /api/v1/jobs/nobody/progress
	stop
}

@test "what others commit to the store is told, too" {
	follow stream json-afl
	until_true 10 has stream stats 2
	stats 2
	pf-ingest stats >/dev/null
	until_true 10 has stream stats 3
	kill "$follower"
	stop
}

@test "who comes back is told what has changed since, and nothing else" {
	follow stream json-afl
	until_true 10 has stream crash 2
	kill "$follower"
	last=$(sed -n 's/^id: //p' stream | tail -n 1)
	stats 3
	post 200 stats
	follow again json-afl -H "Last-Event-ID: $last"
	until_true 10 has again stats 1
	stats 4
	post 200 stats
	until_true 10 has again stats 2
	[ "$(grep -c ^event: again)" = 2 ]
	kill "$follower"
	follow anew json-afl -H 'Last-Event-ID: 0123456789abcdef-3'
	until_true 10 has anew crash 2
	kill "$follower"
	stop
}

@test "streams end with the server, and there are not too many" {
	stop
	serve --streams 2
	follow one json-afl
	first=$follower
	follow two json-afl
	until_true 10 has one crash 2
	until_true 10 has two crash 2
	ask 503 GET /api/v1/jobs/json-afl/progress
	grep -qi '^retry-after: ' headers
	kill -TERM "$serve_pid"
	wait "$serve_pid"
	for pid in "$first" "$follower"; do wait "$pid" || :; done
}

# ended PID: curl's stream is over, and not by a time-out.
ended() {
	local got=0
	until_true 10 not kill -0 "$1" 2>/dev/null || return
	wait "$1" || got=$?
	[ "$got" != 28 ]
}

# is_alone WHO: no connection is open but the one that asks.
is_alone() {
	ask 200 GET /metrics -H "Authorization: Bearer $(<"$1")" &&
		grep -qx 'pf_serve_connections 1' stdout
}

@test "tokens that are read again cut streams off, and who still may comes back" {
	stop
	for who in board wall; do
		pf-serve --tokens tokens --token "reader:$who" >"$who"
	done
	serve --tokens tokens --streams 2
	for who in board wall; do
		follow "first.$who" json-afl -H "Authorization: Bearer $(<$who)"
		followers+=("$follower")
		until_true 10 has "first.$who" crash 2
	done
	pf-serve --tokens tokens --revoke wall
	kill -HUP "$serve_pid"
	for pid in "${followers[@]}"; do ended "$pid"; done
	ask 401 GET /api/v1/jobs/json-afl/progress -H "Authorization: Bearer $(<wall)"
	# Those that were cut off hold no place.
	until_true 10 is_alone board
	last=$(sed -n 's/^id: //p' first.board | tail -n 1)
	stats 5
	pf-ingest stats >/dev/null
	follow again json-afl -H "Authorization: Bearer $(<board)" \
		-H "Last-Event-ID: $last"
	until_true 10 has again stats 1
	[ "$(grep -c ^event: again)" = 1 ]
	follow other json-afl -H "Authorization: Bearer $(<board)"
	until_true 10 has other crash 2
	stop
}

@test "limits that are read again leave streams as they are" {
	follow stream json-afl
	until_true 10 has stream crash 2
	kill -HUP "$serve_pid"
	until_true 5 grep -q 'were read again' server.log
	stats 6
	post 200 stats
	until_true 10 has stream stats 3
	kill "$follower"
	stop
}

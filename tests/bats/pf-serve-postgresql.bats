# pf-serve on PostgreSQL, when the server goes away or keeps it waiting.

load helper
load serve
load store

prepare() {
	make_public_directory
	start_server "$public/pg"
	export PF_DB=$server PF_ARTIFACTS=$PWD/artifacts
	# serve.bash has one for files alone.
	sql() { psql -XAtq -d "$PF_DB" -c 'SET search_path = pf' "${@/#/-c}"; }
}

clean_up() {
	stop_server "$public/pg" immediate || :
	rm -rf "$public"
}

# send N: the batch of that number; its key to `acknowledged` once it is there.
send() {
	local status
	status=$(lines $(($1 * 10)) $(($1 * 10 + 9)) | curl -s --max-time 60 \
		-o body -w '%{http_code}' -H "Idempotency-Key: key-$1" \
		--data-binary @- "$url/api/v1/results/batch" 3>&-) || return
	case $status in
	200) echo "key-$1" >>acknowledged ;;
	503) return 1 ;;
	*) echo "status $status"; cat body; exit 1 ;;
	esac
}

send_all() {
	local i
	for ((i = 1; i <= 60; i++)); do until_true 60 send "$i" || return; done
}

has_acknowledged() { [ "$(wc -l <acknowledged)" -ge "$1" ]; }

@test 'PostgreSQL is killed and comes back under load: each event once' {
	: >acknowledged
	serve --wait 2s
	send_all >said 2>&1 3>&- &
	sender=$!
	for n in 5 20 35; do
		until_true 60 has_acknowledged "$n"
		kill_server "$public/pg"
		start_server "$public/pg"
	done
	wait "$sender"
	same said </dev/null
	[ "$(sql 'SELECT count(*) FROM events')" = 600 ]
	[ "$(sql 'SELECT count(*) FROM batches')" = 60 ]
	stop
}

@test 'who watches a job of a store that does not answer holds up nobody' {
	serve --readers 4
	lines 1 10 >ten
	post 200 ten
	curl -sN -o watched "$url/api/v1/jobs/j/progress" 3>&- &
	watcher=$!
	until_true 10 grep -q '^event: stats' watched
	psql -XAtq -d "$PF_DB" -c 'BEGIN' \
		-c 'LOCK TABLE pf.series IN ACCESS EXCLUSIVE MODE' \
		-c 'SELECT pg_sleep(20)' >/dev/null 3>&- &
	until_true 10 waits_for_lock
	for _ in 1 2 3 4; do
		curl -sN -o /dev/null "$url/api/v1/jobs/j/progress" 3>&- &
		watcher+=" $!"
	done
	for _ in {1..8}; do ask 200 GET /healthz --max-time 3; done
	# shellcheck disable=SC2086
	kill $watcher "$serve_pid"
}

# The thread that looks for those who watch does.
waits_for_lock() {
	[ "$(psql -XAtq -d "$PF_DB" -c "SELECT count(*) FROM pg_stat_activity
		WHERE wait_event_type = 'Lock'")" -ge 1 ]
}

# PostgreSQL with a synchronous standby: what was acknowledged outlives the
# primary. PF_ROUNDS=N loses it so many times, PF_SEED=NUMBER at the same moments.

load helper
load store

prepare() {
	make_public_directory
	export PF_ARTIFACTS=$PWD/artifacts
}

clean_up() {
	local which
	for which in primary standby; do
		[ ! -e "$public/$which/data/postmaster.pid" ] ||
			stop_server "$public/$which" immediate || :
	done
	rm -rf "$public"
}

# pair: a primary at PF_DB and a standby at `standby` that it waits for.
pair() {
	start_server "$public/primary"
	export PF_DB=$server
	mkdir "$public/standby"
	pg_basebackup --dbname "$PF_DB" --pgdata "$public/standby/data" \
		--checkpoint fast --wal-method stream
	echo "primary_conninfo = 'host=127.0.0.1 port=$(
		cat "$public/primary/port") user=pf application_name=standby'" \
		>>"$public/standby/data/postgresql.auto.conf"
	touch "$public/standby/data/standby.signal"
	/usr/bin/python3 -c '
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])' >"$public/standby/port"
	[ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$public/standby"
	start_standby
	on_primary "ALTER SYSTEM SET synchronous_standby_names = 'standby'"
	on_primary 'SELECT pg_reload_conf()' >/dev/null
	until_true 20 is_synchronous
}

start_standby() {
	start_server "$public/standby"
	standby=$server
}

on_primary() { psql -XAtq -d "$PF_DB" -c "$1"; }

is_synchronous() {
	[ "$(on_primary 'SELECT sync_state FROM pg_stat_replication')" = sync ]
}

# Whether a commit of ours waits for the standby.
is_waiting() {
	[ "$(on_primary "SELECT count(*) FROM pg_stat_activity
		WHERE application_name = 'pf' AND wait_event = 'SyncRep'")" = "${1:-1}" ]
}

# lose_primary AFTER: kills it when so many batches are acknowledged, and makes
# the standby the store.
lose_primary() {
	pf-ingest --wait 100ms --session <input >answers 2>err 3>&- &
	pid=$!
	answered() { [ "$(wc -l <answers)" -ge "$1" ]; }
	until_true 20 answered "$1"
	kill_server "$public/primary"
	status=0
	wait "$pid" || status=$?
	psql -XAtq -d "$standby" -c 'SELECT pg_promote()' >/dev/null
	PF_DB=$standby
}

@test "what was acknowledged is in the standby when the primary is lost" {
	seed=${PF_SEED:-$RANDOM}
	RANDOM=$seed
	{ mixed; lines 100 1500; } | spool 15
	batches >input
	export PF_DB=$PWD/pf.db
	pf-ingest --session <input >/dev/null
	dump >expected
	rm -r "$PF_ARTIFACTS"
	for ((round = 0; round < ${PF_ROUNDS:-5}; round++)); do
		after=$((RANDOM % 100 + 1))
		echo "PF_SEED=$seed round $round: lost after $after batches"
		pair
		lose_primary "$after"
		echo "acknowledged: $(acknowledged answers | wc -l) of $(find spool/new -type f | wc -l), status $status"
		keeps answers
		try 0 pf-ingest --session <input
		dump | same expected
		clean_up
		make_public_directory
	done
}

@test "a commit waits for the standby, and is acknowledged when it has it" {
	pair
	lines 1 10 | spool
	batches >input
	pf-ingest --migrate
	stop_server "$public/standby" fast
	pf-ingest --session <input >answers 2>stderr 3>&- &
	pid=$!
	until_true 20 is_waiting
	[ ! -s answers ]
	start_standby
	wait "$pid"
	silent
	[ "$(acknowledged answers | wc -l)" = 1 ]
	[ "$(psql -XAtq -d "$standby" -c 'SELECT count(*) FROM pf.events')" = 10 ]
}

# The second try found all there, wrote nothing, waited for nobody and answered.
@test "a commit whose wait is cancelled is not acknowledged, nor is its like" {
	pair
	lines 1 10 | spool
	batches >input
	pf-ingest --migrate
	stop_server "$public/standby" fast
	pf-ingest --session <input >answers 2>stderr 3>&- &
	pid=$!
	cancel="SELECT pg_cancel_backend(pid) FROM pg_stat_activity
		WHERE application_name = 'pf' AND wait_event = 'SyncRep'"
	for i in 1 2 3; do
		until_true 20 is_waiting
		on_primary "$cancel" >/dev/null
	done
	until_true 20 is_waiting
	# It can be read, but whoever sends it again waits as well.
	[ "$(stored)" = 10 ]
	pf-ingest --session <input >again 2>again.err 3>&- &
	lines 1 10 | pf-ingest >third 2>third.err 3>&- &
	until_true 20 is_waiting 3
	cat answers again third | same /dev/fd/5 5</dev/null
	start_standby
	wait "$pid"
	for pid in $(jobs -p); do wait "$pid"; done
	json 'e["duplicate"]' <(cat answers again third) | xargs >known
	same known <<<'10 10 10'
	cat stderr again.err third.err | same /dev/fd/5 5</dev/null
}

@test "a wait that is cancelled for longer than the time given is temporary" {
	pair
	lines 1 10 | spool
	batches >input
	pf-ingest --migrate
	stop_server "$public/standby" fast
	pf-ingest --wait 1ms --session <input >answers 2>stderr 3>&- &
	pid=$!
	until_true 20 is_waiting
	on_primary "SELECT pg_cancel_backend(pid) FROM pg_stat_activity
		WHERE application_name = 'pf'" >/dev/null
	status=0
	wait "$pid" || status=$?
	[ "$status" = 75 ]
	says 'no standby has confirmed the commit'
	json '[e.get("stored"), e["exit"]]' answers >answer
	same answer <<<'[null, 75]'
}

@test "a standby is not written to" {
	pair
	pf-ingest --migrate
	lines 1 10 >all
	try 77 pf-ingest --db "$standby" all
	says 'read-only transaction'
	hosts=${standby#*@} hosts=${hosts%/*},${PF_DB#*@}
	try 0 pf-ingest --db "postgresql://pf@$hosts?target_session_attrs=read-write" all
	[ "$(stored)" = 10 ]
}

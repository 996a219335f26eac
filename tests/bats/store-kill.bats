# kill -9 of pf-ingest at its system calls, one after another, and at random
# moments. A selection; PF_KILL_ALL=1 takes every call, PF_ROUNDS=N so many
# random moments, and PF_SEED=NUMBER repeats those that failed.

load helper
load store

setup_file() {
	make_public_directory
	export public
}

teardown_file() {
	[ ! -d "$public/pg/data" ] || stop_server "$public/pg" immediate
	rm -rf "$public"
}

prepare() {
	command -v strace >/dev/null || skip 'strace is not installed'
	export PF_ARTIFACTS=$PWD/artifacts
}

on_sqlite() { export PF_DB=$PWD/pf.db; }

on_postgresql() {
	if [ ! -e "$public/address" ]; then
		start_server "$public/pg"
		echo "$server" >"$public/address"
	fi
	server=$(cat "$public/address")
	export PF_DB=$server
}

# The calls that change something, or tell somebody.
calls=write,pwrite64,fsync,fdatasync,openat,renameat,ftruncate,unlink,unlinkat
calls=$calls,mkdir,sync_file_range,sendto,recvfrom

# The leak checker cannot work under strace.
traced() { ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -qq "$@"; }

# points LIMIT COMMAND…: "CALL N" for what an undisturbed run calls, all that
# there are or about so many; its input is the file `input`.
points() {
	local limit=$1
	shift
	traced -o trace -e trace=$calls "$@" <input >answers
	[ -z "${PF_KILL_ALL-}" ] || limit=1000000
	sed -nE 's/^([a-z0-9_]+)\(.*/\1/p' trace | awk -v limit="$limit" '
		{point[NR] = $1 " " ++n[$1]}
		END {
			step = NR > limit ? NR / limit : 1
			for (i = 1; i <= NR; i += step) print point[int(i)]
		}' >points
	[ -s points ]
	echo "# $(wc -l <points) of $(wc -l <trace) points" >&3
}

# killed CALL N COMMAND…: at its Nth CALL.
killed() {
	local call=$1 n=$2
	shift 2
	try 137 traced -o trace -e "trace=$call" \
		-e "inject=$call:signal=SIGKILL:when=$n" "$@" <input
}

# complete: after all was sent again, it is as if nothing had happened.
complete() {
	pf-ingest --session <input >again 2>again.err 3>&- || {
		cat again.err
		return 1
	}
	acknowledged again | same keys && dump | same expected && sound &&
		find "$PF_ARTIFACTS" -mindepth 1 -printf '%f\n' | sort | same kept
}

# expect: what is there after an undisturbed run, in the files that complete
# compares with; the batches are in `input`.
expect() {
	mixed | spool 15
	batches >input
	empty_store
	pf-ingest --session <input >answers
	acknowledged answers >keys
	dump >expected
	find "$PF_ARTIFACTS" -mindepth 1 -printf '%f\n' | sort >kept
	[ "$(wc -l <kept)" = 8 ]
	keeps answers
}

kill_ingest_everywhere() {
	expect
	empty_store
	points "$1" pf-ingest --session
	while read -r call n; do
		echo "killed at $call $n"
		empty_store
		killed "$call" "$n" pf-ingest --session
		mv stdout answers
		keeps answers
		complete
	done <points
}

@test "SQLite: killed at any call, what was acknowledged is there, the rest once" {
	on_sqlite
	kill_ingest_everywhere 40
}

@test "PostgreSQL: killed at any call, what was acknowledged is there, the rest once" {
	on_postgresql
	kill_ingest_everywhere 40
}

# at_random ROUNDS: one that is killed while another sends the same.
at_random() {
	local i ms pid
	seed=${PF_SEED:-$RANDOM}
	RANDOM=$seed
	expect
	for ((i = 0; i < ${PF_ROUNDS:-$1}; i++)); do
		ms=$(printf '0.%03d' $((RANDOM % 120 + 1)))
		echo "PF_SEED=$seed round $i: killed after $ms s"
		empty_store
		pf-ingest --session <input >other 2>other.err 3>&- &
		pid=$!
		timeout -s KILL "$ms" pf-ingest --session <input >answers 3>&- || :
		wait "$pid"
		cat answers >>other
		keeps other
		complete
	done
}

@test "SQLite: killed at random beside another that sends the same" {
	on_sqlite
	at_random 8
}

@test "PostgreSQL: killed at random beside another that sends the same" {
	on_postgresql
	at_random 8
}

# filled: a store with all that the second step of the schema adds.
filled() {
	{
		mixed
		event 501 crash '{"group":"b","build_id":"b1"}' '"target":"t",'
		event 502 crash '{"group":"b","build_id":"b2"}'
	} >lines
	empty_store
	pf-ingest --on-new false lines >/dev/null 2>&1 || [ $? = 1 ]
	pf-ingest --state fixed b
	pf-reap --hours-after 1h >/dev/null
}

# older FILE: what the first step can hold of it.
older() {
	sed -E '/^(announcements|builds|rolled|rollups) /d
		/^schema_migrations .*"(triage|rollups|lists|late)"/d
		/^crashes /s/ "(node|job|target)": ("[^"]*"|null),?//g
		/^crash_groups /s/ "(state|fixed_at)": [^,}]*,?//g
		s/, \}/}/; s/,\}/}/' "$1"
}

@test "a filled store goes down and up and loses only what is of the newer step" {
	for on in on_sqlite on_postgresql; do
		$on
		filled
		dump >newer
		try 0 pf-ingest --migrate=1
		silent
		dump >now
		older newer | same now
		try 0 pf-ingest --migrate
		dump >now
		sed -E '/^(announcements|rolled|rollups) /s/ .*/ is empty/' newer |
			uniq |
			sed -E '/^crash_groups /{s/"state": "fixed"/"state": "new"/
				s/ "fixed_at": [0-9]+,//}' | sort >wanted
		sort now | same wanted
	done
}

# refill: the store as it was before the migration.
refill() {
	case $PF_DB in
	postgresql:*)
		psql -Xq -d "$server" -c 'DROP DATABASE IF EXISTS work' \
			-c 'CREATE DATABASE work TEMPLATE before'
		;;
	*) rm -f "$PF_DB"* && cp before "$PF_DB" ;;
	esac
}

# before_is_now: keeps the store for refill.
before_is_now() {
	case $PF_DB in
	postgresql:*)
		psql -Xq -d "$server" -c 'DROP DATABASE IF EXISTS before' \
			-c "CREATE DATABASE before TEMPLATE postgres"
		PF_DB=${server%/*}/work
		;;
	*) cp "$PF_DB" before ;;
	esac
}

# kill_migration LIMIT VERSION: one of the versions on the way, whole; from
# nothing there is none between.
kill_migration() {
	local version
	before_is_now
	refill
	version=$(pf-ingest --schema-version)
	dump >"rows.$version"
	while [ "$version" != 0 ] && [ "$version" != "$2" ]; do
		version=$((version < $2 ? version + 1 : version - 1))
		pf-ingest "--migrate=$version"
		dump >"rows.$version"
	done
	pf-ingest "--migrate=$2"
	dump >"rows.$2"
	refill
	: >input
	points "$1" pf-ingest "--migrate=$2"
	while read -r call n; do
		echo "pf-ingest --migrate=$2 killed at $call $n"
		refill
		killed "$call" "$n" pf-ingest "--migrate=$2"
		dump >now
		same "rows.$(pf-ingest --schema-version)" <now
		sound
		try 0 pf-ingest "--migrate=$2"
	done <points
	[ -z "${server-}" ] || PF_DB=$server
}

@test "SQLite: a migration that is killed has happened or not" {
	on_sqlite
	filled
	latest=$(pf-ingest --schema-version)
	kill_migration 15 1
	pf-ingest --migrate=1
	kill_migration 15 "$latest"
	pf-ingest --migrate=0
	kill_migration 15 "$latest"
}

@test "PostgreSQL: a migration that is killed has happened or not" {
	on_postgresql
	filled
	latest=$(pf-ingest --schema-version)
	kill_migration 8 1
	pf-ingest --migrate=1
	kill_migration 8 "$latest"
}

@test "a store whose making is killed is none or a whole one" {
	for on in on_sqlite on_postgresql; do
		$on
		empty_store
		: >input
		points 15 pf-ingest --migrate
		dump >whole
		latest=$(pf-ingest --schema-version)
		while read -r call n; do
			echo "$on: making killed at $call $n"
			empty_store
			killed "$call" "$n" pf-ingest --migrate
			if [ "$(pf-ingest --schema-version 2>/dev/null)" = "$latest" ]; then
				dump | same whole
			else
				dump >now 2>/dev/null || :
				not grep -q . now
			fi
			lines 1 1 | try 0 pf-ingest
		done <points
	done
}

# Shared by the tests of the store: a server, events, batches, and what a store
# holds. Loaded after `helper`; PF_DB is the store.

campaign=$pf_root/tests/fixtures/events/campaign.jsonl

# The server may run as another user, who must reach its directory.
make_public_directory() {
	public=$(mktemp -d "${TMPDIR:-/tmp}/pf-XXXXXX")
	chmod 755 "$public"
}

# start_server DIR [SETTING=VALUE]…: its address in `server`; without one
# installed the test is skipped.
start_server() {
	local got=0
	server=$("$pf_root/tests/postgresql" start "$@" 3>&-) || got=$?
	[ "$got" != 69 ] || skip 'no PostgreSQL server is installed'
	return "$got"
}

# stop_server DIR [MODE]
stop_server() { "$pf_root/tests/postgresql" stop "$@" 3>&-; }

# kill_server DIR: all of its processes at once, as if power had failed.
kill_server() {
	local main all
	main=$(head -n 1 "$1/data/postmaster.pid")
	kill -STOP "$main"
	all="$main $(ps -o pid= --ppid "$main" | xargs)"
	# shellcheck disable=SC2086
	kill -KILL $all
	until_true 20 all_gone "$all"
}

all_gone() {
	local pid
	for pid in $1; do
		not kill -0 "$pid" 2>/dev/null || return
	done
}

# sql STATEMENT…: on the store, whatever engine holds it.
sql() {
	case $PF_DB in
	postgresql:*) psql -XAtq -v ON_ERROR_STOP=1 -d "$PF_DB" \
		-c 'SET search_path = pf' "${@/#/-c}" ;;
	*) sqlite3 -cmd '.timeout 20000' "$PF_DB" "$@" ;;
	esac
}

# empty_store: nothing is there, neither tables nor inputs.
empty_store() {
	rm -rf "$PF_ARTIFACTS"
	case $PF_DB in
	postgresql:*) sql 'SET client_min_messages = error' \
		'DROP SCHEMA IF EXISTS pf CASCADE' ;;
	*) rm -f "$PF_DB" "$PF_DB"-* ;;
	esac
}

dump() { "$pf_root/tests/store-dump" "${1:-$PF_DB}"; }

# stored [N]: how many events are there, or whether there are so many.
stored() {
	local n
	n=$(sql 'SELECT count(*) FROM events' 2>/dev/null) || n=0
	if [ $# = 0 ]; then echo "$n"; else [ "$n" -ge "$1" ]; fi
}

# event ID-END TYPE DATA [MEMBERS]: an event line with an id that ends so.
event() {
	printf '{"v":1,"id":"01a1fbd4f500%020d","time":"2026-11-21T02:00:00Z",' "$1"
	printf '"type":"%s","node":"n1",%s"data":%s}\n' "$2" "${4-}" "$3"
}

# lines FROM TO: that many stats events.
lines() {
	seq "$1" "$2" | awk '{printf "{\"v\":1,\"id\":\"01a1fbd4f500%020d\"," \
		"\"time\":\"2026-11-21T02:00:00Z\",\"type\":\"stats\"," \
		"\"node\":\"n1\",\"job\":\"j\",\"data\":{\"execs_total\":%d}}\n",
		$1, $1}'
}

# found N [GROUP]: a crash of group N whose input, "input N", is embedded.
found() {
	event "$((900000 + $1))" crash "{\"group\":\"${2:-g$1}\",\"input\":{$(
		printf '"xxh128":"%s","content":"%s"' \
			"$(printf 'input %d' "$1" | xxh128sum | cut -d ' ' -f 1)" \
			"$(printf 'input %d' "$1" | base64)")}}" '"job":"j",'
}

# mixed: a campaign, embedded inputs, twins and revs, 80 lines in all.
mixed() {
	local i
	head -n 30 "$campaign"
	for i in 1 2 3 4 5 6 7 8; do found "$i" "g$((i % 3))"; done
	tail -n +31 "$campaign"
	lines 1 10
	found 1 g9 | sed 's/"v":1,/&"rev":1,/'
	found 2 g9 | sed 's/"v":1,/&"rev":2,/'
	lines 10 10
}

# spool [BATCH]: standard input as batches in the directory `spool`.
spool() {
	pf-ship --spool spool --spool-only --batch "${1:-10}" 3>&-
}

# batches: all that are spooled, as a session has them.
batches() { cat spool/new/*; }

# acknowledged FILE…: the keys of the batches that were answered as stored.
acknowledged() { grep -ho '^{"key":"[^"]*","stored"' "$@" | cut -d '"' -f 4; }

# keeps FILE: every batch that the answers in it acknowledge is in the store,
# and every input that the store claims to have in its directory, whole.
keeps() {
	local hash
	acknowledged "$1" | sort -u >acknowledged
	sql 'SELECT key FROM batches WHERE key IS NOT NULL' 2>/dev/null |
		sort | comm -13 - acknowledged >lost
	same lost </dev/null || return
	for hash in $(sql 'SELECT xxh128 FROM artifacts WHERE kept = 1' 2>/dev/null); do
		[ "$(xxh128sum <"$PF_ARTIFACTS/$hash")" = "$hash  stdin" ] || {
			echo "not kept: $hash"
			return 1
		}
	done
}

# sound: nothing is broken inside of the store's file.
sound() {
	case $PF_DB in
	postgresql:*) ;;
	*) sql 'PRAGMA integrity_check; PRAGMA foreign_key_check' >checks
		same checks <<<ok ;;
	esac
}

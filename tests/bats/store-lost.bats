# The store on a server that goes away: nothing lost, nothing twice.

load helper
load store

setup_file() {
	make_public_directory
	export public
	start_server "$public/pg"
	export server
}

teardown_file() {
	[ ! -d "$public/pg/data" ] || stop_server "$public/pg" immediate || :
	rm -rf "$public"
}

prepare() {
	export PF_DB=$server PF_ARTIFACTS=$PWD/artifacts
	psql -Xq -d "$server" -c '' 2>/dev/null || start_server "$public/pg"
	empty_store
}

# Ends every connection of ours that is at work.
sever() {
	psql -XAtq -d "$server" -c "SELECT pg_terminate_backend(pid)
		FROM pg_stat_activity WHERE application_name = 'pf'" >/dev/null
}

start_again() { "$pf_root/tests/postgresql" start "$public/pg" >/dev/null 2>&1 3>&- 9>&-; }

# ingesting N OPTION…: takes the lines 1 to N, of which the last 500 come only
# when there is a file `go`. Its pid is in $!.
ingesting() {
	local n=$1
	shift
	{
		lines 1 $((n - 500))
		until_true 60 test -e go
		lines $((n - 499)) "$n"
	} >pipe 3>&- &
	pf-ingest --batch 20 "$@" <pipe >stdout 2>stderr 3>&- &
}

# once N: the lines 1 to N are there, each once, and nothing else.
once() {
	sql 'SELECT count(*), count(DISTINCT id), sum(rev) FROM events' \
		'SELECT count(*), sum(execs_total) FROM stats' >counts
	same counts <<<"$1|$1|0"$'\n'"$1|$(($1 * ($1 + 1) / 2))"
}

# all_told N: the sum is of all lines, each stored once by this one run.
all_told() { same stdout <<<"{\"in\":$1,\"stored\":$1,\"duplicate\":0,\"rejected\":0}"; }

@test "a server that is restarted meanwhile is waited for" {
	mkfifo pipe
	ingesting 3000
	pid=$!
	until_true 20 stored 500
	stop_server "$public/pg" fast
	start_again
	touch go
	wait "$pid"
	silent
	once 3000
}

@test "a server that is killed in mid-batch and started again is waited for" {
	mkfifo pipe
	ingesting 3000
	pid=$!
	until_true 20 stored 500
	kill_server "$public/pg"
	touch go
	until_true 20 start_again
	wait "$pid"
	silent
	once 3000
}

@test "a connection that is cut again and again is made anew" {
	mkfifo pipe
	ingesting 6000
	pid=$!
	for n in $(seq 100 250 5500); do
		until_true 20 stored "$n"
		sever
	done
	touch go
	wait "$pid"
	silent
	once 6000
}

# The server was told to forget the statements that it had just been told, and
# the next batch ended with 70, 'prepared statement "s9" does not exist'.
@test "lines that are known already are no harm after a lost connection" {
	mkfifo pipe
	pf-ingest --batch 10 --linger 10ms <pipe >stdout 2>stderr 3>&- &
	pid=$!
	exec 9>pipe
	lines 1 10 >&9
	until_true 20 stored 10
	sever
	lines 11 20 >&9
	until_true 20 stored 20
	lines 1 10 >&9
	lines 21 30 >&9
	until_true 20 stored 30
	exec 9>&-
	wait "$pid"
	silent
	once 30
}

# A session ended with 75 at the first batch after it.
@test "a session goes on after a restart of the server" {
	lines 1 60 | spool 20
	mkfifo pipe
	pf-ingest --session <pipe >answers 2>stderr 3>&- &
	pid=$!
	exec 9>pipe
	first=$(find spool/new -type f | sort | head -n 1)
	cat "$first" >&9
	until_true 20 stored 20
	stop_server "$public/pg" fast
	start_again
	find spool/new -type f | sort | tail -n +2 | xargs cat >&9
	exec 9>&-
	wait "$pid"
	silent
	acknowledged answers >keys
	[ "$(wc -l <keys)" = 3 ]
	once 60
}

@test "a server that does not come back is told of after the time given" {
	mkfifo pipe
	ingesting 3000 --wait 300ms
	pid=$!
	until_true 20 stored 500
	stop_server "$public/pg" immediate
	touch go
	status=0
	wait "$pid" || status=$?
	[ "$status" = 75 ]
	[ "$(wc -l <stderr)" = 2 ]
	says 'Connection refused'
	says '20 lines were read and not stored'
	json 'e["stored"]' >told
	start_again
	# What was told as stored is there, and feeding it all again completes it.
	stored "$(cat told)"
	lines 1 3000 | try 0 pf-ingest
	once 3000
}

@test "a server that does not start yet is temporary" {
	lines 1 10 | try 0 pf-ingest
	stop_server "$public/pg" fast
	touch "$public/pg/data/standby.signal"
	start_server "$public/pg" hot_standby=off
	lines 1 20 >all
	try 75 pf-ingest --wait 100ms all
	says 'not accepting connections'
	stop_server "$public/pg" fast
	rm "$public/pg/data/standby.signal"
	start_again
	try 0 pf-ingest all
	once 20
}

# It waited as long as the system resends, a quarter of an hour.
@test "a server that is gone without a word is given up" {
	[ "$(id -u)" = 0 ] || skip 'a packet filter needs root'
	port=$(cat "$public/pg/port")
	mkfifo pipe
	PF_DB="$server?tcp_user_timeout=1000&connect_timeout=2" ingesting 600 --wait 1s
	pid=$!
	until_true 20 stored 100
	wall -A || skip 'there is no packet filter'
	touch go
	status=0
	wait "$pid" || status=$?
	wall -D
	[ "$status" = 75 ]
	says 'lines were read and not stored'
}

@test "a lost server is given up after half a minute if nothing else is said" {
	lines 1 1 | ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 try 0 \
		strace -qq -e trace=setsockopt -o trace pf-ingest
	grep -oE 'TCP_(KEEP|USER).*, \[[0-9]+\]' trace | sort -u >limits
	same limits <<-'END'
		TCP_KEEPCNT, [3]
		TCP_KEEPIDLE, [30]
		TCP_KEEPINTVL, [10]
		TCP_USER_TIMEOUT, [30000]
	END
}

# wall -A|-D: nothing gets from or to the server any more, or does again.
wall() { iptables -w "$1" INPUT -i lo -p tcp --dport "$port" -j DROP; }

clean_up() {
	if [ -n "${port-}" ]; then while wall -D; do :; done 2>/dev/null; fi
	rm -f "$public/pg/data/standby.signal"
}

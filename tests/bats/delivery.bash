# For tests of pf-ship into pf-serve that count every event at both ends.
# Loaded after `helper` and `serve`.

prepare() {
	command -v strace >/dev/null || skip 'strace is not installed'
	export PF_DB=$PWD/pf.db
	made 60 >lines
}

# A strace that is killed leaves what it traced.
clean_up() {
	grep -lsz "^PF_TEST=$PF_TEST\$" /proc/[0-9]*/environ | cut -d / -f 3 |
		xargs -r kill -KILL 2>/dev/null || :
}

# made N [FIRST]: events with the ids FIRST (1) to N, every thirtieth a crash.
made() {
	seq "${2-1}" "$1" | awk '{
		printf "{\"v\":1,\"id\":\"01a1fbd4f500%020d\",\"time\":\"2026-11-21T02:00:00Z\",", $1
		printf "\"node\":\"n1\",\"job\":\"j\","
		if ($1 % 30 == 7)
			print "\"type\":\"crash\",\"data\":{\"group\":\"g\",\"severity\":\"LOW\"}}"
		else
			printf "\"type\":\"stats\",\"data\":{\"execs_total\":%d}}\n", $1 }'
}

# more_lines: sixty events that nobody sent before.
more_lines() {
	sent=$((${sent-0} + 60))
	made "$sent" $((sent - 59)) >lines
}

# once N: the events 1 to N are in the store, each once, and nothing waits.
once() {
	sql "SELECT count(*), count(DISTINCT id) FROM events;
		SELECT (SELECT count(*) FROM stats) + (SELECT count(*) FROM crashes);
		SELECT (SELECT sum(crashes) FROM crash_groups) = (SELECT count(*) FROM crashes);
		PRAGMA integrity_check" >counted
	printf '%s\n' "$1|$1" "$1" 1 ok | same counted
	find spool/new spool/tmp spool/corrupt spool/rejected -type f >left
	same left </dev/null
}

ship() { pf-ship --spool spool --batch 10 --retry-min 10ms --retry-max 100ms "$@" 3>&-; }

# pf-stats --table: event lines as people read them.

load helper

export PF_NOW=2026-11-21T02:10:00Z

# event TYPE TIME NODE JOB DATA: one line; an empty NODE or JOB is absent.
event() {
	printf '{"v":1,"id":"%032x","time":"2026-11-21T%sZ","type":"%s"' \
		$((++serial)) "$2" "$1"
	[ -z "$3" ] || printf ',"node":"%s"' "$3"
	[ -z "$4" ] || printf ',"job":"%s","fuzzer":"afl++"' "$4"
	printf ',"data":{%s}}\n' "$5"
}

# A night on two machines, in no order.
night() {
	event stats 02:09:30 sgp1 png '"instance":"sec10","state":"running","run_seconds":7200,"execs_total":4560000,"execs_per_second":633.4,"corpus_count":412,"crashes_total":2,"hangs_total":0,"edges_found":1234,"edges_total":8192,"last_find_time":"2026-11-21T02:07:00Z"'
	event stats 02:09:40 sgp1 png '"instance":"sec2","state":"stale","run_seconds":7100,"execs_total":12345,"execs_per_second":9.5,"corpus_count":398,"crashes_total":0,"hangs_total":1,"edges_found":1200,"edges_total":8192,"last_find_time":"2026-11-21T00:10:00Z"'
	event stats 02:08:00 ams2 url '"instance":"main","state":"running","execs_total":99,"execs_per_second":0.25,"crashes_total":1'
	event stats 02:01:00 ams2 url '"instance":"main","state":"dead","execs_total":98,"crashes_total":0'
	event stats 00:00:00 ams2 url '"instance":"old","alive":false,"run_seconds":30,"execs_total":5,"execs_per_second":4000'
	event resource 02:09:58 sgp1 '' '"cpu_ratio":0.934,"load1":3.9,"memory_total_bytes":8589934592,"memory_used_bytes":3543348019,"swap_used_bytes":0,"orphans":0,"disks":[{"mount":"/","total_bytes":107374182400,"used_ratio":0.41},{"mount":"/srv","total_bytes":1099511627776,"used_ratio":0.931}]'
	event alert 02:05:00 sgp1 '' '"name":"disk","severity":"warning","state":"firing","message":"/srv is 93% full"'
	event alert 02:06:00 ams2 url '"name":"disk_free_bytes","instance":"main","severity":"critical","state":"firing","message":"no room: nothing runs"'
	event alert 02:06:00 ams2 url '"name":"silent_seconds","severity":"warning","state":"resolved","message":"it talks"'
	event node 02:00:00 fra3 '' '"version":"0.1"'
}

@test "a row a fuzzer, totals, machines, alerts" {
	night | try 0 pf-stats --table
	silent
	same stdout <<-'END'
		NODE   JOB  INSTANCE  FUZZER  STATE    TIME  EXECS  EXEC/S  EDGES  COV  CORPUS  CRASHES  HANGS  FIND  AGE
		ams2   url  main      afl++   running     -     99    0.25      -    -       -        1      -     -   2m
		ams2   url  old       afl++   stopped   30s      5       -      -    -       -        -      -     -   2h
		sgp1   png  sec2      afl++   stale      1h  12.3k     9.5   1200  14%     398        0      1    2h  20s
		sgp1   png  sec10     afl++   running    2h  4.56M     633   1234  15%     412        2      0    3m  30s
		total                         2/4            4.57M     633                810+       3+     1+    3m
		4 fuzzers: 2 running, 1 stale, 1 stopped

		MACHINE  CPU  LOAD   MEMORY  SWAP  ORPHANS  AGE  DISKS
		sgp1     93%   3.9  3.3G/8G     0        0   2s  /srv 93% of 1T, / 41% of 100G

		ALERT     NODE  JOB  INSTANCE  NAME             AGE  MESSAGE
		critical  ams2  url  main      disk_free_bytes   4m  no room: nothing runs
		warning   sgp1  -    -         disk              5m  /srv is 93% full
	END
}

@test "a row a node" {
	night | try 0 pf-stats --table --by-node
	silent
	same stdout <<-'END'
		NODE   FUZZERS  EXEC/S  EDGES  CORPUS  CRASHES  FIND  CPU  MEM  DISK  ALERTS  AGE
		ams2       1/2    0.25      -       -       1+     -    -    -     -       1   2m
		sgp1       1/2     633   1234     810        2    3m  93%  41%   93%       1   2s
		total      2/4     633           810+       3+    3m                       2

		ALERT     NODE  JOB  INSTANCE  NAME             AGE  MESSAGE
		critical  ams2  url  main      disk_free_bytes   4m  no room: nothing runs
		warning   sgp1  -    -         disk              5m  /srv is 93% full
	END
}

@test "the order of lines and lines told twice change nothing" {
	night >in
	try 0 pf-stats --table <in
	mv stdout want
	{ tac in; cat in; } | try 0 pf-stats --table
	same stdout <want
}

@test "no fuzzers is said" {
	try 0 pf-stats --table </dev/null
	echo 'no fuzzers' | same stdout
	try 0 pf-stats --table --by-node </dev/null
	echo 'no nodes' | same stdout
	try 66 pf-stats --table missing
	says "open 'missing'"
	echo 'no fuzzers' | same stdout
}

@test "a node that did not answer: nothing is known of what runs there" {
	{
		night
		PF_NOW=2026-11-21T02:09:00Z pf-stats --unanswered 'sgp1=no route'
		PF_NOW=2026-11-21T02:09:00Z pf-stats --unanswered 'fra3=refused'
	} >in
	grep unanswered in >told
	valid told
	try 0 pf-stats --table --by-node <in
	head -n 5 stdout >got
	same got <<-'END'
		NODE   FUZZERS  EXEC/S  EDGES  CORPUS  CRASHES  FIND  CPU  MEM  DISK  ALERTS        AGE
		ams2       1/2    0.25      -       -       1+     -    -    -     -       1         2m
		fra3         -       -      -       -        -     -    -    -     -       1      never
		sgp1       -/2       -   1234     810        2    3m  93%  41%   93%       2  silent 2s
		total     1+/4   0.25+           810+       3+    3m                       4
	END
	try 0 pf-stats --table <in
	grep -q '^4 fuzzers: 1 running, 1 stopped, 2 unknown$' stdout
	grep -q '^critical  fra3  .*  unanswered  .*  1m  refused$' stdout
}

@test "a node that answers again is as it was" {
	{
		night
		event alert 02:00:00 sgp1 '' '"name":"unanswered","state":"firing"'
		event alert 02:08:00 sgp1 '' '"name":"unanswered","state":"resolved"'
		event alert 02:00:00 fra3 '' '"name":"other"'
	} | try 0 pf-stats --table --by-node
	head -n 4 stdout | cut -d ' ' -f 1 | tr '\n' ' ' >got
	printf 'NODE ams2 fra3 sgp1 ' | same got
	grep -q '^sgp1  *1/2  *633 .* 1  *2s$' stdout
	grep -q '^fra3 .* -  *1  *-$' stdout
}

@test "--unanswered and --incomplete write one event and read nothing" {
	try 0 pf-stats --unanswered $'sgp1=b\xffd = worse' </dev/zero
	silent
	valid stdout
	json "[e['type'], e['node'], e['time'], e['data']]" >got
	same got <<-'END'
		["alert", "sgp1", "2026-11-21T02:10:00.000Z", {"name": "unanswered", "state": "firing", "severity": "critical", "message": "b\\xffd = worse"}]
	END
	try 0 pf-stats --incomplete =why
	json "[e['node'], e['data']['severity']]" >got
	echo '["testnode", "warning"]' | same got
	for words in '' sgp1 sgp1=; do
		try 64 pf-stats --unanswered "$words"
		says 'not NODE=WHY'
	done
	try 64 pf-stats --unanswered a=b --incomplete a=b
	for option in file --table --host '--follow 1s' '--prometheus -'; do
		# shellcheck disable=SC2086
		try 64 pf-stats --unanswered a=b $option
		says 'reads nothing and writes an event'
	done
	try 64 pf-stats --redraw
	says -- '--redraw without --table'
}

@test "names from outside stay in their column, on their line" {
	{
		event stats 02:00:00 n 'a\nb\u001b[2J' '"instance":"\u202e","alive":true'
		event stats 02:00:00 n '日本' '"instance":"é","alive":true'
		event stats 02:00:00 n 'bad\\xff' '"instance":"e\u0301","alive":true'
		event alert 02:00:00 n '' '"name":"x","message":"\u001b]0;t\u0007\r\n\u2028"'
	} >in
	try 0 pf-stats --table <in
	same stdout <<-'END'
		JOB            INSTANCE      FUZZER  STATE    TIME  EXECS  EXEC/S  EDGES  COV  CORPUS  CRASHES  HANGS  FIND  AGE
		a\x0ab\x1b[2J  \xe2\x80\xae  afl++   running     -      -       -      -    -       -        -      -     -  10m
		bad\xff        é             afl++   running     -      -       -      -    -       -        -      -     -  10m
		日本           é             afl++   running     -      -       -      -    -       -        -      -     -  10m
		total                                3/3                -       -                   -        -      -     -
		3 fuzzers: 3 running

		ALERT  NAME  AGE  MESSAGE
		-      x     10m  \x1b]0;t\x07\x0d\x0a\xe2\x80\xa8
	END
	LC_ALL=C try 0 pf-stats --table <in
	not LC_ALL=C grep -q '[^ -~]' stdout
}

@test "numbers of a wrong type and absurd ones are not known" {
	event stats 02:00:00 n j '"instance":7,"state":"sleeping","run_seconds":"5","execs_total":1.5,"execs_per_second":1e300,"corpus_count":-1,"crashes_total":null,"hangs_total":[],"edges_found":9,"edges_total":4,"last_find_time":"soon"' >in
	event resource 02:00:00 n '' '"cpu_ratio":1.5,"load1":{},"memory_used_bytes":9223372036854775807,"disks":[0,{"mount":[]}]' >>in
	try 0 pf-stats --table <in
	same stdout <<-'END'
		JOB    INSTANCE  FUZZER  STATE    TIME  EXECS  EXEC/S  EDGES  COV  CORPUS  CRASHES  HANGS  FIND  AGE
		j      -         afl++   unknown     -      -       -      9    -       -        -      -     -  10m
		total                    -/1                -       -                   -        -      -     -
		1 fuzzer: 1 unknown

		MACHINE  CPU  LOAD      MEMORY  SWAP  ORPHANS  AGE  DISKS
		n          -     -  8388608T/-     -        -  10m  - - of -, - - of -
	END
}

@test "fuzzers that nothing names are not taken for one" {
	for log in single fork; do
		echo "$pf_root/tests/fixtures/stats/libfuzzer-$log.log"
	done | try 0 pf-stats
	mv stdout in
	json "[e.pop('job', 0), e.pop('target', 0), e['data'].pop('instance', 0)] and json.dumps(e)" in >bare
	cat bare bare | try 0 pf-stats --table
	grep -q '^2 fuzzers: ' stdout
}

@test "100,000 fuzzers are a table" {
	awk 'BEGIN {for (i = 0; i < 100000; i++) printf "{\"v\":1," \
		"\"id\":\"%032x\",\"time\":\"2026-11-21T02:00:00Z\"," \
		"\"type\":\"stats\",\"node\":\"n%d\",\"job\":\"j\",\"data\":" \
		"{\"instance\":\"s%d\",\"alive\":true,\"execs_total\":1}}\n",
		i, i % 7, (i * 7919) % 100000}' >in
	try 0 pf-stats --table <in
	[ "$(wc -l <stdout)" = 100003 ]
	tail -n 1 stdout >got
	echo '100000 fuzzers: 100000 running' | same got
	sed -n 's/^\(n[0-9]\)  *j  *\(s[0-9]*\) .*/\1 \2/p' stdout >got
	[ "$(sort -u got | wc -l)" = 100000 ]
	sort -V got | cmp - got
}

@test "without a terminal tables follow one another after an empty line" {
	mkfifo pipe
	pf-stats --table --follow 100ms <pipe >out 3>&- &
	pid=$!
	exec 4>pipe
	event stats 02:00:00 n j '"instance":"a","alive":true' >&4
	until_true 5 eval '[ "$(grep -c "^1 fuzzer: 1 running" out)" -ge 2 ]'
	exec 4>&-
	wait $pid
	not grep -q $'\033' out
	grep -A 2 '^1 fuzzer' out | head -n 3 >got
	same got <<-'END'
		1 fuzzer: 1 running

		JOB    INSTANCE  FUZZER  STATE    TIME  EXECS  EXEC/S  EDGES  COV  CORPUS  CRASHES  HANGS  FIND  AGE
	END
}

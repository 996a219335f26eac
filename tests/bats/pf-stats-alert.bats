# pf-stats --alert, run after run with one state file.

load helper

# stats TIME MEMBERS: a stats event of sgp1's png/main.
stats() {
	printf '{"v":1,"id":"%032x","time":"%s","type":"stats","node":"sgp1",' \
		1 "$1"
	printf '"job":"png","fuzzer":"afl++","data":{"instance":"main",%s}}\n' "$2"
}

# machine TIME MEMBERS: a resource event of sgp1.
machine() {
	printf '{"v":1,"id":"%032x","time":"%s","type":"resource",' 1 "$1"
	printf '"node":"sgp1","data":{%s}}\n' "$2"
}

# judge STATUS [OPTION]…: what is on standard input, with the state in a.json;
# the alerts that are told go to `told`, a state and a sentence each.
judge() {
	local want=$1
	shift
	try "$want" pf-stats "$@" --alert-state a.json || return
	json "(e['data']['state'] + ' ' + e['data']['message']
		if e['type'] == 'alert' else None)" >told
}

busy='"cpu_ratio":0.93' idle='"cpu_ratio":0.2'

@test "an alert is told once when it begins and once when it is over" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	machine 2026-11-21T02:05:00Z "$idle" >idle
	export PF_NOW=2026-11-21T02:06:00Z
	judge 1 --alert cpu=80% <busy
	valid stdout
	echo "firing sgp1: processors 93% busy, over 80%" | same told
	judge 1 --alert cpu=80% <busy
	silent
	same told </dev/null
	judge 0 --alert cpu=80% <idle
	valid stdout
	echo "resolved sgp1: processors 20% busy, no longer over 80%" | same told
	judge 0 --alert cpu=80% <idle
	same told </dev/null
}

@test "an alert event says of what, how bad and how much" {
	machine 2026-11-21T02:00:00Z \
		'"disks":[{"mount":"/srv","used_ratio":0.875}]' >in
	PF_NOW=2026-11-21T02:00:01Z judge 1 --alert disk=80% <in
	tail -n 1 stdout | sed 's/"id":"[^"]*",//' >event
	same event <<'END'
{"v":1,"time":"2026-11-21T02:00:01.000Z","type":"alert","node":"sgp1","data":{"name":"disk_used_ratio","state":"firing","severity":"warning","mount":"/srv","value":0.875,"threshold":0.8,"message":"sgp1: disk /srv 87.5% full, over 80%"}}
END
}

@test "every rule has a sentence" {
	cat >rules <<'END'
cpu=80% memory=80% memory=1K memory-available=90% memory-available=1K swap=1K
disk=80% disk=5G inodes=80% load=2 processes=10 fuzzers=5 zombies=1 orphans=1
stalled=1h execs-min=100 dead=0 stability=90% crashes=2
END
	machine 2026-11-21T02:00:00Z '"cpu_ratio":1,"load1":2.5,"processes":11,
		"memory_total_bytes":8192,"memory_used_bytes":7372,
		"memory_available_bytes":820,"swap_used_bytes":2048,"fuzzers":0,
		"zombies":2,"orphans":3,"disks":[{"mount":"/","used_ratio":0.99,
		"free_bytes":1048576,"inodes_used_ratio":0.905}]' | tr -d '\n\t' >in
	{
		echo
		stats 2026-11-21T02:00:00Z '"state":"running",
			"execs_per_second":1.5,"stability_ratio":0.5,
			"crashes_total":3,"run_seconds":90000,
			"last_find_time":"2026-11-20T22:30:00Z"' | tr -d '\n\t'
		echo
		stats 2026-11-21T02:00:00Z '"state":"dead"' | sed s/main/two/
	} >>in
	mapfile -t words < <(xargs -n 1 <rules)
	judge 1 --alert "${words[@]}" <in
	valid stdout
	same told <<'END'
firing sgp1: processors 100% busy, over 80%
firing sgp1: memory 90% used, over 80%
firing sgp1: memory 7.2K used, over 1K
firing sgp1: memory 10% available, under 90%
firing sgp1: memory 820 available, under 1K
firing sgp1: swap 2K used, over 1K
firing sgp1: disk / 99% full, over 80%
firing sgp1: disk / 1M free, under 5G
firing sgp1: disk / inodes 90.5% used, over 80%
firing sgp1: load 2.5, over 2
firing sgp1: processes: 11, over 10
firing sgp1: fuzzer processes: 0, under 5
firing sgp1: zombie processes: 2, over 1
firing sgp1: fuzzers that nobody supervises: 3, over 1
firing sgp1: png/main has found nothing for 3h 30m, over 1h
firing sgp1: png/main executes its target 1.5 times a second, under 100
firing sgp1: fuzzers that are dead or stale: 1 (png/two), over 0
firing sgp1: png/main has a stability of 50%, under 90%
firing sgp1: png/main has crash inputs: 3, over 2
END
}

@test "a fuzzer that has stopped is not stalled any more" {
	find='"last_find_time":"2026-11-21T02:00:00Z"'
	stats 2026-11-21T09:00:00Z "\"alive\":true,$find" >running
	stats 2026-11-21T09:01:00Z "\"alive\":false,$find" >stopped
	judge 1 --alert stalled=6h <running
	echo 'firing sgp1: png/main has found nothing for 7h, over 6h' | same told
	judge 1 --alert stalled=6h </dev/null
	same told </dev/null
	judge 0 --alert stalled=6h <stopped
	valid stdout
	echo 'resolved sgp1: png/main has stopped' | same told
}

@test "a drop is told against what was usual in earlier runs" {
	for minute in {10..30}; do
		stats "2026-11-21T02:$minute:00Z" '"state":"running",
			"run_seconds":900,"execs_per_second":1000' | tr -d '\n' >in
		judge 0 --alert execs-drop=50% <in
		same told </dev/null
	done
	stats 2026-11-21T02:31:00Z '"state":"running","run_seconds":960,
		"execs_per_second":250' | tr -d '\n' >in
	judge 1 --alert execs-drop=50% <in
	echo 'firing sgp1: png/main is slower than usual by 75% (250' \
		'executions a second, usual 1000), over 50%' | same told
}

@test "rules stand as words, with commas, and with the value of their end" {
	machine 2026-11-21T02:00:00Z '"cpu_ratio":0.9,"load1":9,"zombies":9' >in
	judge 1 --alert cpu=80%:10%,load=8 zombies=5 <in
	[ "$(wc -l <told)" = 3 ]
	machine 2026-11-21T02:00:00Z '"cpu_ratio":0.11,"load1":7,"zombies":5' >in
	judge 1 --alert zombies=5:4,load=8 --alert cpu=80%:10% <in
	echo 'resolved sgp1: load 7, no longer over 8' | same told
}

@test "a rule that is none is 64, and says what would be one" {
	try 64 pf-stats --alert cpx=1 --alert-state a.json
	says "--alert 'cpx=1': known are cpu memory"
	try 64 pf-stats --alert cpu=80%,disk=5X --alert-state a.json
	says "--alert 'disk=5X': the value is a share, as in 80%, or a size"
	try 64 pf-stats --alert disk=80%:90% --alert-state a.json
	says "the second value is on the wrong side of the first"
	try 64 pf-stats --alert cpu=80% cpu=90% --alert-state a.json
	says "--alert 'cpu=90%': given twice"
	try 64 pf-stats --alert cpu=80% --on-alert-timeout 0
	try 64 pf-stats --alert-state a.json
	says '--alert-state without --alert'
	[ ! -e a.json ]
}

@test "the manual page has every rule" {
	try 64 pf-stats --alert x=1 --follow 1h
	sed -n 's/.*: known are //p' stderr | xargs -n 1 | sort >known
	mandoc -T ascii "$pf_root/src/pf-stats/pf-stats.1" | col -bx |
		sed -n '/^ *rule  *threshold/,/^$/p' |
		sed -n 's/^     \([a-z-][a-z-]*\) .*/\1/p' | grep -vx rule | sort -u |
		same known
}

@test "a command gets each alert, once, and nothing else of ours" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	exec 7<busy
	judge 1 --alert cpu=80% --on-alert 'cat >>got; ls /proc/self/fd >fds;
		echo said; exit 0' <busy
	exec 7<&-
	echo said | same stderr
	tail -n 1 stdout | same got
	# The fourth is the directory that ls reads.
	printf '%s\n' 0 1 2 3 | same fds
	judge 1 --alert cpu=80% --on-alert 'cat >>got' <busy
	[ "$(wc -l <got)" = 1 ]
}

@test "an alert is told whatever becomes of the command" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	for row in 'exit 3|exit status 3' 'kill -9 $$|killed by signal 9' \
		'./no-such|exit status 127'; do
		rm -f a.json
		judge 1 --alert cpu=80% --on-alert "${row%|*}" <busy
		says "${row#*|}"
		[ -s told ]
	done
	# One that reads nothing is no failure.
	machine 2026-11-21T02:00:00Z "$idle" >idle
	judge 0 --alert cpu=80% --on-alert : <idle
	silent
	[ -s told ]
}

@test "a command that hangs is killed with what it started" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	judge 1 --alert cpu=80% --on-alert-timeout 200ms \
		--on-alert 'sleep 1000 & echo $! >pid; wait' <busy
	says "killed, it ran longer than 0.2 seconds"
	until_true 10 not kill -0 "$(cat pid)"
	judge 1 --alert cpu=80% --on-alert 'touch again' <busy
	[ ! -e again ]
}

@test "killed before the state is saved, it tells again" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	try 137 pf-stats --alert cpu=80% --alert-state a.json \
		--on-alert 'kill -9 $PPID' <busy
	[ ! -e a.json ]
	judge 1 --alert cpu=80% <busy
	[ -s told ]
}

# The disk that it tells of may be what the next in the pipe has died of.
@test "the command is run when standard output fails, and nothing is saved" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	for _ in 1 2; do
		try 75 sh -c 'pf-stats --prometheus pf.prom --alert cpu=80% \
			--alert-state a.json --on-alert "cat >>got" >/dev/full' <busy
		says "standard output: No space left on device"
	done
	[ "$(wc -l <got)" = 2 ]
	[ ! -e a.json ]
}

@test "while the state file is held by another it is 75" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	: >a.json.lock
	try 75 flock a.json.lock pf-stats --alert cpu=80% \
		--alert-state a.json <busy
	says "'a.json' is in use by another pf-stats"
	same stdout </dev/null
	judge 1 --alert cpu=80% <busy
	[ -s told ]
}

@test "a damaged state file is put aside and what fires is told once more" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	judge 1 --alert cpu=80% <busy
	head -c 100 a.json >torn
	cp torn a.json
	judge 1 --alert cpu=80% <busy
	says "'a.json' is damaged: renamed to 'a.json.damaged'"
	cmp torn a.json.damaged
	[ "$(wc -l <told)" = 1 ]
	judge 1 --alert cpu=80% <busy
	silent
	same told </dev/null
	cp torn a.json
	judge 1 --alert cpu=80% </dev/null
	says "is damaged"
}

@test "a state file that cannot be read or written is told" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	try 66 pf-stats --alert cpu=80% --alert-state no/a.json <busy
	says "open the directory of 'no/a.json': No such file or directory"
	mkdir closed && touch closed/a.json.lock && chmod 555 closed
	for _ in 1 2; do
		try 77 bound_by_modes pf-stats --alert cpu=80% \
			--alert-state closed/a.json <busy
		says "write 'closed/a.json': Permission denied"
		# Again and again rather than not at all.
		grep -q '"type":"alert"' stdout
	done
	try 74 pf-stats --alert cpu=80% --alert-state closed/ <busy
	says "open 'closed/': Is a directory"
	mkdir a.json
	try 74 pf-stats --alert cpu=80% --alert-state a.json <busy
	says "read 'a.json'"
}

@test "what fires by a rule that is not given stays" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	machine 2026-11-21T02:01:00Z "$idle" >idle
	judge 1 --alert cpu=80% <busy
	judge 0 --alert load=5 <idle
	judge 0 --alert cpu=80% <idle
	grep -q ^resolved told
}

@test "PF_HOME has the state; with neither it is refused" {
	try 64 pf-stats --alert cpu=80%
	says "no place for what fires: --alert-state or PF_HOME"
	machine 2026-11-21T02:00:00Z "$busy" >busy
	PF_HOME=. try 1 pf-stats --alert cpu=80% <busy
	grep -q '"cpu_ratio"' alerts.json
}

@test "a rule of the machine, of paths and without --host, would never fire" {
	cp -r "$pf_root/tests/fixtures/stats/aflpp-4.04c" instance
	for rule in cpu=80% disk=1G; do
		try 64 pf-stats --alert crashes=0 $rule --alert-state a.json instance
		says "--alert ${rule%=*}: of a machine, without --host"
	done
	try 0 pf-stats --host --alert cpu=100% --alert-state a.json instance
}

@test "an alert that goes on is a metric of each run" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	machine 2026-11-21T02:05:00Z "$idle" >idle
	for file in busy busy idle; do
		pf-stats --alert cpu=80% --alert-state a.json \
			--prometheus - <$file >>all || :
	done
	grep '^pf_alert' all >got
	same got <<'END'
pf_alert_firing{node="sgp1",name="cpu_ratio",severity="warning"} 1
pf_alert_firing{node="sgp1",name="cpu_ratio",severity="warning"} 1
pf_alert_firing{node="sgp1",name="cpu_ratio",severity="warning"} 0
END
	not grep '^{' all
	# To a file, the alert goes to standard output as well.
	rm a.json
	judge 1 --alert cpu=80% --prometheus pf.prom <busy
	[ "$(wc -l <stdout)" = 1 ]
}

# As root, /dev/null was taken for a damaged file and renamed.
@test "a state that is no file is left as it is" {
	machine 2026-11-21T02:00:00Z "$busy" >busy
	mkfifo pipe && ln -s elsewhere link
	for name in pipe link; do
		try 74 timeout 10 pf-stats --alert cpu=80% \
			--alert-state $name <busy
		says "use '$name': "
		try 74 timeout 10 pf-stats --prometheus $name <busy
		says "write '$name': "
	done
	[ -p pipe ] && [ -L link ] && [ ! -e pipe.lock ]
}

# pf-stats --host: the machine, looked at from namespaces in which there is
# nothing but what a test has put there.

load helper

# within FLAGS COMMAND…: in new namespaces (unshare(1)), as root there.
within() {
	local flags=$1
	shift
	[ "$(id -u)" = 0 ] || flags="$flags -r"
	# shellcheck disable=SC2086
	unshare $flags true 2>/dev/null || skip "no namespaces here"
	# shellcheck disable=SC2086
	try "$status" unshare $flags "$@"
}

# alone SCRIPT: bash that is process 1 of a /proc of its own. `look` tells what
# there is; all else that is said goes to the file `log`.
alone() {
	export -f until_true
	export targets
	status=0 within '-pf --mount-proc' bash -c "
		exec 5>&1 6>&2 >log 2>&1
		look() { pf-stats --host --sample 0 >&5 2>&6; }
		$1"
}

# mounted SCRIPT: sh that may mount what it likes.
mounted() { within -m sh -c "$1"; }

# counts NAME…: these values of the event, on one line.
counts() { json "' '.join(str(e['data'].get(k)) for k in '$*'.split())"; }

@test "one event with all that there is" {
	try 0 pf-stats --host
	silent
	valid stdout
	json "[e['type'], e['node'], sorted(e['data'])]" >got
	same got <<-'EOF'
		["resource", "testnode", ["cpu_ratio", "disks", "fuzzers", "load1", "memory_available_bytes", "memory_total_bytes", "memory_used_bytes", "orphans", "processes", "swap_used_bytes", "zombies"]]
	EOF
	json "[d['mount'] for d in e['data']['disks']]" >got
	echo '["/"]' | same got
}

@test "a process that is alone counts itself" {
	status=0 within '-pf --mount-proc' pf-stats --host --sample 0
	silent
	[ "$(counts processes fuzzers zombies orphans)" = '1 0 0 0' ]
}

@test "zombies are counted by their state, whatever their names are" {
	cp /bin/sleep ') Z 1 1 (x'
	cp /bin/true ') R 1 1'
	alone '
		"./) Z 1 1 (x" 1000 &
		sh -c "\"./) R 1 1\" & exec sleep 1000" &
		until_true 20 grep -qs "^State:.Z" /proc/[0-9]*/status
		until_true 20 pgrep -x sleep
		look'
	silent
	[ "$(counts processes zombies orphans)" = '5 1 0' ]
}

@test "what runs a fuzzer is one, and what it starts is none" {
	for options in '--containment keeper' '--containment namespace' --sandbox; do
		rm -rf job
		options=$options alone '
			pf-run -t 1 $options -o job -- "$targets/clean.libfuzzer" &
			until_true 20 grep -qs "\"running\"" job/events.jsonl
			until_true 20 eval "[ \$(pgrep -xc clean.libfuzzer) -ge 2 ]"
			look
			kill $!
			wait $!'
		[ "$(counts fuzzers orphans)" = '1 0' ]
	done
}

@test "an afl-fuzz counts, supervised or not" {
	cp /bin/sleep afl-fuzz
	seeds=$pf_root/tests/targets/seeds/clean alone '
		./afl-fuzz 1000 &
		pf-run -t 1 -i "$seeds" -o job --containment keeper -- \
			"$targets/clean.afl" &
		until_true 20 test -e job/out/default/fuzzer_stats
		look
		kill $!
		wait $!'
	[ "$(counts fuzzers orphans)" = '2 0' ]
}

# In a session of its own it outlives its fuzzer, and nobody is left to end it.
@test "what a killed supervisor has left behind is an orphan" {
	alone '
		pf-run -f other --crash-dir found --containment keeper -o job -- \
			sh -c "setsid sh -c \"sleep 1000; :\" & wait" &
		run=$!
		until_true 20 pgrep -x sleep
		keeper=$(pgrep -x pf-keeper)
		left=$(pgrep -fx "sh -c sleep 1000; :")
		look
		kill -STOP $keeper
		kill -KILL $run $keeper
		until_true 20 grep -qx "PPid:.1" /proc/$left/status
		look'
	counts fuzzers orphans >got
	printf '1 0\n0 2\n' | same got
}

@test "a job's name in the environment is what makes an orphan" {
	alone '
		setsid sleep 1000 &
		PF_JOB=gone setsid sh -c "sleep 1000; :" &
		until_true 20 eval "pgrep -cx sleep | grep -qx 2"
		look'
	[ "$(counts processes orphans)" = '5 2' ]
}

@test "a full disk is full, whatever it is called" {
	mkdir 'a b'
	status=0 mounted '
		mount -t tmpfs -o size=1m none "a b" &&
		head -c 2000000 /dev/zero >"a b/file" 2>/dev/null
		PF_HOME="a b" PF_SPOOL="a b/." pf-stats --host --sample 0'
	silent
	valid stdout
	json "[[d['mount'].split('/')[-1], d['total_bytes'], d['used_bytes'],
		d['free_bytes'], d['used_ratio'] == 1] for d in e['data']['disks']]" >got
	echo '[["a b", 1048576, 1048576, 0, true]]' | same got
}

@test "each file system is told once, for all that lies on it" {
	mkdir one two other
	status=1 mounted '
		mount -t tmpfs none other && mount --bind one two &&
		PF_HOME=one pf-stats --host --sample 0 two one other'
	json "len(e['data']['disks'])" >got
	echo 2 | same got
	json "e['data']['disks'][1]['mount'] == '$PWD/other'" >got
	echo true | same got
}

@test "a disk that cannot be looked at is named, an operand only once" {
	PF_HOME=gone try 1 pf-stats --host --sample 0
	echo "pf-stats: look at the disk of 'gone': No such file or directory" |
		same stderr
	[ "$(counts disks)" = None ]
	try 66 pf-stats --host --sample 0 gone
	[ "$(grep -c gone stderr)" = 1 ]
	[ "$(wc -l <stdout)" = 1 ]
}

@test "without /proc nothing is made up" {
	ASAN_OPTIONS=detect_leaks=0 status=1 mounted \
		'mount -t tmpfs none /proc && exec pf-stats --host --sample 0'
	# The sanitizers do without /proc, but say so.
	grep -v '^==' stderr >said
	same said <<-'EOF'
		pf-stats: read '/proc/self/mountinfo': No such file or directory
		pf-stats: read '/proc/stat': No such file or directory
		pf-stats: read '/proc/loadavg': No such file or directory
		pf-stats: read '/proc/meminfo': No such file or directory
		pf-stats: '/proc/self/mountinfo' does not tell where the disk of '/' is mounted
		pf-stats: read the processes in '/proc': No such file or directory
	EOF
	valid stdout
	json "e['data']" >got
	echo '{}' | same got
}

# hidden HIDEPID SENTENCE COUNT
hidden() {
	[ "$(id -u)" = 0 ] || skip "only root becomes somebody else"
	status=1 within '-pf -m' sh -c "mount -t proc -o hidepid=$1 proc /proc &&
		cd / && setpriv --reuid 65534 --regid 65534 --clear-groups \
		$pf_build/bin/pf-stats --host --sample 0; exit \$?"
	echo "pf-stats: $2" | same stderr
	[ "$(counts processes fuzzers zombies orphans)" = "$3 None None None" ]
}

@test "processes that may not be seen are not taken for none" {
	hidden 2 "'/proc' does not show all processes" None
}

@test "processes that may be seen and not looked at are counted" {
	hidden 1 "'/proc' shows nothing of 1 of 2 processes" 2
}

# in_cgroup STATUS: below tree/a, which has 64 MiB.
in_cgroup() {
	mkdir -p tree/a/b
	touch tree/cgroup.procs tree/a/cgroup.procs tree/a/b/cgroup.procs
	echo max >tree/a/b/memory.max
	echo $((64 << 20)) >tree/a/memory.max
	printf 'inactive_file %d\n' $((8 << 20)) >tree/a/memory.stat
	echo "0::/a/b" >cgroup
	status=$1 mounted '
		grep -v cgroup /proc/self/mountinfo >mountinfo
		echo "999 1 0:99 / $PWD/tree rw - cgroup2 cgroup2 rw" >>mountinfo
		mount --bind mountinfo /proc/$$/mountinfo &&
		mount --bind cgroup /proc/$$/cgroup &&
		exec pf-stats --host --sample 0'
}

# Of the 48 MiB that it uses, 8 are of files that need not stay in memory.
@test "a cgroup's limit counts with its own usage" {
	mkdir -p tree/a
	echo $((48 << 20)) >tree/a/memory.current
	in_cgroup 0
	silent
	[ "$(counts memory_total_bytes memory_used_bytes memory_available_bytes)" = \
		"$((64 << 20)) $((40 << 20)) $((24 << 20))" ]
}

@test "a limit whose usage cannot be read leaves the rest absent" {
	mkdir -p tree/a/memory.current
	in_cgroup 1
	says "tree/a/memory.current': Is a directory"
	[ "$(counts memory_total_bytes memory_used_bytes memory_available_bytes)" = \
		"$((64 << 20)) None None" ]
}

@test "--follow tells it again, each time since the last" {
	pf-stats --host --sample 0 --follow 200ms >lines 3>&- &
	until_true 20 eval '[ "$(wc -l <lines)" -ge 4 ]'
	kill $!
	wait $! || :
	head -n 4 lines >stdout
	valid stdout
	json "e['data'].get('cpu_ratio') is not None" | tail -n 3 >got
	printf 'true\ntrue\ntrue\n' | same got
}

@test "processors that all are busy are busy" {
	for _ in $(seq "$(nproc)"); do
		sh -c 'while :; do :; done' 3>&- &
	done
	try 0 pf-stats --host --sample 1s
	# shellcheck disable=SC2046
	kill $(jobs -p)
	wait
	json "0.8 <= e['data']['cpu_ratio'] <= 1" >got
	echo true | same got
}

# pf-top: all nodes in one table, also those that do not answer.

load helper

stats=$pf_root/tests/fixtures/stats/aflpp-4.04c
mux() { tmux -S "$PWD/mux" -f /dev/null "$@"; }

prepare() {
	export TMPDIR=$PWD/tmp
	mkdir tmp
}

clean_up() {
	if [ -S mux ]; then mux kill-server 2>/dev/null || :; fi
}

# jobs_in DIR [EDGES]: a directory with an AFL++ instance that has found so much.
jobs_in() {
	mkdir -p "$1"
	cp -r "$stats" "$1/main"
	edges "$1" "${2-64}"
}

edges() {
	sed "s/^\(edges_found *: \).*/\1$2/" "$stats/fuzzer_stats" >"$1/new"
	mv "$1/new" "$1/main/fuzzer_stats"
}

# A real sshd on loopback that is two nodes; a third refuses, and there is one
# that never says a word.
nodes_start() {
	local sshd port closed
	PATH=$PATH:/usr/sbin command -v sshd >/dev/null || skip "sshd is not here"
	[ "$(id -u)" = 0 ] || skip "sshd needs root here"
	sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
	mkdir -p /run/sshd
	ssh-keygen -qt ed25519 -N '' -f host_key
	ssh-keygen -qt ed25519 -N '' -f key
	install -m 600 key.pub authorized
	read -r port closed < <(python3 -c 'import socket
s, t = socket.socket(), socket.socket()
s.bind(("127.0.0.1", 0)); t.bind(("127.0.0.1", 0))
print(s.getsockname()[1], t.getsockname()[1])')
	cat >sshd_config <<-END
		Port $port
		ListenAddress 127.0.0.1
		HostKey $PWD/host_key
		AuthorizedKeysFile $PWD/authorized
		StrictModes no
		UsePAM no
		PermitRootLogin yes
		PidFile $PWD/sshd.pid
		SetEnv PATH=$PATH
	END
	cat >ssh_config <<-END
		Host sgp1 ams2
		Port $port
		HostName 127.0.0.1
		Host refuses
		Port $closed
		HostName 127.0.0.1
		Host hangs
		ProxyCommand sleep 1000
		Host *
		IdentityFile $PWD/key
		IdentitiesOnly yes
		UserKnownHostsFile $PWD/known
		StrictHostKeyChecking no
		LogLevel ERROR
	END
	"$sshd" -D -f sshd_config 3>&- 2>sshd.log &
	sshd_pid=$!
	until_true 5 test -s sshd.pid
}

# row NAME TEXT [FILE]: the node's row begins with these cells.
row() { tr -s ' ' <"${3-stdout}" | grep -qE "^$1 $2"; }

# gone: of what `marked` ran nothing is left; hanging: how many ask `hangs`.
marked() { exec env PF_TOP_MARK="$PF_TEST" "$@"; }
hanging() {
	grep -lsz "^PF_TOP_MARK=$PF_TEST\$" /proc/[0-9]*/environ |
		sed 's/environ$/cmdline/' | xargs grep -lsz '^1000$' |
		xargs grep -lsz '^sleep$' | wc -l
}
gone() { not grep -qsz "^PF_TOP_MARK=$PF_TEST\$" /proc/[0-9]*/environ; }

# fake_ssh SCRIPT: what stands for ssh then.
fake_ssh() {
	mkdir -p bin
	printf '#!/bin/sh\n%s\n' "$1" >bin/ssh
	chmod 755 bin/ssh
}

@test "two nodes tell, one refuses, one hangs: all are there, the status says so" {
	nodes_start
	jobs_in "sgp1/it's here" 41
	jobs_in ams2/jobs 42
	cat >nodes <<-END
		# ours
		sgp1 $PWD/sgp1/it's here

		ams2	$PWD/ams2/jobs
		refuses
		hangs
	END
	try 1 pf-top -1 -t 10 -F ssh_config -n nodes
	silent
	row sgp1 '[0-9-]+/1 [0-9-]+ 41 45 23 '
	row ams2 '[0-9-]+/1 [0-9-]+ 42 45 23 '
	row refuses '- .* never$'
	row hangs '- .* never$'
	grep -q '^critical  refuses  unanswered .*  ssh: connect to host 127.0.0.1 port [0-9]*: Connection refused' stdout
	grep -q '^critical  hangs    unanswered .*  no answer within 10 s' stdout
	[ "$(ls tmp)" = '' ]
	try 0 pf-top -1a -F ssh_config -d "$PWD/ams2/jobs" sgp1 ams2
	row sgp1 '[^ ]+ main afl\+\+ '
	row ams2 '[^ ]+ main afl\+\+ '
}

@test "a node that hangs does not hold up the others, and leaves nothing behind" {
	nodes_start
	jobs_in jobs
	: >out
	marked pf-top -i 1 -t 60 -F ssh_config -d "$PWD/jobs" sgp1 hangs >out 3>&- &
	pid=$!
	until_true 15 row sgp1 '[0-9-]+/1 ' out
	row hangs '- .* never$' out
	# Some rounds later it is still the first question.
	until_true 15 eval '[ "$(grep -c ^NODE out)" -ge 4 ]'
	[ "$(hanging)" = 1 ]
	kill -TERM $pid
	got=0
	wait $pid || got=$?
	[ $got = 143 ]
	until_true 5 gone
	[ "$(ls tmp)" = '' ]
}

@test "what a node said last stays, with its age, when it falls silent" {
	nodes_start
	jobs_in jobs 77
	pf-top -i 1 -F ssh_config -d "$PWD/jobs" sgp1 >out 2>err 3>&- &
	pid=$!
	until_true 15 row sgp1 '[0-9-]+/1 ' out
	not grep -q silent out
	kill $sshd_pid
	wait $sshd_pid || :
	until_true 15 row sgp1 '-/1 - 77 .* silent [0-9]+[smhdy]$' out
	kill -TERM $pid
	wait $pid || :
	same err </dev/null
	not grep -q $'\033' out
}

@test "without nodes it is this machine" {
	jobs_in jobs
	try 0 pf-top -1
	row testnode '[0-9-]+/1 [0-9-]+ 64 45 23 '
	try 0 pf-top -1a -d jobs localhost
	row '[^ ]+' 'main afl'
	[ "$(ls tmp)" = '' ]
}

@test "a directory that is not there is not one without fuzzers" {
	mkdir empty
	try 1 pf-top -1 -d missing
	grep -q "^critical  unanswered .*open 'missing': No such file" stdout
	try 1 pf-top -1 -d empty
	grep -q "^warning  incomplete .*'empty': no fuzzer statistics in it" stdout
}

@test "what a node says is neither a path nor for the terminal" {
	mkdir secret
	jobs_in secret
	fake_ssh "echo $PWD/secret/main; echo '{\"v\":1}'; printf '\\033[2J\\n' >&2
		pf-stats $PWD/jobs; exit 1"
	jobs_in jobs 50
	PATH=$PWD/bin:$PATH try 1 pf-top -1 elsewhere
	silent
	not grep -q $'\033' stdout
	not row testnode '.* 64 '
	row testnode '[0-9-]+/1 [0-9-]+ 50 '
	grep -qF '\x1b[2J (and 2 more)' stdout
}

@test "a node that cannot be stopped or tells without end is an alert, too" {
	fake_ssh 'trap "" TERM; exec sleep 1000'
	PATH=$PWD/bin:$PATH PF_TOP_MARK=$PF_TEST try 1 pf-top -1 -t 1 deaf
	silent
	grep -q '^critical  unanswered .*  no answer within 1 s$' stdout
	until_true 5 gone
	fake_ssh 'exec yes "{"'
	PATH=$PWD/bin:$PATH try 1 pf-top -1 endless
	silent
	grep -q '^critical  unanswered .*  an answer of more than 64 MiB$' stdout
	[ "$(ls tmp)" = '' ]
}

@test "names that ssh would take for options, or a shell for more, are refused" {
	for name in -v -oProxyCommand=id 'a b' 'a;b' 'root@-x' 'ssh://-x' '$(id)' '' '`id`'; do
		try 64 pf-top -1 -- "$name"
		says 'is no ssh destination'
		same stdout </dev/null
	done
	printf 'good\n-oProxyCommand=touch${IFS}x jobs\n' >nodes
	try 65 pf-top -1 -n nodes
	says "line 2: '-oProxyCommand=touch\${IFS}x' is no ssh destination"
	[ "$(ls tmp)" = '' ]
}

@test "options and the nodes' file are checked" {
	try 64 pf-top -x
	try 64 pf-top -i 0
	try 64 pf-top -t 1s
	says "-t: '1s' is no count of seconds"
	try 66 pf-top -1 -n missing
	echo '# none' >nodes
	try 65 pf-top -1 -n nodes
	says 'no nodes in it'
	chmod 0 nodes
	try 77 bound_by_modes pf-top -1 -n nodes
	try 0 pf-top -h
	head -n 1 stdout | grep -q '^usage: pf-top '
	[ "$(ls tmp)" = '' ]
}

@test "a table that cannot be written is not one that was" {
	jobs_in jobs
	got=0
	pf-top -1 >/dev/full 2>stderr 3>&- || got=$?
	[ $got = 75 ]
	says 'write standard output'
	[ "$(ls tmp)" = '' ]
}

# screen: what the terminal shows; shown REGEX: a line of it, blanks as one.
screen() { mux capture-pane -p; }
shown() { screen | tr -s ' ' | grep -qE "$1"; }
narrow() { [ "$(screen | awk '{if (length > n) n = length} END {print n}')" -lt "$1" ]; }

@test "on a terminal it is drawn in its place, and Ctrl-C gives the terminal back" {
	jobs_in jobs 41
	mux new-session -d -x 120 -y 10 'PS1="$ " sh' 3>&-
	mux send-keys 'stty -a >before; pf-top -i 1' Enter
	until_true 15 shown '^testnode [0-9-]+/1 [0-9-]+ 41 '
	edges jobs 42
	until_true 15 shown '^testnode [0-9-]+/1 [0-9-]+ 42 '
	not shown 'pf-top'
	[ "$(screen | grep -c '^NODE')" = 1 ]
	mux send-keys C-c
	until_true 5 shown '^\$ ?$'
	mux send-keys 'echo "ended $?"; stty -a >after' Enter
	until_true 5 shown '^ended 130'
	until_true 5 test -s after
	diff before after
	[ "$(mux display-message -p '#{history_size}')" = 0 ]
	[ "$(ls tmp)" = '' ]
}

@test "more fuzzers than lines, and a terminal that becomes smaller" {
	jobs_in jobs
	for i in $(seq 2 40); do cp -r jobs/main "jobs/a-fuzzer-of-a-long-name-$i"; done
	mux new-session -d -x 200 -y 12 'pf-top -a -i 1' 3>&-
	until_true 15 shown '^[^ ]+ a-fuzzer-of-a-long-name-2 afl'
	shown '^and 3[0-9] more'
	shown '^40 fuzzers: '
	mux resize-window -x 80 -y 9
	until_true 15 narrow 81
	until_true 5 shown '^[^ ]+ a-fuzz[a-z-]*… '
	until_true 5 shown '^40 fuzzers: '
	shown '^JOB '
	# The smaller terminal took lines into its history, drawing takes none.
	history=$(mux display-message -p '#{history_size}')
	sed 's/^\(edges_found *: \).*/\14321/' "$stats/fuzzer_stats" >new
	mv new jobs/a-fuzzer-of-a-long-name-2/fuzzer_stats
	until_true 5 shown ' 4321 '
	[ "$(mux display-message -p '#{history_size}')" = "$history" ]
	mux send-keys C-c
	until_true 5 not mux has-session
}

@test "what is over its bound alerts, and the status says so" {
	jobs_in jobs
	try 0 pf-top -1
	row total 0/1
	try 1 pf-top -1 -A disk=0%,fuzzers=0:0,crashes=22
	grep -q 'crashes_total' stdout
	grep -q 'disk_used_ratio' stdout
	try 64 pf-top -1 -A disk
	says "pf-top: -A: 'disk': the value is a share, as in 80%"
}

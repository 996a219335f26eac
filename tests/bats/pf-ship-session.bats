# pf-ship in a session with pf-ingest: over a real ssh, and pulled.

load helper
load ship

prepare() { export PF_DB=$BATS_TEST_TMPDIR/pf.db; }

clean_up() { [ -z "${sshd_pid-}" ] || kill "$sshd_pid" 2>/dev/null || :; }

# A real sshd on a loopback port, with keys of its own.
sshd_start() {
	local sshd
	PATH=$PATH:/usr/sbin command -v sshd >/dev/null || skip 'sshd is not here'
	[ "$(id -u)" = 0 ] || skip 'sshd needs root here'
	sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
	mkdir -p /run/sshd
	ssh-keygen -qt ed25519 -N '' -f host_key
	ssh-keygen -qt ed25519 -N '' -f key
	cp key.pub authorized
	chmod 600 authorized
	port=$(/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' \
		"HostKey $PWD/host_key" "AuthorizedKeysFile $PWD/authorized" \
		'StrictModes no' 'UsePAM no' 'PermitRootLogin yes' \
		"PidFile $PWD/sshd.pid" "SetEnv PATH=$PATH PF_DB=$PF_DB" >sshd_config
	printf '%s\n' "IdentityFile $PWD/key" 'IdentitiesOnly yes' \
		"UserKnownHostsFile $PWD/known" 'StrictHostKeyChecking no' \
		'LogLevel ERROR' >ssh_config
	"$sshd" -D -f sshd_config 3>&- 2>sshd.log &
	sshd_pid=$!
	until_true 5 test -s sshd.pid
}

ssh_ship() {
	ship --to "ssh://127.0.0.1:$port/" --ssh-config ssh_config "$@"
}

# stored_once N: the store has the events 1 to N, and the spool nothing.
stored_once() {
	sqlite3 "$PF_DB" 'SELECT count(*), count(DISTINCT id) FROM events' >n
	same n <<<"$1|$1" && [ "$(count new)$(count rejected)" = 00 ]
}

@test "ssh delivers into a store, and a master that is away is waited for" {
	sshd_start
	events 1 250 | try 0 ssh_ship --batch 10
	silent
	stored_once 250
	kill $sshd_pid
	wait $sshd_pid || true
	events 251 500 >in
	try 75 ssh_ship --max-elapsed 100ms <in
	says 'ssh ended with 255'
	[ "$(count new)" = 3 ]
}

@test "ssh keeps a control connection for the next run" {
	sshd_start
	events 1 3 | try 0 ssh_ship --ssh-persist 1m
	socket=$(find "$PWD/spool" -type s)
	[ -n "$socket" ]
	ssh -F ssh_config -o "ControlPath=$socket" -O check 127.0.0.1
	ssh -F ssh_config -o "ControlPath=$socket" -O exit 127.0.0.1
	stored_once 3
}

@test "ssh that is killed half-way loses and doubles nothing" {
	sshd_start
	events 1 3000 | try 0 ship --spool-only --batch 10
	shipping --drain --to "ssh://127.0.0.1:$port/" --ssh-config ssh_config 2>err 3>&- &
	pid=$!
	for n in 1 2 3; do
		until_true 10 eval 'ssh=$(pgrep -P $pid -x ssh) || ! kill -0 $pid 2>/dev/null'
		kill -KILL $ssh 2>/dev/null || :
	done
	wait $pid
	stored_once 3000
	grep -q 'ssh was ended by signal 9' err
}

@test "a command over there that is not there needs a person" {
	sshd_start
	events 1 3 >in
	try 69 ssh_ship --remote no-such-command <in
	says 'ssh ended with 127: delivery stops, everything is kept'
	[ "$(count new)" = 1 ]
}

@test "a master pulls from a node: lost 0, doubled 0" {
	events 1 250 | try 0 ship --spool-only --batch 10
	try 0 pf-ingest --from 'pf-ship --spool spool --drain --to -'
	same stdout <<<'{"in":250,"stored":250,"duplicate":0,"rejected":0}'
	silent
	stored_once 250
	try 0 pf-ingest --from 'pf-ship --spool spool --drain --to -'
	same stdout <<<'{"in":0,"stored":0,"duplicate":0,"rejected":0}'
}

@test "lines that the store rejects are kept with its reason" {
	events 1 30 | sed '7s/"node":"n"/"node":"other"/' >in
	try 0 ship --spool-only --batch 10 <in
	try 1 pf-ingest --node n --from 'pf-ship --spool spool --drain --to -'
	[ "$(count new)" = 0 ]
	json '"%s: %s" % (e["from"].split()[-1], e["reason"])' spool/rejected/* >seen
	same seen <<<"7: is of node 'other', and its sender is 'n'"
}

@test "a master that goes in the middle is told of with 75, and nothing is lost" {
	events 1 250 | try 0 ship --spool-only --batch 10
	cat >gone <<-'END'
		head -c 256 >/dev/null
	END
	mkfifo answers
	sh -c 'sh ./gone >answers' < <(ship --drain --to - <answers 2>err || echo $? >status) || :
	until_true 5 test -s status
	same status <<<75
	grep -q 'gave up for now; everything is kept' err
	[ "$(count new)" = 25 ]
}

# answered ANSWER: the drain of one batch of two lines is answered so; `key`
# stands for its key.
answered() {
	events 1 2 | try 0 ship --spool-only
	key=$(ls spool/new)
	eval "printf '%s\n' \"$1\"" >answer
	status=0
	# The answer comes after the batch, or it would be none.
	{ until_true 5 cmp -s "spool/new/$key" out; cat answer; } |
		pf-ship --spool spool --drain --to - >out 2>stderr 3>&- || status=$?
}

@test "answers that are none are not believed" {
	answered '{\"key\":\"$key\",\"stored\":1,\"duplicate\":0,\"rejected\":[]}'
	[ $status = 75 ] && says 'counts are not those of this batch'
	[ "$(count new)" = 1 ]
	rm -r spool
	answered '{\"key\":\"x$key\",\"stored\":2,\"duplicate\":0,\"rejected\":[]}'
	[ $status = 75 ] && says 'the answer is not to this batch'
	rm -r spool
	answered 'Welcome to Debian'
	[ $status = 75 ] && says 'the answer is not JSON'
	rm -r spool
	answered '{\"key\":\"$key\",\"error\":\"busy\",\"exit\":75}'
	[ $status = 75 ] && says "'busy': kept, to be tried again"
}

@test "a batch that the store does not take at all is halved" {
	answered '{\"key\":\"$key\",\"error\":\"no\",\"exit\":77}'
	[ $status = 77 ] && says "'no': delivery stops, everything is kept"
	[ "$(count new)" = 1 ]
}

@test "--to - needs --drain, and stdout has nothing but batches" {
	try 64 ship --to - </dev/null
	says 'it needs --drain'
	events 1 3 | try 0 ship --spool-only
	cat spool/new/* >expected
	mkfifo silence
	exec 4<>silence
	try 75 ship --drain --to - --timeout 1s <&4
	exec 4<&-
	cmp expected stdout
}

@test "kill -9 at every write and read of a pull loses and doubles nothing" {
	events 1 60 | try 0 ship --spool-only --batch 10
	local call n
	for call in write read unlinkat; do
		for n in 1 2 3 5 8 13; do
			pf-ingest --from "ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace \
				-e trace=$call -e inject=$call:signal=SIGKILL:when=$n \
				pf-ship --spool spool --drain --to -" >out 2>err 3>&- || :
		done
		events 61 90 | try 0 ship --spool-only --batch 10
	done
	try 0 pf-ingest --from 'pf-ship --spool spool --drain --to -'
	stored_once 90
}

# pf-ingest over a real ssh: as a forced command, and pulling from a node.

load helper

clean_up() { [ -z "${sshd_pid-}" ] || kill "$sshd_pid" 2>/dev/null || :; }

prepare() {
	export PF_DB=$BATS_TEST_TMPDIR/pf.db
	events=$pf_root/tests/fixtures/events/campaign.jsonl
}

# sum EXPRESSION: over the answers.
sum() { json "$1" | awk '{ n += $1 } END { print n + 0 }'; }

# sshd_start FORCED: an sshd on loopback whose one key runs that command.
sshd_start() {
	local sshd port
	PATH=$PATH:/usr/sbin command -v sshd >/dev/null || skip 'sshd is not here'
	[ "$(id -u)" = 0 ] || skip 'sshd needs root here'
	sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
	mkdir -p /run/sshd
	ssh-keygen -qt ed25519 -N '' -f host_key
	ssh-keygen -qt ed25519 -N '' -f key
	printf 'command="%s",restrict %s\n' "$1" "$(cat key.pub)" >authorized
	chmod 600 authorized
	port=$(/usr/bin/python3 -c '
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' \
		"HostKey $PWD/host_key" "AuthorizedKeysFile $PWD/authorized" \
		'StrictModes no' 'UsePAM no' 'PermitRootLogin yes' \
		"PidFile $PWD/sshd.pid" "SetEnv PATH=$PATH" >sshd_config
	printf '%s\n' 'Host host' "Port $port" 'HostName 127.0.0.1' \
		"IdentityFile $PWD/key" 'IdentitiesOnly yes' 'BatchMode yes' \
		"UserKnownHostsFile $PWD/known" 'StrictHostKeyChecking no' \
		'LogLevel ERROR' >ssh_config
	"$sshd" -D -f sshd_config 3>&- 2>sshd.log &
	sshd_pid=$!
	until_true 5 test -s sshd.pid
}

@test "a forced command takes batches, and a node speaks for itself alone" {
	sshd_start "pf-ingest -d $PF_DB --node sgp1 --session"
	sed '11,20s/"node":"sgp1"/"node":"sgp2"/' "$events" |
		pf-ship --spool spool --spool-only
	cat spool/new/* >batches
	try 1 ssh -F ssh_config host rm -rf / <batches
	[ "$(sum 'e["stored"]')" = 49 ]
	[ "$(sum 'len(e["rejected"])')" = 10 ]
	says "is of node 'sgp2', and its sender is 'sgp1'"
	try 1 ssh -F ssh_config host <batches
	[ "$(sum 'e["duplicate"]')" = 49 ]
	[ "$(sqlite3 "$PF_DB" 'SELECT count(*) FROM events')" = 49 ]
}

@test "a session that is cut off has stored what it answered" {
	sshd_start "pf-ingest -d $PF_DB --session"
	pf-ship --spool spool --spool-only <"$events"
	cat spool/new/* | head -c 24000 >batches
	try 75 ssh -F ssh_config host <batches
	says 'a batch is cut off'
	[ "$(sum 'e["stored"]')" = \
		"$(sqlite3 "$PF_DB" 'SELECT count(*) FROM events')" ]
}

@test "a master pulls from a node that cannot reach it" {
	# What a node does: send what it has, and forget what was answered for.
	cat >drain <<'END'
#!/usr/bin/python3
import json, os, sys
for name in sorted(os.listdir("spool/new")):
    sys.stdout.buffer.write(open("spool/new/" + name, "rb").read())
    sys.stdout.flush()
    answer = json.loads(sys.stdin.readline())
    if answer["key"] == name and "error" not in answer:
        os.unlink("spool/new/" + name)
END
	chmod 755 drain
	sshd_start "cd $PWD && ./drain"
	pf-ship --spool spool --spool-only <"$events"
	try 0 pf-ingest --from 'ssh -F ssh_config host'
	same stdout <<<'{"in":59,"stored":59,"duplicate":0,"rejected":0}'
	silent
	[ -z "$(ls spool/new)" ]
	kill "$sshd_pid"
	wait "$sshd_pid" || :
	try 75 pf-ingest --from 'ssh -F ssh_config host'
	says "exit status 255"
}

@test "a command that fails before any batch came could not look" {
	for ended in false:69:1 'exit 3:69:3' 'exit 75:75:75' 'exit 255:75:255' \
		'exit 77:77:77'; do
		IFS=: read -r command status code <<<"$ended"
		try "$status" pf-ingest --from "$command"
		same stdout </dev/null
		same stderr <<<"pf-ingest: --from '$command': exit status $code"
	done
	try 0 pf-ingest --from true
	same stdout <<<'{"in":0,"stored":0,"duplicate":0,"rejected":0}'
	pf-ship --spool spool --spool-only <"$events"
	try 1 pf-ingest --from \
		'for batch in spool/new/*; do cat $batch; read -r answer; done; exit 1'
	same stdout <<<'{"in":59,"stored":59,"duplicate":0,"rejected":0}'
}

@test "what a shell over there says of itself is no batch, and is shown" {
	try 65 pf-ingest --from 'echo hello'
	same stdout </dev/null
	same stderr <<<"pf-ingest: the command: no batch header: 'hello\\x0a'"
	pf-ship --spool spool --spool-only <"$events"
	try 65 pf-ingest --from \
		'printf "%070d" 7; exec pf-ship --spool spool --drain --to -'
	says "no batch header: '$(printf %060d 0)'"
	[ "$(sqlite3 "$PF_DB" 'SELECT count(*) FROM events')" = 0 ]
	[ -n "$(ls spool/new)" ]
}

# One key twice is two commits: the second finds what the first has stored.
@test "batches that are there together are one transaction, in their order" {
	pf-ship --spool spool --spool-only --batch 7 <"$events"
	cat spool/new/* >batches
	first=$(ls spool/new | head -n 1)
	try 0 pf-ingest --session < <(cat batches "spool/new/$first" batches) 3>&-
	json 'e["key"]' >answered
	{ ls spool/new && echo "$first" && ls spool/new; } | same answered
	[ "$(sum 'e["stored"]')" = 59 ]
	[ "$(sum 'e["duplicate"]')" = 66 ]
	[ "$(sqlite3 "$PF_DB" 'SELECT count(DISTINCT committed_at) FROM batches')" \
		-lt 5 ]
}

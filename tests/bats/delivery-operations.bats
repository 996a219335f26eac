# pf-ship into pf-serve while somebody runs the machines: restarts, migrations,
# clocks, tokens, certificates, and disks that may not be written to or are
# full. Each event is counted at both ends.

load helper
load serve
load delivery
load tls

prepare() { export PF_DB=$PWD/pf.db; }

clean_up() {
	! mountpoint -q small || until_true 10 umount small || :
}

# shipping …: in the background, with its own pid as $!, by $ship_under if there
# is such a command.
# shellcheck disable=SC2086
shipping() {
	exec ${ship_under-} pf-ship --spool spool --batch 10 --retry-min 10ms --retry-max 100ms \
		"$@" 3>&- 4>&-
}

# deliver [OPTION…]: a pf-ship on a pipe that `feed` fills.
deliver() {
	mkfifo in
	: >said
	shipping --batch-age 100ms --to "$url" "$@" <in 2>said &
	ship_pid=$!
	exec 4>in
}

# feed FROM TO: these events; all that are fed are there together.
feed() { made "$2" | tail -n "+$1" >&4; }

# delivered [STATUS]: the pipe has an end, and pf-ship one with it.
delivered() {
	local got=0
	exec 4>&-
	wait "$ship_pid" || got=$?
	[ "$got" = "${1-0}" ] && return
	echo "pf-ship ended with $got"
	cat said
	return 1
}

stored() { [ "$(sql 'SELECT count(*) FROM events' || echo 0)" -ge "$1" ]; }

told() { until_true 20 grep -qF -- "$1" said; }

# back [OPTION…]: a server where the last one was.
back() { serve --listen "${url#*://}" "$@" 4>&-; }

@test "a server that is restarted again and again in the middle of a delivery" {
	serve
	deliver
	for n in 1 2 3 4 5; do
		feed $((n * 300 - 299)) $((n * 300))
		until_true 20 stored $((n * 300 - 250))
		stop
		back
	done
	delivered
	once 1500
	stop
}

# The server in `server.pid` is started anew whenever it ends, on a socket that
# stays, until there is a file `enough`. It ends with who does that.
service_manager() {
	: >port
	/usr/bin/python3 -c '
import os, socket, subprocess
listener = socket.create_server(("127.0.0.1", 0), backlog=128)
print(listener.getsockname()[1], flush=True)
while not os.path.exists("enough"):
    subprocess.run(["sh", "-c", "echo $$ >server.pid; LISTEN_PID=$$ LISTEN_FDS=1"
                    " exec setpriv --pdeathsig KILL pf-serve >>listening"],
                   preexec_fn=lambda: os.dup2(listener.fileno(), 3, True),
                   pass_fds=[3], stderr=open("server.log", "ab"))' >port 3>&- &
	manager_pid=$!
	until_true 10 test -s port
	url=http://127.0.0.1:$(cat port)
}

@test "with a socket that stays nobody is refused a connection meanwhile" {
	service_manager
	deliver -v
	for n in 1 2 3 4 5 6 7 8; do
		feed $((n * 300 - 299)) $((n * 300))
		until_true 20 stored $((n * 300 - 250))
		served=$(cat server.pid)
		kill -TERM "$served"
		until_true 20 not kill -0 "$served" 2>/dev/null
	done
	delivered
	once 2400
	not grep -qi refused said
	[ "$(wc -l <listening)" -ge 8 ]
	touch enough
	kill -TERM "$(cat server.pid)"
	wait "$manager_pid"
}

@test "a store of an older schema is not served, and nobody loses a line" {
	try 0 pf-ingest --migrate=1
	try 78 pf-serve --listen 127.0.0.1:0
	says 'the store has schema 1, this program needs'
	says 'run pf-ingest --migrate'
	made 600 >lines
	try 0 ship --spool-only <lines
	try 75 ship --drain --max-elapsed 100ms --to http://127.0.0.1:1
	try 0 pf-ingest --migrate
	serve
	try 0 ship --drain --to "$url"
	once 600
	stop
}

@test "a store whose schema is taken away in the middle takes nothing till it is back" {
	serve
	deliver
	feed 1 300
	until_true 20 stored 300
	for version in 3 2 1; do
		try 0 pf-ingest "--migrate=$version"
		feed $((1201 - version * 300)) $((1500 - version * 300))
		told "the store has schema $version now, this program needs"
		not stored $((1201 - version * 300))
		try 0 pf-ingest --migrate
		until_true 20 stored $((1500 - version * 300))
	done
	delivered
	once 1200
	stop
}

@test "a store is upgraded in the middle of a delivery, with the server down" {
	serve
	deliver
	feed 1 600
	until_true 20 stored 50
	stop
	try 0 pf-ingest --migrate=3
	try 78 pf-serve --listen "${url#*://}"
	feed 601 1200
	try 0 pf-ingest --migrate
	back
	delivered
	once 1200
	stop
}

@test "a store of a later program is refused, by a server that runs, too" {
	serve
	deliver
	feed 1 300
	until_true 20 stored 300
	sql "INSERT INTO schema_migrations VALUES (99, 'later', 'x', 1)"
	feed 301 600
	told 'the store has schema 99 now, this program needs'
	stop
	try 78 pf-serve --listen 127.0.0.1:0
	says 'the store has schema 99 and this program knows only'
	not stored 301
	sql 'DELETE FROM schema_migrations WHERE version = 99'
	back
	delivered
	once 600
	stop
}

@test "a token that is revoked in the middle stops the delivery and keeps all" {
	(umask 077 && pf-serve --tokens tokens --token node:n1 >token)
	serve --tokens tokens
	deliver --token-file token
	feed 1 300
	until_true 20 stored 300
	try 0 pf-serve --tokens tokens --revoke n1
	kill -HUP "$serve_pid"
	until_true 10 grep -q 'were read again' server.log
	feed 301 600
	delivered 77
	grep -q 'the master answers 401.*delivery stops, everything is kept' said
	not stored 301
	try 77 ship --drain --token-file token --to "$url"
	pf-serve --tokens tokens --token node:n1 >token
	kill -HUP "$serve_pid"
	until_true 10 ship --drain --token-file token --to "$url"
	once 600
	stop
}

# presented NAME STATUS: that certificate from now on, and a delivery to it.
presented() {
	stop
	back --cert "$1.pem" --key "$1.key"
	try "$2" ship --drain --ca-file ca.pem --to "$url"
}

@test "a certificate is replaced, by one that is wrong, has expired, and is good" {
	certificate good IP:127.0.0.1
	certificate wrong DNS:other.example
	certificate expired IP:127.0.0.1 -1
	serve --cert good.pem --key good.key
	deliver --ca-file ca.pem
	feed 1 300
	until_true 20 stored 300
	stop
	back --cert expired.pem --key expired.key
	feed 301 600
	delivered 69
	grep -q 'certificate.*delivery stops, everything is kept' said
	presented wrong 69
	says 'delivery stops, everything is kept'
	not stored 301
	presented good 0
	once 600
	stop
}

# clock_of NAME: sets `clock` to the command that runs others with a clock that is
# off by what is in the file NAME.clock. Monotonic time goes on as ever.
clock_of() {
	command -v faketime >/dev/null || skip 'faketime is not installed'
	export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0
	off "$1" +0
	clock="env LD_PRELOAD=$(faketime -m -f +0 printenv LD_PRELOAD) NO_FAKE_STAT=1
		FAKETIME_TIMESTAMP_FILE=$PWD/$1.clock FAKETIME_NO_CACHE=1
		FAKETIME_DONT_FAKE_MONOTONIC=1"
}

# off NAME BY: at once, not half.
off() { echo "$2" >next && mv next "$1.clock"; }

@test "the sender's clock jumps, with the master there and away" {
	clock_of node
	ship_under=$clock
	serve
	deliver -v --breaker-failures 1
	from=1
	for by in -3d +5d -400d +1h +0; do
		feed $from $((from + 199))
		off node $by
		until_true 20 stored $((from + 199))
		stop
		feed $((from + 200)) $((from + 399))
		: >said
		told "Couldn\\x27t connect"
		off node -$((from))d
		back
		from=$((from + 400))
	done
	delivered
	once 2000
	stop
}

@test "a breaker that was opened in the future keeps nobody from trying" {
	clock_of node
	ship_under=$clock
	made 60 | ship --spool-only
	off node +5d
	: >said
	shipping --drain --breaker-failures 1 --retry-min 1h --retry-max 1h \
		--max-elapsed 10ms --to http://127.0.0.1:1 2>said &
	wait $! || [ $? = 75 ]
	grep -q '"open":true' spool/breaker/*
	off node +0
	try 75 ship --drain --max-elapsed 10ms --to http://127.0.0.1:1
	says "Couldn\\x27t connect"
	serve
	try 0 ship --drain --to "$url"
	once 60
	stop
}

@test "the master's clock jumps in the middle of a delivery" {
	clock_of master
	serve_under=$clock
	serve
	deliver
	from=1
	for by in -3d +5d -400d +1h +0; do
		feed $from $((from + 199))
		off master $by
		until_true 20 stored $((from + 199))
		from=$((from + 200))
	done
	delivered
	ask 200 GET /readyz
	once 1000
	stop
}

# lease STATUS VERB JSON: what the holder says of the job `j`.
lease() { ask "$1" POST "/api/v1/jobs/$2" -d "$3"; }

@test "a lease outlives the master's clock, or another has the job with the next epoch" {
	clock_of master
	serve_under=$clock
	serve
	echo '{"v":1,"job":"j","target":"t","command":["t"]}' | try 0 pf-job submit
	lease 200 claim '{"node":"a","lease_seconds":600}'
	answers 'e["epoch"]' >epoch
	off master -3d
	lease 204 claim '{"node":"b","lease_seconds":600}'
	lease 200 j/renew "{\"epoch\":$(<epoch),\"lease_seconds\":600}"
	off master +3d
	lease 200 claim '{"node":"b","lease_seconds":600}'
	[ "$(answers 'e["epoch"]')" -gt "$(<epoch)" ]
	lease 409 j/renew "{\"epoch\":$(<epoch),\"lease_seconds\":600}"
	stop
}

# fragile: a file system at `small`, which an error makes one that may not be
# written to; `breaks` makes it so, and `mended` ends that.
fragile() {
	[ "$(id -u)" = 0 ] || skip 'mounting needs root'
	PATH=$PATH:/usr/sbin:/sbin
	command -v mkfs.ext4 >/dev/null || skip 'mkfs.ext4 is not installed'
	truncate -s 32M image
	mkfs.ext4 -q image
	mkdir -p small
	mount -o loop,errors=remount-ro image small || skip 'no loop mounts here'
	device=$(findmnt -no SOURCE small)
	[ -w "/sys/fs/ext4/${device##*/}/trigger_fs_error" ] ||
		skip 'ext4 cannot be made to fail here'
}

breaks() { echo test >"/sys/fs/ext4/${device##*/}/trigger_fs_error"; }

mended() {
	until_true 10 umount small
	e2fsck -fy image >checked 2>&1 || [ $? = 1 ]
	mount -o loop,errors=remount-ro image small
}

@test "a store that may not be written to any more, in the middle of a delivery" {
	fragile
	PF_DB=$PWD/small/pf.db
	serve
	deliver
	feed 1 300
	until_true 20 stored 300
	breaks
	feed 301 600
	told 'disk I/O error'
	not stored 301
	ask 503 GET /readyz
	stop
	mended
	back
	delivered
	once 600
	stop
}

@test "a spool that may not be written to any more" {
	fragile
	mkdir small/spool
		ln -s small/spool spool
	serve
	deliver
	feed 1 300
	until_true 20 stored 300
	until_true 20 eval '[ -z "$(ls spool/new)" ]'
	breaks
	feed 301 600
	delivered 74
	grep -q 'Read-only file system' said
	grep -q 'lines are not safely spooled' said
	mended
	made 600 | tail -n 300 | ship --spool-only
	try 0 ship --drain --to "$url"
	once 600
	stop
}

# codes: what batches were answered with, each that came up.
codes() {
	curl -sS "$url/metrics" | sed -n \
		's/^pf_serve_requests_total{kind="batch",code="\(.*\)"} [1-9].*/\1/p' | xargs
}

@test "a store without room under load from many takes all when there is some" {
	mkdir small
	mount -t tmpfs -o size=1m none small || skip 'tmpfs cannot be mounted'
	PF_DB=$PWD/small/pf.db
	serve
	made 8000 | split -d -a 1 -l 2000 - part.
	for n in 0 1 2 3; do
		pf-ship --spool "spool.$n" --batch 50 --spool-only <part.$n
		: >"said.$n"
		pf-ship --spool "spool.$n" --retry-min 10ms --retry-max 100ms --drain \
			--to "$url" 2>"said.$n" 3>&- &
		pids[n]=$!
	done
	for n in 0 1 2 3; do until_true 20 grep -q 'the master answers 503' "said.$n"; done
	not stored 8000
	ask 503 GET /readyz
	mount -o remount,size=64m small
	for n in 0 1 2 3; do wait "${pids[n]}"; done
	codes >seen
	same seen <<<'200 503'
	mkdir -p spool/{new,tmp,corrupt,rejected}
	find spool.* -path '*/new/*' -exec mv -t spool/new {} +
	once 8000
	stop
}

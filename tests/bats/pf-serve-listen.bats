# pf-serve: where it listens, with TLS and behind others, and how it ends.

load helper
load serve

# certificate NAME [OPTION…]: NAME.pem and NAME.key, for 127.0.0.1.
certificate() {
	local name=$1
	shift
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
		-keyout "$name.key" -out "$name.pem" -days 2 -subj /CN=master \
		-addext subjectAltName=IP:127.0.0.1 "$@" 2>/dev/null
}

@test "TLS by a certificate and its key" {
	certificate master
	serve --cert master.pem --key master.key
	post 200 "$events" --cacert master.pem
	same stdout <<<'{"stored":59,"duplicate":0,"rejected":[]}'
	ask 200 GET /healthz --cacert master.pem --tlsv1.3
	[ "$(curl -s -o /dev/null -w '%{http_code}' "http${url#https}/healthz")" = 000 ]
	stop
	certificate other
	try 64 pf-serve -d pf.db --cert master.pem
}

@test "TLS is for all sockets of a server" {
	certificate master
	serve --listen "unix:$PWD/socket" --listen 127.0.0.1:0 \
		--cert master.pem --key master.key
	[ "$(json 'e["tls"]' listening | sort | uniq -c | tr -d ' ')" = 2true ]
	url=https://127.0.0.1
	ask 200 GET /healthz --unix-socket socket --cacert master.pem
	url=http://127.0.0.1
	ask 000 GET /healthz --unix-socket socket
	stop
}

# refuses STATUS SENTENCE OPTION…: at the start, and before it.
refuses() {
	local status=$1 sentence=$2
	shift 2
	try "$status" timeout 20 pf-serve -d pf.db "$@"
	same stderr <<<"pf-serve: $sentence"
	try "$status" pf-serve -d unmade.db --check-config "$@"
	same stderr <<<"pf-serve: $sentence"
}

@test "--check-config says what a start would, without the store" {
	certificate master
	certificate other
	openssl pkey -in master.key -aes256 -passout pass:x -out closed.key
	pf-serve --tokens tokens --token node:sgp1 >token
	echo 'node x' >wrong
	here=(-l 127.0.0.1:0)
	refuses 78 "'other.key' is not the key of the certificate 'master.pem'" \
		"${here[@]}" --cert master.pem --key other.key
	refuses 78 "'master.key' holds no certificate" \
		"${here[@]}" --cert master.key --key master.key
	for key in tokens closed.key; do
		refuses 78 "'$key' holds no key that needs no passphrase" \
			"${here[@]}" --cert master.pem --key "$key"
	done
	refuses 66 "read 'nowhere': No such file or directory" \
		"${here[@]}" --cert nowhere --key master.key
	refuses 66 "read 'nowhere': No such file or directory" \
		"${here[@]}" --cert master.pem --key nowhere
	refuses 66 "open 'nowhere': No such file or directory" \
		"${here[@]}" --tokens nowhere
	refuses 78 "'wrong' line 1: a line is: role, name, sha256:…" \
		"${here[@]}" --tokens wrong
	refuses 64 "listen on 'x': not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH" -l x
	refuses 64 "listen on '127.0.0.1:65536': '65536' is no port, which is a number up to 65535" \
		"${here[@]}" -l 127.0.0.1:65536
	long=unix:$(printf '%0200d' 0)
	refuses 64 "listen on '$long': the path is too long for a socket" -l "$long"
	[ ! -e unmade.db ]
}

@test "--check-config passes what can be served, and refuses what is open" {
	certificate master
	pf-serve --tokens tokens --token node:sgp1 >token
	check=(pf-serve -d pf.db --check-config)
	tls=(--cert master.pem --key master.key)
	try 0 "${check[@]}"
	try 0 "${check[@]}" -l 0.0.0.0:8417 --tokens tokens "${tls[@]}"
	try 0 "${check[@]}" -l :8417 --insecure
	try 0 "${check[@]}" -l "unix:$PWD/socket" --tokens tokens
	silent
	try 78 "${check[@]}" -l 127.0.0.1:0 -l 0.0.0.0:8417 --tokens tokens
	says "listen on '0.0.0.0:8417': tokens would be sent in the clear"
	try 78 "${check[@]}" -l 0.0.0.0:8417 "${tls[@]}"
	says 'whoever reaches it could write to the store'
	[ ! -e pf.db ]
	[ ! -e socket ]
}

@test "an address that others can reach needs tokens and TLS" {
	certificate master
	pf-serve --tokens tokens --token node:sgp1 >token
	try 78 pf-serve -d pf.db -l 0.0.0.0:0
	says 'whoever reaches it could write to the store'
	try 78 pf-serve -d pf.db -l 0.0.0.0:0 --cert master.pem --key master.key
	try 78 pf-serve -d pf.db -l 0.0.0.0:0 --tokens tokens
	says 'tokens would be sent in the clear'
	serve --listen 0.0.0.0:0 --tokens tokens --cert master.pem --key master.key
	ask 200 GET /healthz -k
	stop
	serve --listen 0.0.0.0:0 --insecure
	ask 200 GET /healthz
	stop
}

@test "several sockets, of all kinds" {
	serve --listen 127.0.0.1:0 --listen "unix:$PWD/socket" --listen '[::1]:0' ||
		skip 'there is no IPv6 here'
	for i in 1 3; do
		url=http://$(json 'e["listening"]' listening | sed -n "${i}p")
		ask 200 GET /healthz
	done
	post 200 "$events" --unix-socket socket
	kill -KILL "$serve_pid"
	wait "$serve_pid" || :
	[ -S socket ]
	serve --listen "unix:$PWD/socket"
	url=http://x
	ask 200 GET /healthz --unix-socket socket
	try 69 pf-serve -d pf.db -l "unix:$PWD/socket"
	stop
	[ ! -e socket ]
}

@test "an address that is taken, or none" {
	serve
	try 69 pf-serve -d other.db -l "${url#http://}"
	says "bind on" || says "listen on"
	stop
	for where in x 127.0.0.1 ::1:80 127.0.0.1:; do
		try 64 pf-serve -d other.db -l "$where"
		[ "$(wc -l <stderr)" = 1 ]
	done
	for port in 65536 99999 18446744073709551617 -1 +1 http 8o 0x50 ' 80'; do
		try 64 pf-serve -d other.db -l "127.0.0.1:$port"
		same stderr <<<"pf-serve: listen on '127.0.0.1:$port': '$port' is no port, which is a number up to 65535"
	done
	RES_OPTIONS="timeout:1 attempts:1" \
		try 69 pf-serve -d other.db -l no.host.invalid:0
	says "listen on 'no.host.invalid:0': "
	[ ! -e other.db ]
}

# The batch is in the store, but its commit waits, when SIGTERM comes.
@test "what was asked is answered before the end, what comes after is 503" {
	command -v strace >/dev/null || skip 'strace is not installed'
	# The leak checker cannot work under strace.
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 serve
	strace -f -qq -o trace -e trace=fdatasync \
		-e inject=fdatasync:delay_enter=2000000 -p "$serve_pid" 3>&- &
	tracer=$!
	until_true 10 grep -q 'TracerPid:.*[1-9]' "/proc/$serve_pid/status"
	curl -sS --data-binary "@$events" "$url/api/v1/results/batch" >first 3>&- &
	curl=$!
	until_true 10 grep -q fdatasync trace
	kill -TERM "$serve_pid"
	until_true 5 eval 'ask 503 GET /readyz >/dev/null'
	post 503 "$events"
	same stdout <<<'{"error":"the server is stopping"}'
	grep -qi '^connection: close' headers
	wait "$curl"
	same first <<<'{"stored":59,"duplicate":0,"rejected":[]}'
	stop
	wait "$tracer" || :
	[ "$(sql 'SELECT count(*) FROM events')" = 59 ]
}

# handed FD-NUMBER COMMAND…: as a service manager starts it.
handed() {
	/usr/bin/python3 -c '
import os, socket, sys
s = socket.socket(fileno=os.dup(int(sys.argv[1])))
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execvp(sys.argv[2], sys.argv[2:])' "$@"
}

# Every second of a client's must be served, by whichever of the servers.
@test "with a socket that is handed over an upgrade refuses nobody" {
	export PF_DB=$PWD/pf.db
	/usr/bin/python3 - "$events" >told 2>failed 3>&- <<-'END'
		import http.client, os, signal, socket, subprocess, sys, threading, time
		listener = socket.create_server(("127.0.0.1", 0), backlog=512)
		port = listener.getsockname()[1]
		def start():
		    def become():
		        os.dup2(listener.fileno(), 3)
		        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
		    # The child must know its own pid.
		    return subprocess.Popen(
		        ["sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec pf-serve"],
		        preexec_fn=lambda: os.dup2(listener.fileno(), 3, True),
		        pass_fds=[3], stdout=subprocess.DEVNULL)
		lines = open(sys.argv[1], "rb").readlines()
		answers = []
		stop = threading.Event()
		def client():
		    n = 0
		    while not stop.is_set():
		        c = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
		        c.request("POST", "/api/v1/results/batch", lines[n % 59])
		        answers.append(c.getresponse().status)
		        c.close()
		        n += 1
		server = start()
		threads = [threading.Thread(target=client) for _ in range(4)]
		for t in threads: t.start()
		for _ in range(4):
		    time.sleep(0.5)
		    server.send_signal(signal.SIGTERM)
		    if server.wait() != 0: print("ended with", server.returncode)
		    server = start()
		time.sleep(0.5)
		stop.set()
		for t in threads: t.join()
		server.terminate()
		server.wait()
		# A connection of the old server's may still be told to go.
		print(sorted(set(answers) - {200, 503}), answers.count(200) > 200)
	END
	same failed </dev/null
	same told <<<'[] True'
	[ "$(sql 'SELECT count(*) FROM events')" = 59 ]
}

@test "a service manager is told when it is ready, and when it ends" {
	/usr/bin/python3 - "$PWD" >told 3>&- <<-'END'
		import os, signal, socket, subprocess, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind(sys.argv[1] + "/notify")
		s.settimeout(20)
		os.environ["NOTIFY_SOCKET"] = sys.argv[1] + "/notify"
		p = subprocess.Popen(["pf-serve", "-d", "x.db", "-l", "127.0.0.1:0"],
		                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		print(s.recv(100).decode())
		p.send_signal(signal.SIGHUP)
		print(s.recv(100).decode())
		print(s.recv(100).decode())
		p.terminate()
		print(s.recv(100).decode(), p.wait())
	END
	same told <<-'END'
		READY=1
		RELOADING=1
		READY=1
		STOPPING=1 0
	END
}

@test "settings come from a file, and limits again on SIGHUP" {
	cat >conf <<-'END'
		# what a master has
		body_max = 1K
		min_free = 0.1%
	END
	serve --config conf
	post 413 "$events"
	sed -i 's/1K/1M/' conf
	kill -HUP "$serve_pid"
	until_true 5 grep -q 'were read again' server.log
	post 200 "$events"
	echo 'body_max = much' >>conf
	kill -HUP "$serve_pid"
	until_true 5 grep -q 'stay as they were' server.log
	grep -qF "'conf' line 4: body_max is a size" server.log
	post 200 "$events"
	stop
	try 78 pf-serve --config conf -d pf.db
	sed -i '$d' conf
	echo 'listen = { "127.0.0.1:0", "'"unix:$PWD/socket"'" }' >>conf
	: >listening
	pf-serve --config conf -d pf.db >listening 3>&- &
	serve_pid=$!
	until_true 10 is_up
	[ "$(wc -l <listening)" = 2 ]
	stop
	echo 'bodymax = 1K' >conf
	try 78 pf-serve --config conf --check-config -d pf.db
	says "'conf' line 1: no such option 'bodymax'"
	try 66 pf-serve --config nowhere -d pf.db
}

# The example, with its names and ports made ours.
@test "behind nginx, as in the example" {
	PATH=$PATH:/usr/sbin command -v nginx >/dev/null || skip 'nginx is not installed'
	certificate master
	pf-serve --tokens tokens --token node,reader:sgp1 >token
	serve --tokens tokens
	port=$(/usr/bin/python3 -c '
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	sed -e "s|127.0.0.1:8417|${url#http://}|" -e "s|/etc/pf/cert|$PWD/master|" \
		-e "s|/etc/pf/key.pem|$PWD/master.key|" -e '/listen \[::\]/d' \
		-e "s|listen 443|listen 127.0.0.1:$port|" "$pf_root/share/nginx.conf" >site
	{
		echo "daemon off; user $(id -un); pid $PWD/nginx.pid; error_log $PWD/nginx.log;"
		echo 'events {} http { access_log off;'
		for kind in client_body proxy fastcgi uwsgi scgi; do
			echo "${kind}_temp_path $PWD/$kind;"
		done
		echo "include $PWD/site; }"
	} >nginx.conf
	PATH=$PATH:/usr/sbin nginx -p "$PWD" -c "$PWD/nginx.conf" 2>nginx.said 3>&- &
	nginx=$!
	url=https://127.0.0.1:$port
	as=(--cacert master.pem -H "Authorization: Bearer $(<token)")
	until_true 10 ask 200 GET /readyz "${as[@]}"
	post 200 "$events" "${as[@]}"
	same stdout <<<'{"stored":59,"duplicate":0,"rejected":[]}'
	ask 401 GET /api/v1/nodes --cacert master.pem
	curl -sSN --max-time 60 "$url/api/v1/jobs/json-afl/progress" "${as[@]}" >stream 3>&- &
	curl=$!
	until_true 10 grep -q 'event: crash' stream
	kill "$curl"
	kill "$nginx"
	wait "$nginx" || :
	stop
}

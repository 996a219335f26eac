# pf-ship over HTTP: each event is counted at both ends.

load helper
load ship

# arrives ANSWER… [-- OPTION…]: 250 events get through to a master that answers
# so at first, whatever that costs; what it says of it is in `stderr`.
arrives() {
	local answers=()
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		answers+=("$1")
		shift
	done
	shift $(($# > 0))
	master "${answers[@]}"
	events 1 250 | try 0 ship --batch 50 --to "$url" "$@"
	nothing_lost 250
}

@test "batches are posted with their keys, packed, and are gone" {
	arrives
	silent
	requests '[e["path"], e["lines"], e["headers"]["content-type"], e["headers"]["content-encoding"]]' |
		sort | uniq -c | sed 's/^ *//' >seen
	same seen <<-'END'
		5 ["/api/v1/results/batch", 50, "application/x-ndjson", "zstd"]
	END
	[ "$(requests 'e["key"]' | sort -u | wc -l)" = 5 ]
}

@test "a path in the URL is a prefix, and gzip and none are packings" {
	master
	events 1 10 | try 0 ship --to "$url/pf/" --compress gzip
	events 11 20 | try 0 ship --to "$url" --compress none
	requests '[e["path"], e["headers"].get("content-encoding", "")]' >seen
	same seen <<-'END'
		["/pf/api/v1/results/batch", "gzip"]
		["/api/v1/results/batch", ""]
	END
	nothing_lost 20
}

@test "the same master's connection carries several batches at once" {
	master '*slow'
	events 1 50 | try 0 ship --spool-only --batch 10
	shipping --drain --to "$url" --in-flight 3 2>err 3>&- &
	pid=$!
	until_true 10 eval '[ "$(wc -l <m/requests)" = 3 ]'
	kill -TERM $pid
	wait $pid
	[ "$(count new)" = 5 ]
	better_master
	try 0 ship --drain --to "$url"
	cat m/events | sort -u | wc -l | grep -qx 50
}

@test "bytes in flight are bounded" {
	master '*slow'
	events 1 50 | try 0 ship --spool-only --batch 10
	shipping --drain --to "$url" --in-flight-bytes 3000 2>err 3>&- &
	pid=$!
	until_true 10 eval '[ "$(wc -l <m/requests)" = 2 ]'
	kill -TERM $pid
	wait $pid
	[ "$(wc -l <m/requests)" = 2 ]
}

@test "answers with 500, 503, 429, 408 and 425 are tried again" {
	arrives status=500 status=503 retry=429:0 status=408 status=425
	says 'the master answers 500'
	says 'kept, to be tried again'
}

@test "a captive portal's 200 with HTML is no acknowledgement" {
	arrives html html
	says 'the master answers 200, but the answer is not JSON: kept, to be tried again'
}

@test "a redirect is not followed, and where it points to is said" {
	arrives moved=http://login.example/
	says "the master answers 302: 'elsewhere' and points to 'http://login.example/', which is not followed"
}

@test "an answer that is cut is no acknowledgement" {
	arrives cut notjson
	says 'kept, to be tried again'
}

@test "an answer that is lost after the commit costs nothing" {
	arrives lost
	[ "$(requests 'e["key"]' | sort | uniq -d | wc -l)" = 1 ]
}

@test "a connection that is reset before, in and after the body is opened again" {
	arrives reset halfway after
}

@test "what is not HTTP is no acknowledgement" {
	arrives junk
}

@test "another key, and counts that do not add up, are no acknowledgement" {
	arrives otherkey miscount -- --in-flight 1
	says 'the answer is not to this batch'
	says "the answer's counts are not those of this batch"
}

@test "a master that never answers is left after --timeout" {
	arrives slow -- --timeout 1s
	says 'kept, to be tried again'
}

@test "headers and a body that trickle in are cut off by --timeout" {
	arrives drip trickle -- --timeout 1s
}

@test "a master from whom nothing moves is left after --stall-timeout" {
	arrives slow -- --stall-timeout 1s
}

@test "no such host, and nobody there, are temporary" {
	events 1 150 | try 0 ship --spool-only
	try 75 ship --drain --max-elapsed 50ms --to http://no-such-host.invalid/
	says 'gave up for now; everything is kept'
	try 75 ship --drain --max-elapsed 50ms --to http://127.0.0.1:1/
	says 'gave up for now; everything is kept'
	master
	try 0 ship --drain --to "$url"
	nothing_lost 150
}

@test "lines that the master rejects are kept with its reason" {
	master '*reject="n":3'
	events 1 50 | try 1 ship --batch 20 --to "$url"
	grep -c . m/events | grep -qx 39
	cat spool/rejected/* >rejects
	json 'json.loads(e["line"])["data"]["n"]' rejects | sort -n | xargs >seen
	same seen <<<'3 30 31 32 33 34 35 36 37 38 39'
	json 'e["reason"] == "a master\u0027s whim\n"' rejects | sort -u >same
	same same <<<true
	says "line 3: rejected: 'a master\\x27s whim\\x0a'"
	[ "$(count new)" = 0 ]
}

@test "a batch that is refused is halved until the line is alone" {
	master '*picky="n":33}'
	events 1 100 | try 1 ship --to "$url"
	events 1 100 | grep -v '"n":33}' | sort | cmp - <(sort m/events)
	json 'e["reason"]' spool/rejected/* >reason
	same reason <<<"the master answers 400: 'there is a line I do not like'"
	[ "$(requests 'e["key"]' | sort | uniq -d | wc -l)" = 0 ]
}

@test "a gateway that knows nothing of it costs no line" {
	arrives html=404 status=404 html=400 html=415 html=422 html=511 status=405
	says "the master answers 404: kept, to be tried again"
	[ "$(count rejected)" = 0 ]
}

@test "a batch that is too large is halved" {
	arrives '*large=7'
}

@test "the same key with other contents goes to rejected/" {
	master status=422
	events 1 3 | try 1 ship --to "$url"
	[ "$(cat spool/rejected/* | wc -l)" = 3 ]
	[ "$(count new)" = 0 ]
}

@test "a batch that always fails does not block the others" {
	master
	events 1 50 | try 0 ship --spool-only --batch 10
	better_master status=500 status=500 status=500
	try 0 ship --drain --to "$url" --in-flight 4
	nothing_lost 50
	requests 'e["key"]' | sort | uniq -c | awk '$1 > 2' >often
	same often </dev/null
}

@test "refused credentials stop delivery and keep everything" {
	master '*token=right'
	echo wrong >token
	chmod 600 token
	events 1 250 | try 77 ship --batch 50 --to "$url" --token-file token
	says "the master answers 401: 'who are you': delivery stops, everything is kept"
	[ "$(count new)" = 5 ]
	echo right >token
	PF_TOKEN_FILE=token try 0 ship --drain --to "$url"
	nothing_lost 250
}

@test "a token that is revoked in the middle of a drain loses nothing" {
	master ok ok '*status=401'
	events 1 250 | try 0 ship --spool-only --batch 50
	try 77 ship --drain --to "$url" --in-flight 1
	[ "$(count new)" = 3 ]
	better_master
	try 0 ship --drain --to "$url"
	nothing_lost 250
}

@test "a token that others may read, or that is none, is not used" {
	echo secret >token
	chmod 640 token
	try 78 ship --drain --to http://127.0.0.1:1/ --token-file token
	says "the token file 'token' can be read by others; chmod 600"
	printf 'a\nb\n' >token
	chmod 600 token
	try 78 ship --drain --to http://127.0.0.1:1/ --token-file token
	says 'is not one line of printable characters'
	try 78 ship --drain --to http://127.0.0.1:1/ --token-file not-there
	says 'cannot be opened: No such file or directory'
}

@test "without a token what comes is spooled to its end all the same" {
	mkfifo pipe
	: >err
	shipping --to http://127.0.0.1:1/ --token-file token <pipe 2>err 3>&- &
	pid=$!
	exec 4>pipe
	until_true 10 grep -q 'cannot be opened: No such file or directory' err
	events 1 150 >&4
	exec 4>&-
	status=0
	wait $pid || status=$?
	[ $status = 78 ]
	[ "$(wc -l <err)" = 1 ]
	[ "$(count new)" = 2 ]
	(umask 077 && echo secret >token)
	master
	try 0 ship --drain --to "$url" --token-file token
	nothing_lost 150
}

@test "a token is not sent in the clear to another machine unless told to" {
	echo secret >token
	chmod 600 token
	try 78 ship --drain --to http://master.invalid/ --token-file token
	says 'the token would be readable on its way'
	try 0 ship --drain --to http://master.invalid/ --token-file token --insecure-http
	try 0 ship --drain --to http://localhost:1/ --token-file token
	try 0 ship --drain --to https://master.invalid/ --token-file token
}

@test "URLs are checked" {
	try 64 ship --drain --to http://user:word@host/
	says 'has a name or a password in it'
	try 64 ship --drain --to 'https://host/?a=b'
	try 64 ship --drain --to http://
	try 64 ship --drain --to http://host/ --compress lzma
	try 64 ship --drain --to http://host/ --key k
}

@test "proxies of the environment are not used, that of --proxy is" {
	events 1 3 | try 0 ship --spool-only
	master
	http_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 \
		try 0 ship --drain --to "$url"
	nothing_lost 3
	events 1 3 | try 0 ship --spool-only
	try 0 ship --drain --to http://no-such-host.invalid/ --proxy "$url"
	requests 'e["path"]' | tail -n 1 |
		grep -qx 'http://no-such-host.invalid/api/v1/results/batch'
}

@test "ten writers and drains at once lose and double nothing" {
	master status=500 lost reset ok cut
	local pids=() n
	for n in 0 1 2 3 4 5 6 7 8 9; do
		events $((n * 100 + 1)) $((n * 100 + 100)) |
			ship --batch 9 --to "$url" 2>/dev/null 3>&- &
		pids+=($!)
		ship --drain --to "$url" 2>/dev/null 3>&- &
	done
	for n in "${pids[@]}"; do wait "$n"; done
	wait $(jobs -p | grep -vx "$master_pid") || :
	try 0 ship --drain --to "$url"
	nothing_lost 1000
}

@test "kill -9 in the middle of deliveries loses and doubles nothing" {
	events 1 2000 | try 0 ship --spool-only --batch 5
	master
	for n in 50 100 150 200 250 300; do
		shipping --drain --to "$url" 2>/dev/null 3>&- &
		pid=$!
		until_true 10 eval '[ "$(wc -l <m/requests)" -ge $n ]'
		kill -KILL $pid
		{ wait $pid || :; } 2>/dev/null
	done
	try 0 ship --drain --to "$url"
	nothing_lost 2000
}

# killed_at_every SYSCALL: each such call in turn is the last one of a drain.
killed_at_every() {
	local n=1 got=137
	events 1 30 | try 0 ship --spool-only --batch 10
	master
	while [ $got = 137 ]; do
		got=0
		ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace="$1" \
			-e inject="$1:signal=SIGKILL:when=$n" pf-ship --spool spool \
			--drain --to "$url" 3>&- 2>stderr || got=$?
		n=$((n + 1))
	done
	[ $got = 0 ] && [ $n -gt 2 ]
	nothing_lost 30
}

@test "kill -9 at every sendto loses and doubles nothing" {
	killed_at_every sendto
}

@test "kill -9 at every recvfrom loses and doubles nothing" {
	killed_at_every recvfrom
}

@test "kill -9 at every unlinkat of a drain over HTTP does not, either" {
	killed_at_every unlinkat
}

# pf-serve and requests that nobody should send: tests/faults/hostile-requests.

load helper
load serve
load tls

# Short limits, so that who is slow is cut off while a test looks.
serve_shortly() {
	serve --header-timeout 1s --body-timeout 1s --idle-timeout 2s \
		--answer-timeout 2s "$@"
}

# hostile GROUP…: requests of these groups, of which each is answered as it
# must be, and around which what is good is stored, once.
hostile() {
	local answered
	serve_shortly
	try 0 timeout 300 "$pf_root/tests/faults/hostile-requests" \
		"${url#http://}" "$@"
	answered=$(sed 's/.* requests, \(.*\) good events/\1/' stdout)
	stop
	[ "$(sql "SELECT count(*) FROM events WHERE node = 'good'")" = "$answered" ]
	[ "$(sql "SELECT count(*) FROM events WHERE node = 'smuggled'")" = 0 ]
	sql 'PRAGMA integrity_check; PRAGMA foreign_key_check' >checks
	same checks <<<ok
	same server.log </dev/null
}

@test 'what can be understood in two ways is understood in none' {
	hostile smuggling
}

@test 'methods, versions and other protocols' {
	hostile methods
}

@test 'no target leads out of what there is' {
	hostile targets
}

@test 'headers of any size and number' {
	hostile headers
}

@test 'packed bodies that are cut, wrong or bombs' {
	hostile packed
}

@test 'bodies, lines and depths beyond all limits' {
	hostile sizes
}

@test 'each member of each event with values that it cannot have' {
	hostile types
}

@test 'who watches and goes away, from any event' {
	hostile streams
}

@test 'hundreds that go away in the middle of anything' {
	hostile drops
}

@test 'who sends or reads a byte at a time is cut off, and holds up nobody' {
	hostile slow
}

@test 'who sends a byte at a time over TLS is cut off, and holds up nobody' {
	certificate master IP:127.0.0.1
	serve_shortly --cert master.pem --key master.key
	for _ in 1 2; do
		try 0 timeout 100 "$pf_root/tests/faults/slow-tls" "${url#https://}" ca.pem
		[ "$(<stdout)" -gt 1 ]
	done
	peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$serve_pid/status")
	echo "$peak KiB"
	ldd "$(command -v pf-serve)" | grep -q asan || [ "$peak" -le 65536 ]
	stop
	same server.log </dev/null
}

@test '100,000 bodies from a fuzzer, and each line is accounted for' {
	hostile lines
}

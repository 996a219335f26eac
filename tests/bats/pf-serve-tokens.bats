# pf-serve: who may do what.

load helper
load serve

# A list with one of each role; their tokens in files of the roles' names.
prepare() {
	local who
	for who in node:sgp1 reader:board admin:anna; do
		pf-serve --tokens tokens --token "$who" >"${who%:*}"
	done
}

# as ROLE COMMAND…: with that one's token.
as() {
	local token
	token=$(<"$1")
	shift
	"$@" -H "Authorization: Bearer $token"
}

@test "each role may do what is its, and nothing else" {
	serve --tokens tokens
	while read -r method path node reader admin; do
		for role in node reader admin; do
			as $role ask "${!role}" "$method" "$path" -d '{'
		done
		ask 401 "$method" "$path" -d '{'
		grep -qi '^www-authenticate: Basic' headers
	done <<-'END'
		POST /api/v1/results/batch 200 403 200
		GET /api/v1/nodes 403 200 200
		GET /api/v1/crash-groups 403 200 200
		GET /metrics 403 200 200
		GET /api/v1/jobs 200 200 200
		POST /api/v1/jobs 403 403 422
		POST /api/v1/jobs/claim 400 403 400
		PATCH /api/v1/crash-groups/x 403 403 400
		POST /api/v1/system/maintenance 403 403 400
	END
	ask 200 GET /healthz
	ask 200 GET /readyz
	stop
}

@test "a node writes under its own name alone" {
	serve --tokens tokens
	{ head -n 5 "$events"; sed -n '6,8s/"node":"sgp1"/"node":"sgp2"/p' "$events"; } >lines
	as node post 200 lines
	answers '"\n".join([str(e["stored"])] + [r["reason"] for r in e["rejected"]])' >got
	same got <<-'END'
	5
	is of node 'sgp2', and its sender is 'sgp1'
	is of node 'sgp2', and its sender is 'sgp1'
	is of node 'sgp2', and its sender is 'sgp1'
	END
	as admin post 200 lines
	answers 'e["stored"], e["duplicate"]' >got
	same got <<<'[3, 5]'
	stop
}

@test "a token that is wrong, cut or too long is not known" {
	serve --tokens tokens
	for token in x "$(head -c 20 node)" "$(<node)x" "$(head -c 3000 /dev/zero | tr '\0' a)" ''; do
		ask 401 GET /api/v1/jobs -H "Authorization: Bearer $token"
	done
	ask 401 GET /api/v1/jobs -H "Authorization: Digest $(<node)"
	ask 200 GET /api/v1/jobs -u "anybody:$(<node)"
	ask 401 GET /api/v1/jobs -u "anybody:$(<node)x"
	ask 401 POST /api/v1/results/batch --data-binary "@$events"
	[ "$(sql 'SELECT count(*) FROM events')" = 0 ]
	stop
}

@test "a token that is revoked is refused after SIGHUP, and others go on" {
	serve --tokens tokens
	as node post 200 "$events"
	try 0 pf-serve --tokens tokens --revoke sgp1
	kill -HUP "$serve_pid"
	until_true 5 grep -q 'were read again' server.log
	as node post 401 "$events"
	same stdout <<<'{"error":"this token is not known"}'
	as reader ask 200 GET /api/v1/nodes
	try 1 pf-serve --tokens tokens --revoke sgp1
	same stderr <<<"pf-serve: 'tokens' has no token of 'sgp1'"
	stop
}

@test "a list that is wrong is told of, and the old one stays" {
	serve --tokens tokens
	echo 'node sgp2' >>tokens
	kill -HUP "$serve_pid"
	until_true 5 grep -q 'stay as they were' server.log
	grep -qF "pf-serve: 'tokens' line 4: a line is: role, name, sha256:…" server.log
	as node post 200 "$events"
	stop
	try 78 pf-serve --tokens tokens --check-config -d pf.db
	echo 'boss x sha256:00' >tokens
	try 78 pf-serve --tokens tokens -d pf.db
	same stderr <<<"pf-serve: 'tokens' line 1: a role is one of node, reader and admin"
	: >tokens
	chmod 666 tokens
	try 77 pf-serve --tokens tokens -d pf.db
	same stderr <<<"pf-serve: 'tokens' may be written by others"
	try 66 pf-serve --tokens nowhere -d pf.db
}

@test "no token is in the list, nor in what the server says" {
	serve --tokens tokens -v
	as node post 200 "$events"
	as node post 200 "$events" -H 'Idempotency-Key: x'
	stop
	for role in node reader admin; do
		grep -qF -e "$(<$role)" tokens server.log listening pf.db && return 1
	done
	[ "$(stat -c %a tokens)" = 600 ]
}

@test "a list that is missing is made for a token, but not to take one out" {
	try 66 pf-serve --tokens nix --revoke nobody
	same stderr <<<"pf-serve: open 'nix': No such file or directory"
	try 66 pf-serve --tokens gone/nix --revoke nobody
	[ "$(echo nix* gone*)" = 'nix* gone*' ]
	try 0 pf-serve --tokens nix --token node:sgp1
	try 1 pf-serve --tokens nix --revoke nobody
	try 0 pf-serve --tokens nix --revoke sgp1
	same nix </dev/null
}

@test "two who make tokens at once lose none" {
	for i in {1..20}; do
		pf-serve --tokens many --token "node:n$i" >"issued$i" 2>"said$i" 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	cat said* >stderr
	silent
	[ "$(cut -d ' ' -f 2 many | sort -u | wc -l)" = 20 ]
	[ "$(cat issued* | sort -u | wc -l)" = 20 ]
}

@test "who changes the list waits for another one, but not for ever" {
	cp tokens before
	(exec 9<tokens.lock && flock 9 && exec sleep 100) 3>&- &
	holder=$!
	until_true 5 sh -c '! flock -n tokens.lock true'
	try 75 pf-serve --tokens tokens --token node:sgp2
	same stderr <<<"pf-serve: another one is changing 'tokens'"
	same stdout </dev/null
	cmp tokens before
	: >said
	pf-serve --tokens tokens --token node:sgp2 >issued 2>said 3>&- &
	waiter=$!
	until_true 5 grep -q pf-serve "/proc/$waiter/comm"
	kill "$holder"
	wait "$waiter"
	same said </dev/null
	[ "$(grep -c '^node sgp2 ' tokens)" = 1 ]
}

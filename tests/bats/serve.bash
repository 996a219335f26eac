# For tests of pf-serve: a server of one's own, and questions to it.

events=$pf_root/tests/fixtures/events/campaign.jsonl

# serve [OPTION…]: a server on a free port of loopback, run by the command
# $serve_under if there is one; its address is $url.
serve() {
	export PF_DB=${PF_DB-$PWD/pf.db}
	[[ " $* " == *' --listen '* ]] || set -- "$@" --listen 127.0.0.1:0
	: >listening
	${serve_under-} pf-serve "$@" >listening 2>server.log 3>&- &
	serve_pid=$!
	until_true 10 is_up || return
	url=http$([[ " $* " != *' --cert '* ]] || echo s)://$(
		json 'e["listening"]' listening | head -n 1)
}

# True also when it has ended, which is for what comes next to tell.
is_up() { [ -s listening ] || not kill -0 "$serve_pid" 2>/dev/null; }

# stop [STATUS]: ends it, in its own time.
stop() {
	local got=0
	kill -TERM "$serve_pid"
	wait "$serve_pid" || got=$?
	[ "$got" = "${1-0}" ] && return
	echo "the server ended with $got"
	cat server.log
	return 1
}

# ask STATUS METHOD PATH [CURL-OPTION…]: the answer's body is in the file
# `stdout`, its headers in `headers`.
ask() {
	local want=$1 method=$2 path=$3 got
	shift 3
	got=$(curl -sS --max-time 60 -X "$method" -D headers -o stdout \
		-w '%{http_code}' "$@" "$url$path" 2>stderr 3>&-) || :
	[ "$got" = "$want" ] && return
	echo "$method $path: status $got, not $want"
	cat stderr headers stdout
	return 1
}

# post STATUS FILE [CURL-OPTION…]: a batch.
post() {
	local want=$1 file=$2
	shift 2
	: >stdout
	ask "$want" POST /api/v1/results/batch --data-binary "@$file" "$@"
}

# answers EXPRESSION: of the answer, which is in `stdout`, as `json` has it.
answers() { json "$1"; }

# metric NAME: its value, or the sum of those with labels.
metric() {
	curl -sS "$url/metrics" | awk -v name="$1" '
		{ split($1, part, "{") }
		part[1] == name { sum += $2; seen = 1 }
		END { if (!seen) exit 1; print sum }'
}

sql() { sqlite3 "$PF_DB" "$@"; }

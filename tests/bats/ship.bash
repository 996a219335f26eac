# Shared by the tests of pf-ship: events, runs on the spool `spool`, and what
# arrived. Loaded after `helper`.

# events FROM TO [TYPE]: that many event lines with ids of their numbers.
events() {
	local i
	for ((i = $1; i <= $2; i++)); do
		printf '{"v":1,"id":"%032x","time":"2026-11-21T02:00:00.000Z",' "$i"
		printf '"type":"%s","node":"n","data":{"n":%d}}\n' "${3:-stats}" "$i"
	done
}

ship_options='--spool spool --retry-min 5ms --retry-max 20ms --ssh-persist 0'
# shellcheck disable=SC2086
ship() { pf-ship $ship_options "$@"; }

# shipping …: the same to be put in the background, with its own pid as $!.
# shellcheck disable=SC2086
shipping() { exec pf-ship $ship_options "$@"; }

# in_order FILE N: its lines are just the events 1 to N.
in_order() { events 1 "$2" | same "$1"; }

# all_there FILE N: the events 1 to N are in it, each at least once.
all_there() {
	[ "$(sort -u "$1" | md5sum)" = "$(events 1 "$2" | sort | md5sum)" ] && return
	events 1 "$2" | sort | comm -3 - <(sort -u "$1") | head -n 5
	return 1
}

count() { find "spool/$1" -mindepth 1 -printf x | wc -c; }
counted() { [ "$(count "$1")" = "$2" ]; }

# master ANSWER…: a master over HTTP that answers so (tests/faults/http-master),
# in the directory `m`; its address is in `url`.
master() {
	rm -rf m/port
	"$pf_root/tests/faults/http-master" m "$@" 2>master.err 3>&- &
	master_pid=$!
	until_true 10 test -s m/port
	url=http://127.0.0.1:$(cat m/port)
}

# The master as it should be, in the place of the one that is there.
better_master() {
	kill "$master_pid"
	wait "$master_pid" 2>/dev/null || :
	master "$@"
}

# requests EXPRESSION: of `e`, for each batch that the master has read.
requests() { json "$1" m/requests; }

# nothing_lost N: the master has the events 1 to N, each once, and the spool
# is empty. What came twice came under the same key, or it would be there twice.
nothing_lost() {
	sort m/events | cmp - <(events 1 "$1" | sort) || return
	[ "$(count new)$(count tmp)$(count corrupt)$(count rejected)" = 0000 ]
}

# What every test file loads: the programs in PATH, one way to run and one way
# to compare. Tests run in a directory of their own, BATS_TEST_TMPDIR.

pf_root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
pf_build=${PF_BUILD:-$pf_root/build}
# The example targets are the same for every build of the programs.
targets=$pf_root/build/targets
PATH=$pf_build/bin:$PATH
export LC_ALL=C.UTF-8 TZ=UTC PF_NODE=testnode
unset PF_HOME PF_DB PF_MASTER PF_TOKEN_FILE PF_SPOOL PF_NOW

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export PF_TEST=$BATS_TEST_TMPDIR # to tell our jobs from others' of a name
	if declare -F prepare >/dev/null; then prepare; fi
}

# What a test that failed left running is ended: by pid, and only its own.
teardown() {
	local pid
	for pid in $(jobs -p); do
		kill -KILL "$pid" 2>/dev/null || :
	done
	if declare -F clean_up >/dev/null; then clean_up; fi
}

# try STATUS COMMAND…: runs it with the streams in files `stdout` and `stderr`
# and fails, showing both, when it ends with another status. It reads what
# try's own standard input is; descriptor 3 is bats's and not inherited.
try() {
	local want=$1 got=0
	shift
	"$@" >stdout 2>stderr 3>&- || got=$?
	[ "$got" = "$want" ] && return
	printf 'status %s, not %s: %s\n--- stdout\n' "$got" "$want" "$*"
	head -c 4000 stdout
	printf -- '--- stderr\n'
	head -c 4000 stderr
	return 1
}

# same FILE: the file's contents are what stands on standard input.
same() { diff -u --label expected --label "$1" - "$1"; }

# says TEXT: one line of `stderr` contains it.
says() {
	grep -qF -- "$1" stderr && return
	printf 'stderr does not say: %s\n--- stderr\n' "$1"
	head -c 4000 stderr
	return 1
}

# silent: nothing on standard error.
silent() { same stderr </dev/null; }

# bound_by_modes COMMAND…: run so that file modes hold, for root too. In the
# background with bound_exec=exec, for $! to be the command.
bound_by_modes() {
	if [ "$(id -u)" = 0 ]; then
		set -- setpriv --bounding-set=-dac_override,-dac_read_search "$@"
	fi
	${bound_exec-} "$@"
}

# until_true SECONDS COMMAND…: waits for it to succeed.
until_true() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			echo "did not come true: $*"
			return 1
		fi
		sleep 0.05
	done
}

# processes_of JOB: the pids of this test's whose environment names the job.
processes_of() {
	grep -lsz "^PF_JOB=$1\$" /proc/[0-9]*/environ |
		xargs -r grep -lsz "^PF_TEST=$PF_TEST\$" | cut -d / -f 3
}

# nothing_left JOB: none of them is there.
nothing_left() { [ -z "$(processes_of "$1")" ]; }

# states [FILE]: of the job events, in order.
states() { json "e['data']['state'] if e['type'] == 'job' else None" "$@"; }

# not COMMAND…: it must fail; after a bare ! a test goes on either way.
not() { ! "$@"; }

# json EXPRESSION [FILE]: prints a Python expression over `e`, every line's
# value; for tests that look inside event lines.
json() {
	/usr/bin/python3 -c '
import json, sys
for line in open(sys.argv[2]):
    e = json.loads(line)
    v = eval(sys.argv[1])
    if v is not None:
        print(v if isinstance(v, str) else json.dumps(v))' "$1" "${2:-stdout}"
}

# valid FILE: every line of it obeys the event schema.
valid() { "$pf_root/tests/validate" "$1"; }

# What pf-ingest tells of groups that are new, or back.

load helper
load store

setup_file() {
	make_public_directory
	export public
}

teardown_file() {
	[ ! -d "$public/pg/data" ] || stop_server "$public/pg" immediate
	rm -rf "$public"
}

prepare() { export PF_DB=$PWD/pf.db PF_ARTIFACTS=$PWD/artifacts; }

# crash N GROUP BUILD TIME: of that build, at that time of the day.
crash() {
	event "$1" crash "{\"group\":\"$2\",\"build_id\":\"$3\"}" '"target":"t",' |
		sed "s/T02:00:00Z/T$4Z/"
}

# told: the groups that the command was told of, in the file `told`.
told() { if [ -e told ]; then json 'e["data"]["group"]' told | sort | xargs; fi; }

ingest() { pf-ingest --on-new 'cat >>told' "$@"; }

@test "each new group is told of once, with the event that began it" {
	{
		crash 1 a b1 02:00:00
		crash 2 b b1 02:00:01
		crash 3 a b1 02:00:02
	} >lines
	try 0 ingest --batch 1 lines
	silent
	sed 2q lines | same told
	try 0 ingest lines
	crash 4 a b1 02:00:03 | try 0 ingest
	sed 2q lines | same told
}

@test "a group that comes while nobody wants to hear of it is not told of later" {
	crash 1 a b1 02:00:00 | try 0 pf-ingest
	crash 2 a b1 02:00:01 | try 0 ingest
	[ ! -e told ]
}

@test "a command that fails is told of, and tries again with the next run" {
	{
		crash 1 a b1 02:00:00
		crash 2 b b1 02:00:01
	} >lines
	try 1 pf-ingest --on-new 'exit 3' lines
	same stdout <<<'{"in":2,"stored":2,"duplicate":0,"rejected":0}'
	same stderr <<-'END'
		pf-ingest: --on-new 'exit 3': exit status 3
		pf-ingest: --on-new 'exit 3': exit status 3
	END
	try 1 pf-ingest --on-new 'grep -v "\"group\":\"b\"" >>told' </dev/null
	[ "$(told)" = a ]
	try 0 ingest </dev/null
	[ "$(told)" = 'a b' ]
	try 0 ingest </dev/null
	[ "$(told)" = 'a b' ]
}

@test "a command that takes too long is ended and tries again" {
	crash 1 a b1 02:00:00 >lines
	try 1 pf-ingest --on-new 'sleep 100' --on-new-timeout 100ms lines
	same stderr <<<"pf-ingest: --on-new 'sleep 100': killed, it ran longer than 0.1 seconds"
	try 0 ingest </dev/null
	[ "$(told)" = a ]
}

@test "a session acknowledges before it tells, and a failure costs no batch" {
	crash 1 a b1 02:00:00 | spool
	batches >input
	try 0 pf-ingest --on-new 'grep -q stored stdout && cat >>told' --session <input
	[ "$(told)" = a ]
	crash 2 b b1 02:00:00 | spool
	batches >input
	try 1 pf-ingest --on-new 'exit 1' --session <input
	json '[e["stored"], e["duplicate"]]' | xargs >answers
	same answers <<<'[0, 1] [1, 0]'
	try 0 ingest </dev/null
	[ "$(told)" = 'a b' ]
}

# A claim ends a while after the command's time; PF_NOW is after that.
@test "whoever is killed between commit and command, each group is told of" {
	command -v strace >/dev/null || skip 'strace is not installed'
	for i in 1 2 3; do crash "$i" "g$i" b1 02:00:00; done >lines
	killed=0
	for call in memfd_create clone pidfd_open wait4 fdatasync pwrite64; do
		for n in 1 2 3 5 9 14 33; do
			rm -f "$PF_DB"* told
			ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -qq -o trace \
				-e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
				pf-ingest --on-new 'cat >>told' lines >/dev/null 2>&1 ||
				killed=$((killed + 1))
			# Who is killed with a child has it go on alone.
			until_true 20 sql 'BEGIN IMMEDIATE' 2>/dev/null
			PF_NOW=2030-01-01T00:00:00Z try 0 ingest lines
			echo "$call $n: $(told)"
			[ "$(told | tr ' ' '\n' | sort -u | xargs)" = 'g1 g2 g3' ]
			[ "$(told | wc -w)" -le 4 ]
		done
	done
	[ "$killed" -gt 20 ]
}

@test "two at once tell each group once between them, on either engine" {
	for i in {1..30}; do crash "$i" "g$i" b1 02:00:00; done >lines
	for where in file server; do
		if [ "$where" = server ]; then
			start_server "$public/pg"
			PF_DB=$server
		fi
		rm -f told
		for i in 1 2 3; do
			shuf --random-source=<(yes "$i") lines |
				pf-ingest --batch 3 --on-new 'cat >>told' >/dev/null \
					2>"stderr.$i" 3>&- &
		done
		for pid in $(jobs -p); do wait "$pid"; done
		cat stderr.* >stderr
		silent
		sort told >heard
		sort lines | same heard
	done
}

@test "a fixed group stays so for old builds and is back with a later one" {
	crash 1 a old 02:00:00 | try 0 ingest
	try 0 env PF_NOW=2026-11-21T03:00:00Z pf-ingest --state fixed a
	state() { sql 'SELECT state, fixed_at IS NULL FROM crash_groups'; }
	[ "$(state)" = 'fixed|0' ]
	# A crash that comes later, of a build that was known before the fix.
	crash 2 a old 05:00:00 | try 0 ingest
	[ "$(state)" = 'fixed|0' ]
	crash 3 a late 04:00:00 >late
	try 0 ingest late
	[ "$(state)" = 'regressed|1' ]
	crash 4 a later 06:00:00 | try 0 ingest
	{ crash 1 a old 02:00:00; cat late; } | same told
	[ "$(sql 'SELECT crashes FROM crash_groups')" = 4 ]
}

@test "states are set for groups that there are" {
	crash 1 a b 02:00:00 | pf-ingest
	try 1 pf-ingest --state ignored none a
	same stderr <<<"pf-ingest: there is no group 'none'"
	[ "$(sql 'SELECT state FROM crash_groups')" = ignored ]
	try 64 pf-ingest --state regressed a
	try 66 pf-ingest --db other.db --state open a
	[ ! -e other.db ]
}

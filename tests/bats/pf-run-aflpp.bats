# pf-run with the real afl-fuzz: how it is called, and what it must not lose.

load helper

seeds=$pf_root/tests/targets/seeds
inputs=$pf_root/tests/targets/inputs

# One target in the builds that a user may have, all beside each other.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	local sources="$BATS_TEST_DIRNAME/../targets/chunks.c
		$BATS_TEST_DIRNAME/../targets/afl_main.c"
	export AFL_QUIET=1
	# shellcheck disable=SC2086
	afl-clang-fast -g -O1 -o chunks.afl $sources &&
		AFL_LLVM_CMPLOG=1 afl-clang-fast -g -O1 -o chunks.cmplog $sources &&
		AFL_USE_ASAN=1 afl-clang-fast -g -O1 -o chunks.asan $sources
	printf 'tag="LIST"\n' >chunks.dict
}

# fuzz TARGET OPTION…: a job in `job`; in the background $! is pf-run.
fuzz() {
	local target=$1
	shift
	${fuzz_exec-} pf-run -t 1 -i "$seeds/chunks" -o job --interval 1s "$@" \
		-- "$target"
}

# command INSTANCE: what afl-fuzz wrote down of its command line, in short.
command_of() {
	sed -n "s|^command_line *: ||; T; s|$PWD/||g; s|$BATS_FILE_TMPDIR/||g
		s|.* -o job/out ||; p" "job/out/$1/fuzzer_stats"
}

# contents DIRECTORY…: the hash of each crash input there. A file that was being
# written when its writer was killed is none yet: staged ones begin with a dot,
# AFL++'s own are empty.
contents() {
	find "$@" -type f -size +0 ! -name '.*' ! -name README.txt \
		! -name '*.json' -exec xxh128sum {} + | cut -c 1-32 | sort -u
}

crashes_told() {
	json "e['data']['input']['xxh128'] if e['type'] == 'crash' else None" |
		sort
}

@test "builds and words beside the target are used as far as there are instances" {
	ln -s "$BATS_FILE_TMPDIR"/chunks.{afl,cmplog,asan} .
	try 0 fuzz "$BATS_FILE_TMPDIR/chunks.afl" -n 3 -d 5s -v
	sed "s|$BATS_FILE_TMPDIR/||" stderr >got
	same got <<-END
		pf-run: --cmplog 'chunks.cmplog'
		pf-run: --variant 'chunks.asan'
	END
	command_of main >got
	same got <<<"-M main -m none -t 1000+ -- chunks.afl"
	command_of s01 >got
	same got <<-END
		-S s01 -p explore -m none -t 1000+ -c chunks.cmplog -l 2AT -- chunks.afl
	END
	command_of s02 >got
	same got <<<"-S s02 -p coe -m none -t 1000+ -- chunks.asan"
	json "[e['cmplog'], e['variants']]" job/job.json >got
	same got <<-END
		["$BATS_FILE_TMPDIR/chunks.cmplog", ["$BATS_FILE_TMPDIR/chunks.asan"]]
	END
}

@test "one instance uses the build for comparisons itself, and no variant" {
	try 0 fuzz "$BATS_FILE_TMPDIR/chunks.afl" -d 2s
	silent
	command_of default >got
	same got <<<"-m none -t 1000+ -c chunks.cmplog -- chunks.afl"
	json "e.get('variants')" job/job.json >got
	same got </dev/null
}

@test "builds that are named are the only ones, and every instance has the words" {
	cp "$BATS_FILE_TMPDIR"/chunks.* .
	cp chunks.dict chunks.afl.dict
	cp chunks.asan named
	try 0 fuzz ./chunks.afl -n 3 --variant named --cmplog chunks.afl -d 5s
	silent
	command_of main >got
	same got <<<"-M main -m none -t 1000+ -x chunks.afl.dict -- chunks.afl"
	command_of s01 >got
	same got <<-END
		-S s01 -p explore -m none -t 1000+ -x chunks.afl.dict -c chunks.afl -l 2AT -- chunks.afl
	END
	command_of s02 >got
	same got <<<"-S s02 -p coe -m none -t 1000+ -x chunks.afl.dict -- named"
}

@test "a target that logs comparisons itself needs no other build for it" {
	cp "$BATS_FILE_TMPDIR/chunks.cmplog" both
	try 0 fuzz ./both -d 2s
	command_of default >got
	same got <<<"-m none -t 1000+ -c both -- both"
	strip both
	rm -r job
	try 0 fuzz ./both -d 2s
	command_of default >got
	same got <<<"-m none -t 1000+ -c both -- both"
}

@test "testcases of others arrive in the queue of the main instance" {
	mkdir theirs
	cp "$BATS_FILE_TMPDIR/chunks.asan" target
	# It reaches what the one seed does not.
	mkdir one
	cp "$seeds/chunks/colours" one
	cp "$seeds"/chunks/{list,pixels} theirs
	fuzz_exec=exec fuzz ./target -i one -F theirs >stdout 2>stderr 3>&- &
	until_true 40 sh -c 'ls job/out/main/queue | grep -q sync:theirs'
	kill -TERM $!
	wait $!
	silent
	ls theirs >got
	same got <<<"$(printf '%s\n' list pixels)"
}

@test "afl-fuzz is given no variable that it does not know" {
	try 0 fuzz "$BATS_FILE_TMPDIR/chunks.asan" -d 2s
	grep -q 'AFL_FORKSRV_INIT_TMOUT' job/log/default.log
	[ "$(grep -c Mistyped job/log/default.log)" = 0 ]
	ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
		MSAN_OPTIONS=x=1 try 0 fuzz "$BATS_FILE_TMPDIR/chunks.asan" -d 3s
	silent
}

@test "the same directory again keeps the queue and the crashes" {
	try 0 fuzz "$targets/chunks.afl" -d 5s
	crashes_told >first
	[ -s first ]
	ls job/out/default/queue | grep -c '^id:' >queue
	contents job/out/default/crashes* >before
	try 0 fuzz "$targets/chunks.afl" -d 4s
	contents job/out/default/crashes* >after
	comm -23 before after >got
	same got </dev/null
	[ "$(ls job/out/default/queue | grep -c '^id:')" -ge "$(cat queue)" ]
	# The first are not told again, and those of before are still counted.
	crashes_told >second
	comm -12 first second >got
	same got </dev/null
	json "e['data']['crashes_total'] if e['type'] == 'stats' else None" |
		tail -n 1 >total
	cat first second | wc -l | same total
}

# Two starts in one second made afl-fuzz delete every crash input it had.
@test "killed and started at once, again and again, no crash input is lost" {
	: >known
	for round in 1 2 3; do
		rm -f stdout # what the round before said
		fuzz_exec=exec fuzz "$targets/chunks.afl" >stdout 2>stderr 3>&- &
		until_true 20 grep -q '"state":"running"' stdout
		until_true 20 grep -q '"type":"crash"' job/events.jsonl
		kill -KILL $!
		wait $! || :
		contents job/out/default/crashes* job/crashes >now
		comm -23 known now >got
		same got </dev/null
		cp now known
	done
	# It takes 2 s from a start to the next; each is told when it has been.
	json "(e['time'] if e['data'].get('state') == 'running' and
	    e['type'] == 'job' else None)" job/events.jsonl | date -f - +%s%N >starts
	[ "$(wc -l <starts)" = 3 ]
	awk 'NR > 1 && $1 - last < 1500000000 {print $1 - last} {last = $1}' \
		starts >got
	same got </dev/null
}

@test "what a main instance had goes on when it is alone" {
	try 0 fuzz "$targets/chunks.afl" -n 2 -d 5s
	ls job/out/main/queue | grep -c '^id:' >queue
	try 0 fuzz "$targets/chunks.afl" -d 3s
	[ ! -e job/out/default ]
	[ "$(ls job/out/main/queue | grep -c '^id:')" -ge "$(cat queue)" ]
}

@test "a resume that fails is tried once more" {
	try 0 fuzz "$targets/chunks.afl" -d 3s
	# As if each testcase had come to crash. Those of the seeds are hard
	# links to them.
	for file in job/out/default/queue/id:*; do
		cp --remove-destination "$inputs/chunks/chunks-title-read" "$file"
	done
	try 78 fuzz "$targets/chunks.afl" -d 30s
	says "default: 'We need at least one valid input seed that does not crash!'"
	states >got
	same got <<<"$(printf '%s\n' starting running restarting running failed)"
}

# The processes of the job with this name that run the target itself.
targets_of() {
	local pid
	for pid in $(processes_of "$1"); do
		[ "$(readlink "/proc/$pid/exe")" != "$targets/chunks.afl" ] ||
			echo "$pid"
	done
}

@test "a fork server that was killed is no reason to end" {
	name=fork-server-$$
	fuzz_exec=exec fuzz "$(readlink -f "$targets")/chunks.afl" -j "$name" \
		>stdout 2>stderr 3>&- &
	targets=$(readlink -f "$targets")
	until_true 10 grep -qs '^execs_done' job/out/default/fuzzer_stats
	targets_of "$name" >servers
	[ -s servers ]
	xargs kill -KILL <servers
	until_true 20 grep -q '"state":"restarting"' stdout
	json "e['data'].get('reason') if e['type'] == 'job' else None" |
		grep -q 'from fork server\|with fork server'
	until_true 20 sh -c '[ "$(grep -c "\"state\":\"running\"" stdout)" = 2 ]'
	kill -TERM $!
	wait $!
	states | tail -n 1 >got
	same got <<<cancelled
}

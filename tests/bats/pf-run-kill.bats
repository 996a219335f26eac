# kill -9 of pf-run at any moment. PF_SEED=NUMBER repeats what failed.

load helper

setup_file() {
	mkdir "$BATS_FILE_TMPDIR/bin"
	cc -std=gnu11 -O1 -o "$BATS_FILE_TMPDIR/bin/afl-fuzz" \
		"$BATS_TEST_DIRNAME/../fakes/afl-fuzz.c"
}

# start KIND OPTION…: pf-run over a fuzzer that finds crashes all the time.
start() {
	local kind=$1 target=chunks.libfuzzer
	shift
	case $kind in
	fake*) PATH=$BATS_FILE_TMPDIR/bin:$PATH FAKE=stream target=clean.afl ;;
	afl*) target=chunks.afl ;;
	esac
	export FAKE
	exec pf-run -t 1 -i "$pf_root/tests/targets/seeds/${target%%.*}" \
		-o "$kind" -j "kill-$$" --interval 200ms --min-free 0 "$@" \
		-- "$targets/$target"
}

# Milliseconds: often right after the start, else within what a round takes.
moment() {
	if [ $((RANDOM % 3)) = 0 ]; then
		echo $((RANDOM % 50))
	else
		echo $((RANDOM % 1500))
	fi
}

# One round; the kind's number changes now and then, for a fresh directory.
round() {
	local kind=$1 after=$2 pid
	start "$kind" >>"$kind.out" 2>>"$kind.err" 3>&- &
	pid=$!
	sleep "$(printf '%d.%03d' $((after / 1000)) $((after % 1000)))"
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || :
	until_true 5 nothing_left "kill-$$"
	[ ! -e "$kind/state.json" ] || json "e['state']" "$kind/state.json" >state
}

# The keeper is the parent of a single fuzzer: pf-run waited for it for ever.
@test "a fuzzer that stops its parent ends in time all the same" {
	try 0 timeout -s KILL 20 pf-run -f other --crash-dir found -d 1 -g 1 \
		-o job --min-free 0 -j "kill-$$" -- \
		sh -c 'kill -STOP $PPID; exec sleep 100'
	nothing_left "kill-$$"
}

@test "100 kills at random moments leave no process, lose and double nothing" {
	seed=${PF_SEED:-$RANDOM}
	RANDOM=$seed
	echo "PF_SEED=$seed"
	# AFL++ is not started twice within 2 s, so its rounds are far apart.
	kinds=(libfuzzer libfuzzer afl libfuzzer libfuzzer fake libfuzzer libfuzzer
		libfuzzer libfuzzer)
	for i in {0..99}; do
		kind=${kinds[i % 10]}.$((i / 34))
		after=$(moment)
		echo "round $i: $kind killed after $after ms"
		round "$kind" "$after"
	done
	for kind in *.[0-9]; do
		echo "the last start of $kind"
		(start "$kind" -d 1s) >last 2>last.err 3>&- || { cat last.err; false; }
		"$pf_root/tests/fakes/check_job" "$kind"
		[ -z "$(tail -c 1 "$kind/events.jsonl")" ]
		valid "$kind/events.jsonl"
		nothing_left "kill-$$"
	done
}

# pf-stats, on recorded output of the real fuzzers.

load helper

fixtures=$pf_root/tests/fixtures/stats

# record NAME: a recording as if it was made at three o'clock, in a directory of
# its own, and what pf-stats says of it a month later.
record() {
	mkdir -p recorded
	cp -r "$fixtures/$1" recorded/
	find "recorded/$1" -exec touch -d 2026-11-21T03:00:00Z {} +
	PF_NOW=2026-12-21T00:00:00Z pf-stats "recorded/$1" >stdout
}

# golden: the events in `stdout` without what every one of them has.
golden() {
	json "'%s %s %s %s' % (e['time'], e['fuzzer'], e.get('target', '-'),
		json.dumps(e['data'], sort_keys=True))"
}

# Set PF_STATS_RECORD to write the expectations anew.
@test "every recording says what is known of it" {
	local file name failed=
	for file in "$fixtures"/aflpp-* "$fixtures"/*.log "$fixtures"/*.csv \
		"$fixtures"/*.plot; do
		name=${file##*/}
		case $name in *.expected) continue ;; esac
		record "$name" || failed="$failed $name"
		valid stdout
		golden >got
		[ -z "${PF_STATS_RECORD-}" ] || cp got "$file.expected"
		same got <"$file.expected" || failed="$failed $name"
	done
	[ -z "$failed" ]
}

# Its 65th byte was lost between a look at its head and the reading of it.
@test "a fuzzer_stats file says what its directory says" {
	try 0 pf-stats "$fixtures/aflpp-4.04c/fuzzer_stats"
	silent
	mv stdout file
	try 0 pf-stats "$fixtures/aflpp-4.04c"
	diff file stdout
}

@test "lines that a target prints to look like libFuzzer's change nothing" {
	{
		cat "$fixtures/libfuzzer-single.log"
		echo '#99999999 NEW cov: 1 ft: 1 corp: 1 exec/s: 1 rss: 1Mb'
		echo '==1==ERROR: AddressSanitizer: heap-buffer-overflow'
	} >log
	touch -d 2026-11-21T03:00:00Z log
	try 0 pf-stats log
	golden | sed 's/"instance": "log"/"instance": "libfuzzer-single.log"/' >got
	same got <"$fixtures/libfuzzer-single.log.expected"
}

@test "paths come from standard input as well" {
	printf '%s\n' "$fixtures/aflpp-4.04c" "$fixtures/aflpp-2.68c" >list
	try 0 pf-stats <list
	[ "$(wc -l <stdout)" = 2 ]
	printf '%s\0' "$fixtures/aflpp-4.04c" >list
	try 0 pf-stats -0 <list
	[ "$(wc -l <stdout)" = 1 ]
}

@test "crashes are counted from the files, those of earlier runs too" {
	cp -r "$fixtures/aflpp-4.04c" instance
	mkdir instance/crashes instance/crashes.2026-11-20-10:00:00
	touch instance/crashes/{README.txt,id:000000,sig:06,src:000001}
	touch instance/crashes.2026-11-20-10:00:00/id:00000{0,1},sig:11
	try 0 pf-stats instance
	json "e['data']['crashes_total']" >got
	echo 5 | same got
}

@test "a torn file gives what is known and says so" {
	mkdir instance
	head -c 300 "$fixtures/aflpp-4.04c/fuzzer_stats" >instance/fuzzer_stats
	try 1 pf-stats instance
	says "torn"
	[ "$(json "e['data']['execs_total']")" -gt 0 ]
	: >instance/fuzzer_stats
	try 1 pf-stats instance
	says "empty"
	json "[e['data']['state'], 'execs_total' in e['data']]" >got
	echo '["dead", false]' | same got
}

@test "an empty directory, a missing one and a foreign file are three things" {
	mkdir nothing
	try 1 pf-stats nothing
	says "no fuzzer statistics in it"
	try 66 pf-stats missing
	says "No such file or directory"
	echo hello >file
	try 65 pf-stats file
	says "not the statistics of a known fuzzer"
}

@test "a directory that may not be read is not an empty one" {
	mkdir -m 0 closed
	try 77 bound_by_modes pf-stats closed
	says "Permission denied"
}

@test "what cannot be read does not hide what can" {
	try 66 pf-stats missing "$fixtures/aflpp-4.04c"
	[ "$(wc -l <stdout)" = 1 ]
}

@test "absurd values are absent" {
	mkdir instance
	sed -e 's/^\(cycles_done *: \).*/\118446744073709551615/' \
		-e 's/^\(stability *: \).*/\1-nan%/' \
		-e 's/^\(execs_per_sec *: \).*/\1inf/' \
		-e 's/^\(execs_ps_last_min *: \).*/\10.00/' \
		"$fixtures/aflpp-4.04c/fuzzer_stats" >instance/fuzzer_stats
	try 0 pf-stats instance
	json "[k for k in ('cycles_total', 'stability_ratio',
		'execs_per_second') if k in e['data']]" >got
	echo '[]' | same got
}

@test "a running job's own directory" {
	pf-run -t 1 -i "$pf_root/tests/targets/seeds/clean" --target clean \
		-o jobs/one -- "$targets/clean.afl" >/dev/null 3>&- &
	until_true 20 test -e jobs/one/out/default/fuzzer_stats
	try 0 pf-stats jobs
	valid stdout
	json "[e['job'], e['target'], e['data']['alive']]" >got
	echo '["one", "clean", true]' | same got
	kill -TERM $!
	wait $!
}

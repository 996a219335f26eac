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

@test "an instance that may not be read does not hide the others" {
	mkdir out
	cp -r "$fixtures/aflpp-4.04c" out/main
	cp -r "$fixtures/aflpp-4.04c" out/sec
	chmod 0 out/sec
	try 1 bound_by_modes pf-stats out
	says "pf-stats: open 'out/sec': Permission denied"
	[ "$(wc -l <stdout)" = 1 ]
	chmod 0 out/main
	try 77 bound_by_modes pf-stats out
	same stdout </dev/null
}

@test "crashes that cannot be counted are not told to be none" {
	cp -r "$fixtures/aflpp-4.04c" instance
	mkdir -m 0 instance/crashes
	try 1 bound_by_modes pf-stats instance
	says "read 'crashes' in 'instance': Permission denied"
	json "'crashes_total' in e['data']" >got
	echo false | same got
}

@test "a directory of the logs of libFuzzer's workers" {
	mkdir logs
	cp "$fixtures/libfuzzer-single.log" logs/fuzz-0.log
	cp "$fixtures/libfuzzer-timeout.log" logs/fuzz-10.log
	echo hello >logs/other.log
	try 0 pf-stats logs
	silent
	json "[e['job'], e['data']['instance']]" >got
	same got <<-E
		["logs", "fuzz-0.log"]
		["logs", "fuzz-10.log"]
	E
}

@test "a link that was found is not followed, one that was named is" {
	cp -r "$fixtures/aflpp-4.04c" elsewhere
	mkdir out
	cp -r "$fixtures/aflpp-4.04c" out/main
	ln -s ../elsewhere out/sec
	try 1 pf-stats out
	says "'sec' in 'out' is a symbolic link and was not followed"
	[ "$(wc -l <stdout)" = 1 ]
	try 0 pf-stats out/sec
}

@test "two outputs with an instance of one name are two fuzzers" {
	for d in a b; do
		mkdir -p $d/out
		cp -rp "$fixtures/aflpp-4.04c" $d/out/default
	done
	try 0 pf-stats a/out b/out
	json "[e['job'], e['data']['instance']]" >got
	same got <<-E
		["a/out", "default"]
		["b/out", "default"]
	E
	[ "$(json "e['id']" | sort -u | wc -l)" = 2 ]
	(cd a/out/default && try 0 pf-stats .)
	[ "$(json "e['data']['instance']" a/out/default/stdout)" = default ]
}

@test "values that are none are named, and all else is told" {
	cp -r "$fixtures/aflpp-4.04c" instance
	sed -i 's/^\(cycles_done *: \).*/\1$(reboot)\x1b[2J/' \
		instance/fuzzer_stats
	try 1 pf-stats instance
	says "'instance': cycles_done is '\$(reboot)\\x1b[2J'"
	json "['cycles_total' in e['data'], e['data']['execs_total']]" >got
	echo '[false, 559171]' | same got
}

@test "a key that every release writes and that is missing is named" {
	cp -r "$fixtures/aflpp-4.04c" instance
	sed -i '/^execs_done/d' instance/fuzzer_stats
	try 1 pf-stats instance
	says "it has no execs_done"
	json "'execs_total' in e['data']" >got
	echo false | same got
}

@test "of a torn file the rest comes from plot_data" {
	cp -r "$fixtures/aflpp-4.21c" instance
	head -c 200 "$fixtures/aflpp-4.21c/fuzzer_stats" >instance/fuzzer_stats
	try 1 pf-stats instance
	says "torn"
	json "[e['data']['edges_found'], e['data']['corpus_count']]" >got
	echo '[62, 41]' | same got
}

@test "what has no field is told as it is called" {
	try 0 pf-stats --raw "$fixtures/aflpp-4.21c"
	valid stdout
	json "e['data']['raw']['cycles_wo_finds']" >got
	sed -n 's/^cycles_wo_finds *: //p' \
		"$fixtures/aflpp-4.21c/fuzzer_stats" | same got
	not grep -q '"execs_done"' stdout
}

@test "an event line on standard input is passed on as it is" {
	head -n 3 "$pf_root/tests/fixtures/events/campaign.jsonl" >events
	{
		cat events
		echo "$fixtures/aflpp-4.04c"
		echo '{"v":1,"broken'
	} >list
	try 1 pf-stats <list
	says "standard input line 5: "
	head -n 3 stdout | same events
	[ "$(wc -l <stdout)" = 4 ]
}

@test "pipes and devices among the instances are no business of ours" {
	mkdir out && cp -r "$fixtures/aflpp-4.04c" out/main
	mkfifo out/pipe
	/usr/bin/python3 -c 'import socket
socket.socket(socket.AF_UNIX).bind("out/socket")'
	try 0 pf-stats out
	silent
	[ "$(wc -l <stdout)" = 1 ]
}

@test "statistics that are a pipe are not waited for, and not made up" {
	mkdir one two && mkfifo one/fuzzer_stats two/plot_data
	exec 8<>one/fuzzer_stats 9<>two/plot_data
	printf 'start_time : 1\n' >&8
	printf '# unix_time, cycles_done\n1, 2\n' >&9
	try 65 timeout 10 pf-stats one
	says "'one': its fuzzer_stats is not a file"
	same stdout </dev/null
	try 65 timeout 10 pf-stats --history two
	says "'two': plot_data is not a file"
	same stdout </dev/null
}

# It was remote, and the latest event of its fuzzer for 8000 years.
@test "times that have not come yet are named, and not told" {
	cp -r "$fixtures/aflpp-4.04c" out
	sed -i 's/^\(last_update *:\|last_find *:\).*/\1 253402300799/' \
		out/fuzzer_stats
	try 1 pf-stats out
	says "'out': last_update has not come yet"
	says "'out': last_find has not come yet"
	json "[e['data']['state'], e['time'] < '9999', 'last_find_time' in e['data'],
		e['data']['execs_total']]" >got
	echo '["stopped", true, false, 559171]' | same got
}

@test "the log of -jobs is one before the first of them has ended" {
	echo './target -jobs=3 corpus >fuzz-0.log 2>&1' >jobs.log
	try 1 pf-stats jobs.log
	says "'jobs.log': a libFuzzer log without a status line"
	same stdout </dev/null
	echo 'see run >fuzz-0.log 2>&1 for more' >jobs.log
	try 65 pf-stats jobs.log
}

# pf-stats --follow and --history.

load helper

fixtures=$pf_root/tests/fixtures/stats

# follow PATH…: in the background, its lines in `stdout`.
follow() {
	pf-stats --follow 200ms "$@" >stdout 2>stderr 3>&- &
	follower=$!
}

lines() { [ "$(wc -l <stdout)" = "$1" ]; }

# rounds N: waits until it has read the file `probe` again so often.
rounds() {
	local i
	for ((i = 0; i < $1; i++)); do
		printf '#%d\tNEW    cov: 1 ft: 1 exec/s: 1 rss: 1Mb\n' \
			$((1000 + ++probed)) >>probe
		until_true 10 grep -q "\"execs_total\":$((1000 + probed))," stdout
	done
}

finish() {
	kill -TERM $follower
	wait $follower || :
}

@test "a follower tells a fact once, and what is new" {
	: "${probed:=0}"
	echo 'INFO: Seed: 1' >probe
	cp -r "$fixtures/aflpp-4.04c" instance
	follow instance probe
	rounds 3
	[ "$(grep -c '"execs_total":559171' stdout)" = 1 ]
	sed -i 's/^\(execs_done *: \).*/\1559999/' instance/fuzzer_stats
	until_true 10 grep -q '"execs_total":559999' stdout
	finish
	valid stdout
}

@test "a follower reads a log on from where it ended" {
	cp "$fixtures/libfuzzer-single.log" log
	follow log
	until_true 10 lines 1
	printf '#2000\tNEW    cov: 50 ft: 60 exec/s: 9 rss: 31Mb\n#3' >>log
	until_true 10 grep -q '"execs_total":2000' stdout
	printf '000\tNEW    cov: 51 ft: 61 exec/s: 9 rss: 31Mb\n' >>log
	until_true 10 grep -q '"execs_total":3000' stdout
	json "e['data']['edges_found']" >got
	printf '%s\n' 40 50 51 | same got
	finish
}

@test "a log that was begun anew is read from its beginning" {
	cp "$fixtures/libfuzzer-single.log" log
	follow log
	until_true 10 lines 1
	mv log log.1
	printf 'INFO: Seed: 1\n#7\tNEW    cov: 5 ft: 6 exec/s: 9 rss: 31Mb\n' >log
	until_true 10 grep -q '"execs_total":7,' stdout
	finish
}

@test "of a torn file the last good numbers stand, and it is said once" {
	probed=0
	echo 'INFO: Seed: 1' >probe
	cp -r "$fixtures/aflpp-4.04c" instance
	touch -d 2026-11-21T03:00:00Z instance/fuzzer_stats
	follow instance probe
	rounds 2
	head -c 200 "$fixtures/aflpp-4.04c/fuzzer_stats" >instance/fuzzer_stats
	touch -d 2026-11-21T03:00:00Z instance/fuzzer_stats
	rounds 3
	finish
	[ "$(grep -c '"afl++"' stdout)" = 1 ]
	[ "$(grep -c 'torn' stderr)" = 1 ]
}

@test "a follower of a path that is not there yet sees it come" {
	follow later
	until_true 10 grep -q 'No such file' stderr
	cp -r "$fixtures/aflpp-4.04c" later
	until_true 10 lines 1
	finish
	[ "$(wc -l <stderr)" = 1 ]
}

@test "plot_data as a series" {
	mkdir instance
	cp "$fixtures/plot_data-4.04c.plot" instance/plot_data
	printf '%s : %s\n' start_time 1795226659 last_update 1795226854 \
		run_time 195 fuzzer_pid 7881 cycles_done 74 execs_done 1 \
		pending_total 0 command_line afl-fuzz >instance/fuzzer_stats
	try 0 pf-stats --history instance
	silent
	valid stdout
	lines "$(grep -vc '^#' instance/plot_data)"
	json "'%s %s %s' % (e['time'], e['data']['execs_total'],
		e['data']['edges_found'])" >all
	sed -n '1p;$p' all >got
	same got <<-E
		2026-11-21T02:05:20.000Z 662111 66
		2026-11-21T02:07:33.000Z 2036921 66
	E
}

@test "the series of all instances of an output directory" {
	mkdir out empty
	cp -r "$fixtures/aflpp-2.68c" out/main
	cp -r "$fixtures/aflpp-2.68c" out/sec1
	mkdir out/other
	try 0 pf-stats --history out
	silent
	json "e['data']['instance']" >all
	sort -u all >got
	printf '%s\n' main sec1 | same got
	rm out/sec1/plot_data
	try 1 pf-stats --history out
	says "open plot_data in 'out/sec1': No such file or directory"
	try 1 pf-stats --history empty
	says "'empty': no fuzzer statistics in it"
}

@test "a series whose fuzzer is not known ends when its file was written" {
	cp "$fixtures/plot_data-4.04c.plot" plot_data
	touch -d 2026-11-21T03:00:00Z plot_data
	try 0 pf-stats --history plot_data
	json "e['time']" | tail -n 1 >got
	echo 2026-11-21T03:00:00.000Z | same got
}

@test "times that count from 1970 are taken as they are" {
	try 0 pf-stats --history "$fixtures/aflpp-2.68c"
	json "e['time']" | tail -n 1 >got
	echo 2026-11-21T03:03:01.000Z | same got
}

@test "the statistics of honggfuzz as a series" {
	try 0 pf-stats --history "$fixtures/honggfuzz-killed.csv"
	valid stdout
	lines "$(grep -vc '^#' "$fixtures/honggfuzz-killed.csv")"
}

@test "what keeps no history says so" {
	try 1 pf-stats --history "$fixtures/libfuzzer-single.log"
	says "keeps no history"
	same stdout </dev/null
}

@test "lines of a series that are none are counted" {
	{
		cat "$fixtures/plot_data-4.04c.plot"
		printf '5, what\n\n12\n'
	} >plot_data
	try 1 pf-stats --history plot_data
	says "2 of its lines are no row of plot_data"
	lines "$(grep -vc '^#' "$fixtures/plot_data-4.04c.plot")"
}

@test "what is wrong is said once, however much of it there is" {
	cp -r "$fixtures/aflpp-4.04c" out
	mkdir -p out/crashes out/hangs
	chmod 0 out/crashes out/hangs
	sed -i '/^cycles_done/d' out/fuzzer_stats
	mkdir some && cp -r "$fixtures/aflpp-4.04c" some/one && ln -s one some/two
	echo foreign >foreign
	mkfifo pipe
	echo 'INFO: Seed: 1' >probe
	bound_exec=exec bound_by_modes \
		pf-stats --follow 200ms out some foreign pipe probe \
		>stdout 2>stderr 3>&- &
	follower=$!
	rounds 4
	finish
	grep -v probe stderr | sort >got
	same got <<'END'
pf-stats: 'foreign': not the statistics of a known fuzzer
pf-stats: 'out': it has no cycles_done
pf-stats: 'pipe': neither a file nor a directory
pf-stats: 'two' in 'some' is a symbolic link and was not followed
pf-stats: read 'crashes' in 'out': Permission denied
pf-stats: read 'hangs' in 'out': Permission denied
END
}

# Of 2^32 and 200 milliseconds an int holds 200.
@test "a pause of weeks is not one of an instant" {
	cp "$fixtures/libfuzzer-single.log" log
	echo 'INFO: Seed: 1' >probe
	pf-stats --follow 4294967496ms log >slow 3>&- &
	slow=$!
	until_true 10 test -s slow
	printf '#2000\tNEW    cov: 50 ft: 60 exec/s: 9 rss: 31Mb\n' >>log
	follow probe
	rounds 4
	finish
	kill -TERM $slow
	[ "$(wc -l <slow)" = 1 ]
}

# pf-run, before it starts anything: --check and --trial.

load helper

seeds=$pf_root/tests/targets/seeds
inputs=$pf_root/tests/targets/inputs

prepare() {
	mkdir seeds
	echo something >seeds/one
	cp "$targets/clean.afl" "$targets/clean.libfuzzer" .
	unset AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES AFL_SKIP_CPUFREQ
}

# check STATUS OPTION…: of a job over seeds/, with nothing made by it.
check() {
	local status=$1
	shift
	try "$status" pf-run --check -i seeds -o job "$@" || return
	same stdout </dev/null && [ ! -e job ]
}

# refused STATUS SENTENCE OPTION…: the sentence is all that is said.
refused() {
	local status=$1 sentence=$2
	shift 2
	check "$status" "$@" && same stderr <<<"pf-run: $sentence"
}

# faked FILE TEXT COMMAND…: with the text in the file, a line each, as seen by
# the command alone.
faked() {
	local file=$1 text=$2
	shift 2
	printf '%s\n' "$text" >faked
	unshare -m sh -c 'mount --bind "$PWD/faked" "$0" && exec "$@"' \
		"$file" "$@"
}

@test "a job that could run is checked in silence, and nothing is made" {
	check 0 -- ./clean.afl
	silent
	check 0 -- ./clean.libfuzzer
	silent
	try 0 pf-run -c -o job -- ./clean.libfuzzer
	[ ! -e job ]
}

@test "a target that is missing, no program, or not for a fuzzer is named" {
	refused 66 "target './nothing': No such file or directory" -- ./nothing
	refused 66 "target 'nothing': not found in PATH" -- nothing
	refused 78 "target '$PWD/seeds': not a regular file" -- ./seeds
	printf '#!/bin/sh\n' >script
	chmod +x script
	refused 78 "target '$PWD/script': a script, not a program built for a fuzzer" \
		-- ./script
	chmod -x clean.afl
	refused 77 "target '$PWD/clean.afl': not executable" -- ./clean.afl
	check 78 -- /bin/true
	says "not built for a fuzzer"
}

# Its workers' commands go through sh, without quotes: each of them failed, and
# a job that had fuzzed nothing ended with 0.
@test "libFuzzer's fork mode refuses a path that a shell takes apart" {
	local tail="as it is: name it otherwise, or use --mode single"
	local why="libFuzzer's fork mode gives its words to a shell, which would not take"

	mkdir 'a b'
	cp clean.libfuzzer 'a b'
	refused 78 "$why '$PWD/a b/clean.libfuzzer' $tail" -- './a b/clean.libfuzzer'
	refused 78 "$why '\$(id)' $tail" -- ./clean.libfuzzer '$(id)'
	refused 78 "$why '$PWD/a b/job' $tail" -o 'a b/job' -- ./clean.libfuzzer
	check 0 -o 'a b/job' --mode single -- ./clean.libfuzzer
}

@test "-f is believed only as far as the target bears it out" {
	refused 78 "target '$PWD/clean.libfuzzer': built for libfuzzer, not for afl++" \
		-f afl++ -- ./clean.libfuzzer
	printf '#!/bin/sh\nexec ./clean.libfuzzer "$@"\n' >script
	chmod +x script
	check 78 -f afl++ -- ./script
	says "a script"
	check 0 -f libfuzzer -- ./script
	silent
}

@test "AddressSanitizer under a limit of address space is refused" {
	if grep -q __asan_report_load "$(command -v pf-run)"; then
		skip "pf-run itself has AddressSanitizer"
	fi
	# ulimit is the shell's own, so a shell of its own has it.
	limited() (
		ulimit -v 4000000
		pf-run --check -i seeds -o job -- "$1"
	)
	try 78 limited ./clean.afl
	says "target '$PWD/clean.afl': its AddressSanitizer reserves terabytes"
	says "is 3906 MiB: ulimit -v unlimited"
	try 78 limited ./clean.libfuzzer
	says "ulimit -v unlimited"
}

@test "seeds that are missing, empty or no directory are refused" {
	try 64 pf-run -c -o job -- ./clean.afl
	same stderr <<<"pf-run: afl++ needs seeds: name their directory with -i"
	refused 66 "seeds 'none': No such file or directory" -i none -- ./clean.afl
	refused 66 "seeds '$PWD/clean.afl': Not a directory" -i clean.afl \
		-- ./clean.afl
	: >seeds/one
	refused 66 "seeds '$PWD/seeds': no file with something in it, only empty ones" \
		-- ./clean.afl
	rm seeds/one
	refused 66 "seeds '$PWD/seeds': no file with something in it" -- ./clean.afl
	mkdir seeds/below
	echo x >seeds/below/two
	check 0 -- ./clean.afl
	silent
}

@test "AFL++ takes no symbolic links for seeds, libFuzzer does" {
	mkdir links
	ln -s ../seeds/one links/one
	refused 66 "seeds '$PWD/links': no file with something in it" -i links \
		-- ./clean.afl
	check 0 -i links -- ./clean.libfuzzer
}

@test "seeds that may not be read are a matter of permission" {
	chmod 000 seeds/one
	try 77 bound_by_modes "$(command -v pf-run)" -c -i seeds -o job \
		-- ./clean.afl
	same stderr <<<"pf-run: seed '$PWD/seeds/one': Permission denied"
	chmod 000 seeds
	try 77 bound_by_modes "$(command -v pf-run)" -c -i seeds -o job \
		-- ./clean.afl
	same stderr <<<"pf-run: seeds '$PWD/seeds': Permission denied"
	chmod 700 seeds
}

@test "a seed that AFL++ will cut is told with -v" {
	head -c 2000000 /dev/zero >seeds/large
	check 0 -- ./clean.afl
	silent
	check 0 -v -- ./clean.afl
	same stderr <<-END
		pf-run: seed 'large': 2000000 bytes; AFL++ reads the first 1048576
	END
}

@test "a corpus does not feed on itself, by whatever path it is named" {
	try 64 pf-run -c -i seeds -o seeds -- ./clean.libfuzzer
	same stderr <<<"pf-run: seeds and job directory are the same: '$PWD/seeds'"
	ln -s seeds other
	try 64 pf-run -c -i seeds -o other/../seeds -- ./clean.afl
	says "the same"
	try 64 pf-run -c -i seeds -o other/job -- ./clean.afl
	same stderr <<-END
		pf-run: the job's directory '$PWD/seeds/job' is inside the seeds '$PWD/seeds'
	END
	mkdir -p job/out/default/queue job/corpus
	echo x | tee job/out/default/queue/one >job/corpus/one
	try 64 pf-run -c -i job/out/default/queue -o job -- ./clean.afl
	says "are what the job itself writes"
	try 64 pf-run -c -i job/corpus -o job -- ./clean.libfuzzer
	says "are what the job itself writes"
	mkdir job/seeds
	echo x >job/seeds/one
	try 0 pf-run -c -i job/seeds -o job -- ./clean.afl
	silent
}

@test "a dictionary that the fuzzer would refuse is refused" {
	refused 66 "dictionary 'none': No such file or directory" -x none \
		-- ./clean.afl
	: >words
	refused 65 "dictionary '$PWD/words': no word in it" -x words -- ./clean.afl
	printf '# none\nkey="good"\nword\n' >words
	refused 65 "dictionary '$PWD/words': line 3: not name=\"word\"" -x words \
		-- ./clean.libfuzzer
	printf '"a\\qb"\n' >words
	refused 65 "dictionary '$PWD/words': line 1: a backslash before anything but \\, \" or xNN" \
		-x words -- ./clean.afl
	printf '"a\377b"\n' >words
	check 65 -x words -- ./clean.afl
	says "line 1: a byte that is not written as \xNN"
	printf 'a@1 = "\\x41\\"\\\\"\r\n\n  # end\n"b"' >words
	check 0 -x words -- ./clean.afl
	silent
}

@test "both fuzzers take what passes for a dictionary" {
	printf 'a="\\x41\\"\\\\"\n\n  # end\nb="b"' >words
	try 0 pf-run -d 2s -i seeds -x words -o job -- ./clean.afl
	silent
	try 0 pf-run -d 2s -i seeds -x words -o other -- ./clean.libfuzzer
	silent
}

@test "options that are of no use to the engine are refused" {
	refused 64 "--cmplog is of no use to libfuzzer" --cmplog clean.afl \
		-- ./clean.libfuzzer
	refused 64 "--variant is of no use to libfuzzer" --variant clean.afl \
		-- ./clean.libfuzzer
	refused 64 "--mode is of no use to afl++" --mode fork -- ./clean.afl
	refused 64 "--crash-dir is of no use to afl++" --crash-dir c -- ./clean.afl
	refused 64 "--crash-pattern is of no use to libfuzzer" \
		--crash-pattern 'c*' -- ./clean.libfuzzer
}

@test "other builds of the target must be builds for AFL++" {
	refused 78 "--cmplog '$PWD/clean.libfuzzer': not built for afl++" \
		--cmplog clean.libfuzzer -- ./clean.afl
	refused 66 "--variant 'none': No such file or directory" -n 2 \
		--variant none -- ./clean.afl
	refused 64 "each build needs an instance of its own: -n 3" -n 2 \
		--cmplog "$targets/ini.afl" --variant "$targets/runs.afl" \
		-- ./clean.afl
	refused 64 "AFL++ needs a --timeout of at least 5 ms" -t 4ms -- ./clean.afl
	refused 66 "--foreign 'none': No such file or directory" -F none \
		-- ./clean.afl
}

@test "a disk without room is a temporary failure, with both numbers" {
	mkdir small
	full() {
		unshare -m sh -c 'mount -t tmpfs -o size=8m none small &&
			exec "$@"' sh "$@"
	}
	try 75 full pf-run -c -i seeds -o small/a/b -- ./clean.afl
	same stderr <<-END
		pf-run: 8M of the disk of '$PWD/small' are free, less than the 512M of --min-free
	END
	try 0 full pf-run -c --min-free 4M -i seeds -o small/a/b -- ./clean.afl
	silent
}

@test "a directory that cannot be made is told before the start" {
	mkdir closed
	chmod 500 closed
	try 77 bound_by_modes "$(command -v pf-run)" -c -i seeds -o closed/job \
		-- ./clean.afl
	same stderr <<-END
		pf-run: create '$PWD/closed/job' in '$PWD/closed': Permission denied
	END
	try 73 pf-run -c -i seeds -o seeds/../clean.afl/job -- ./clean.afl
	says "is not a directory"
}

@test "a job that runs, and an output that another afl-fuzz holds, are busy" {
	mkdir -p job/out/default
	: >job/lock
	(exec 9<job/lock && flock 9 && exec sleep 60) 3>&- &
	until_true 5 sh -c '! flock -n job/lock true'
	try 75 pf-run -c -i seeds -o job -- ./clean.afl
	same stderr <<<"pf-run: the job in '$PWD/job' is running"
	kill $!
	wait $! || :
	(exec 9<job/out/default && flock 9 && exec sleep 60) 3>&- &
	until_true 5 sh -c '! flock -n job/out/default true'
	try 75 pf-run -c -i seeds -o job -- ./clean.afl
	same stderr <<<"pf-run: $PWD/job/out/default is in use by another afl-fuzz"
	kill $!
	wait $! || :
}

@test "crashes that go to a program are refused, unless the user says so" {
	piped='|/usr/share/apport/apport %p'
	try 78 faked /proc/sys/kernel/core_pattern "$piped" \
		pf-run -i seeds -o job -d 1s -- ./clean.afl
	same stderr <<-END
		pf-run: the kernel hands each crash to a program, which takes so long that AFL++ loses crashes as timeouts; as root: echo core >/proc/sys/kernel/core_pattern
	END
	[ ! -e job ]
	AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 try 0 \
		faked /proc/sys/kernel/core_pattern "$piped" \
		pf-run -i seeds -o job -d 1s -- ./clean.afl
	silent
	# libFuzzer waits for its own children only.
	try 0 faked /proc/sys/kernel/core_pattern "$piped" \
		pf-run -c -i seeds -o other -- ./clean.libfuzzer
}

# slow COMMAND…: on processors whose governor saves power.
slow() {
	mkdir -p cpu0/cpufreq
	echo powersave >cpu0/cpufreq/scaling_governor
	echo 800000 >cpu0/cpufreq/scaling_min_freq
	echo 3000000 >cpu0/cpufreq/scaling_max_freq
	unshare -m sh -c 'mount -t tmpfs none /sys/devices/system/cpu &&
		cp -r cpu0 /sys/devices/system/cpu && exec "$@"' sh "$@"
}

@test "a governor that costs speed is told, and refuses nothing" {
	try 1 slow pf-run -c -i seeds -o job -- ./clean.afl
	says "the processors run under the governor 'powersave', which costs speed"
	[ ! -e job ]
	try 0 slow pf-run -i seeds -o job -d 2s -- ./clean.afl
	silent
	try 0 slow pf-run -v -i seeds -o job -d 2s -- ./clean.afl
	says "the governor 'powersave'"
	AFL_SKIP_CPUFREQ=1 try 0 slow pf-run -c -i seeds -o job -- ./clean.afl
	silent
}

@test "a sandbox without bubblewrap is a missing program" {
	mkdir bin
	ln -s "$(command -v afl-fuzz)" bin
	PATH=$PWD/bin try 69 "$pf_build/bin/pf-run" -c --sandbox -i seeds -o job \
		-- ./clean.afl
	same stderr <<-END
		pf-run: bwrap: not found in PATH; --sandbox needs it (Debian: bubblewrap)
	END
}

@test "what the user cannot reach is told before the fuzzer is that user" {
	[ "$(id -u)" = 0 ]
	root=$BATS_TEST_TMPDIR
	while [ "$root" != / ]; do
		chmod o+x "$root"
		root=$(dirname "$root")
	done
	check 0 -u nobody -- ./clean.afl
	chmod 700 seeds
	refused 77 "user 'nobody' cannot read '$PWD/seeds': Permission denied" \
		-u nobody -- ./clean.afl
	chmod 700 clean.afl
	refused 77 "user 'nobody' cannot execute '$PWD/clean.afl': Permission denied" \
		-u nobody -- ./clean.afl
}

# trial STATUS OPTION…: nothing of it may be left behind.
trial() {
	local status=$1
	shift
	mkdir -p tmp
	TMPDIR=$PWD/tmp try "$status" pf-run --trial -o job "$@" || return
	[ -z "$(ls -A tmp)" ] && [ ! -e job ]
}

@test "a trial of good seeds is silent and counts them" {
	for kind in afl libfuzzer; do
		trial 0 -i "$seeds/chunks" -- "$targets/chunks.$kind"
		silent
		same stdout <<-END
			{"seeds":4,"ok":4,"crashed":0,"hung":0,"bad":[]}
		END
	done
}

@test "a trial names each seed that crashes, with the sanitizer's words" {
	for kind in afl libfuzzer; do
		rm -rf mixed
		cp -r "$seeds/chunks" mixed
		cp "$inputs/chunks/chunks-title-read" mixed/bad
		trial 1 -n 2 -i mixed -- "$targets/chunks.$kind"
		sed 's|[^ ]*/\(chunks.c\):[0-9:]*|\1|' stderr >said
		same said <<-END
			pf-run: seed 'bad' crashes: 'AddressSanitizer: heap-buffer-overflow chunks.c in copy_bytes'
		END
		json "[e['seeds'], e['ok'], e['crashed'], e['hung'], e['bad'][0]['name']]" >got
		same got <<<'[5, 4, 1, 0, "bad"]'
	done
}

@test "a trial names each seed that hangs; where all are bad nothing can run" {
	mkdir bad
	cp "$inputs/labels/labels-pointer-hang" bad/ring
	trial 78 -t 1 -i bad -- "$targets/labels.afl"
	same stderr <<<"pf-run: seed 'ring' takes more than 1000 ms"
	same stdout <<-END
		{"seeds":1,"ok":0,"crashed":0,"hung":1,"bad":[{"name":"ring","how":"timeout"}]}
	END
}

@test "a trial without seeds runs the target once, on nothing" {
	trial 0 -- "$targets/chunks.libfuzzer"
	silent
	same stdout <<<'{"seeds":1,"ok":1,"crashed":0,"hung":0,"bad":[]}'
}

# build NAME FLAG… <SOURCE: a small AFL++ target.
build() {
	local name=$1
	shift
	AFL_QUIET=1 afl-clang-fast -O1 -x c -o "$name" - "$@"
}

@test "a trial puts the input where @@ stands, and nothing is left of it" {
	build reader <<-'END'
		#include <stdio.h>
		#include <stdlib.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			FILE *f = fopen(argv[1] + 5, "r");
			int c = f == NULL ? 'X' : fgetc(f);

			fclose(fopen("litter", "w"));
			if (fork() == 0) {
				setsid();
				sleep(1000);
			}
			if (c == 'X')
				abort();
			return c == 'r';
		}
	END
	echo X >seeds/abort
	echo refused >seeds/refused
	trial 1 -i seeds -- ./reader --in=@@
	same stderr <<<"pf-run: seed 'abort' crashes: 'SIGABRT'"
	json "[e['ok'], e['crashed']]" >got
	same got <<<'[2, 1]'
	[ -z "$(grep -lsz "^TMPDIR=$PWD/tmp" /proc/[0-9]*/environ)" ]
}

@test "a target whose library is missing does not start, in the loader's words" {
	echo 'int away(void) { return 0; }' |
		gcc -shared -fPIC -x c -o libaway.so -
	build needy -L. -x none -laway <<-'END'
		int away(void);
		int main(void) { return away(); }
	END
	rm libaway.so
	trial 78 -i seeds -- ./needy
	same stdout </dev/null
	same stderr <<-END
		pf-run: target '$PWD/needy' does not start: 'libaway.so: cannot open shared object file: No such file or directory'
	END
}

@test "a constructor that hangs is a target that cannot run" {
	build stuck <<-'END'
		#include <unistd.h>
		__attribute__((constructor)) static void
		stuck(void)
		{
			pause();
		}
		int main(void) { return 0; }
	END
	trial 78 -t 1 -i seeds -- ./stuck
	same stderr <<<"pf-run: seed 'one' takes more than 1000 ms"
}

# Without a sandbox there is a network anyway; each line was a file of its own.
@test "options that would do nothing, or too much, are refused" {
	try 64 pf-run --network -o job -- true
	says "pf-run: --network goes with --sandbox"
	try 64 pf-run --log-size 0 -o job -- true
	says "pf-run: --log-size must be above zero"
}

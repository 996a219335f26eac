# How pf-run counts, tells and minimizes corpora; with the real fuzzers.

load helper

seeds=$pf_root/tests/targets/seeds

# corpus_of COUNT DIR: mutants of the seeds that crash nothing, under any names.
corpus_of() {
	mkdir -p "$2"
	/usr/bin/python3 - "$1" "$2" <<-'EOF'
	import random, sys
	random.seed(5)
	for i in range(int(sys.argv[1])):
	    with open("%s/file-%06d" % (sys.argv[2], i), "wb") as f:
	        f.write(bytes(random.choices(b"abcdef=[]\n ", k=i % 40 + 1)))
	EOF
}

# features DIR: coverage and features that libFuzzer sees in its files, as a
# merge into nothing counts them: each file on its own.
features() {
	rm -rf merged
	mkdir merged
	"$targets/clean.libfuzzer" -merge=1 merged "$1" 2>&1 |
		sed -n 's/.*with \([0-9]* new features\) added; \(.*\)/\1 \2/p'
}

# edges QUEUE: the map entries that its files reach together.
edges() {
	AFL_QUIET=1 afl-showmap -q -C -m none -t 1000 -i "$1" -o map \
		-- "$targets/labels.afl" >/dev/null 2>&1 || :
	cut -d: -f1 map | sort
}

# reasons: of the job events in the journal that speak of minimizing.
reasons() {
	json "e['data'].get('reason') if e['type'] == 'job' else None" \
		job/events.jsonl | grep -a minimized
}

# last_corpus FIELD: of the last corpus event.
last_corpus() {
	json "e['data']['$1'] if e['type'] == 'corpus' else None" \
		job/events.jsonl | tail -n 1
}

@test "what a fuzzer adds to its corpus is told, and its count is right" {
	try 0 pf-run -t 1 -i "$seeds/clean" -o job -d 4s --interval 1s \
		-- "$targets/clean.libfuzzer"
	valid stdout
	json "(e['data']['added'] if e['type'] == 'corpus' else None)" >added
	/usr/bin/python3 -c '
import json
for line in open("added"):
    for a in json.loads(line):
        print(a["name"])' | sort >told
	[ "$(sort told | uniq -d | wc -l)" = 0 ]
	(cd job/corpus && ls) | sort >there
	comm -13 told there >untold
	same untold </dev/null
	[ "$(last_corpus count)" = "$(ls job/corpus | wc -l)" ]
	[ "$(last_corpus bytes)" = "$(cat job/corpus/* | wc -c)" ]
}

@test "a flood of testcases is told whole before the job ends" {
	corpus_of 9000 arriving
	pf-run -t 1 -i "$seeds/clean" -o job --interval 1s \
		--corpus-max-count 0 -- "$targets/clean.libfuzzer" \
		>stdout 2>stderr 3>&- &
	until_true 10 grep -qs '"running"' job/events.jsonl
	mv arriving/* job/corpus
	until_true 30 grep -q '"name":"file-' job/events.jsonl
	kill -TERM $!
	wait $!
	json "(len(e['data']['added']) if e['type'] == 'corpus' else None)" >sizes
	[ "$(sort -n sizes | tail -n 1)" -le 200 ]
	grep -aoE '"name":"file-[0-9]*"' stdout | sort | uniq -c |
		awk '{n[$1]++} END {for (i in n) print i, n[i]}' >got
	same got <<<'1 9000'
}

@test "libFuzzer's corpus over its bound is minimized and reaches the same" {
	corpus_of 2000 job/corpus
	cp -r job/corpus before
	features before >want
	[ -s want ]
	try 0 pf-run -t 1 -i "$seeds/clean" -o job -d 8s --interval 1s \
		--corpus-max-count 1000 -- "$targets/clean.libfuzzer"
	silent
	reasons | head -n 1 >got
	same got <<<'its corpus of 2000 testcases is minimized'
	reasons | sed -n '2s/ [0-9]* testcases/ N testcases/p' >got
	same got <<<'the corpus was minimized from 2000 to N testcases'
	[ "$(find job/corpus -name 'file-*' | wc -l)" = 0 ]
	# What is there now reaches all of that, and what was found since.
	mkdir both
	cp before/* job/corpus/* both
	features both >all
	features job/corpus | same all
	[ ! -e job/corpus.minimized ] && [ ! -e job/corpus.minimized.control ]
	valid stdout
}

@test "an AFL++ queue is minimized, reaches the same and keeps the seeds" {
	try 0 pf-run -t 1 -i "$seeds/labels" -o job -d 6s \
		-- "$targets/labels.afl"
	cp -r job/out/default/queue before
	edges "$PWD/before" >want
	[ -s want ]
	pf-run -t 1 -i "$seeds/labels" -o job -d 20s --corpus-max-count 10 \
		-- "$targets/labels.afl" >stdout 2>stderr 3>&- &
	until_true 15 test -e job/minimized.json
	until_true 10 grep -q 'was minimized from' stdout
	kill -TERM $!
	wait $!
	edges "$PWD/job/out/default/queue" >got
	comm -23 want got >lost
	same lost </dev/null
	for seed in "$seeds"/labels/*; do
		ls job/out/default/queue | grep -q "orig:${seed##*/}\$"
	done
	[ "$(json "e['count']" job/minimized.json 2>/dev/null ||
		json "e['default']['count']" job/minimized.json)" -lt \
		"$(ls before | wc -l)" ]
}

@test "a corpus that cannot be made smaller is not tried again at each start" {
	corpus_of 300 job/corpus
	for run in 1 2 3; do
		try 0 pf-run -t 1 -i "$seeds/clean" -o job -d 3s \
			--interval 60s --corpus-max-count 10 \
			-- "$targets/clean.libfuzzer"
	done
	[ "$(reasons | grep -c 'is minimized')" -le 2 ]
}

@test "killed while it minimizes, the old corpus is whole or the new one is" {
	corpus_of 3000 before
	features before >want
	for moment in 0.1 0.2 0.3 0.4 0.5 0.6 0.8 1.0; do
		rm -rf job
		mkdir job
		cp -r before job/corpus
		pf-run -t 1 -o job -d 20s --corpus-max-count 100 \
			-- "$targets/clean.libfuzzer" >stdout 2>stderr 3>&- &
		until_true 10 grep -qs 'is minimized' job/events.jsonl
		timeout "$moment" tail -f /dev/null || :
		kill -KILL $!
		wait $! || :
		features job/corpus | same want
	done
}

@test "a crash among the testcases is told, and the others are kept" {
	mkdir -p job/corpus
	cp "$pf_root"/tests/targets/inputs/ini/ini-key-stack job/corpus
	corpus_of 200 more
	mv more/* job/corpus
	try 0 pf-run -t 1 -i "$seeds/ini" -o job -d 8s --corpus-max-count 100 \
		-- "$targets/ini.libfuzzer"
	hash=$(xxh128sum <"$pf_root/tests/targets/inputs/ini/ini-key-stack")
	[ -e "job/crashes/${hash%% *}.json" ]
	reasons | grep -q 'was minimized from 201 to'
}

@test "SIGTERM ends a minimization and leaves the corpus as it was" {
	corpus_of 20000 job/corpus
	pf-run -t 1 -o job --corpus-max-count 100 \
		-- "$targets/clean.libfuzzer" >stdout 2>stderr 3>&- &
	until_true 15 test -s job/log/minimize.log
	kill -TERM $!
	wait $!
	[ "$(find job/corpus -name 'file-*' | wc -l)" = 20000 ]
	[ ! -e job/corpus.minimized ]
	silent
}

@test "a minimizer that fails leaves the corpus and says why" {
	corpus_of 200 job/corpus
	cat >target.c <<-'EOF'
	#include <stdio.h>
	#include <stdlib.h>
	#include <string.h>
	int LLVMFuzzerInitialize(int *argc, char ***argv)
	{
		for (int i = 1; i < *argc; i++)
			if (strncmp((*argv)[i], "-merge=", 7) == 0)
				exit(3);
		return 0;
	}
	int LLVMFuzzerTestOneInput(const unsigned char *b, size_t n)
	{
		return 0;
	}
	EOF
	clang -w -fsanitize=fuzzer -o target target.c
	try 0 pf-run -t 1 --mode single -o job -d 4s --corpus-max-count 100 -- ./target
	says 'the corpus could not be minimized: it ended with status 3'
	[ "$(find job/corpus -name 'file-*' | wc -l)" = 200 ]
	grep -q running stdout
}

@test "a result with empty files, as of a full disk, replaces nothing" {
	corpus_of 2000 job/corpus
	mkdir job/corpus.minimized
	cat >full <<-'EOF'
	mount -t tmpfs -o size=4k none job/corpus.minimized
	head -c 4096 /dev/zero >job/corpus.minimized/filler
	exec pf-run -t 1 -o job -d 6s --corpus-max-count 100 -- "$1"
	EOF
	try 0 unshare -rm sh full "$targets/clean.libfuzzer"
	says 'the corpus could not be minimized'
	[ "$(find job/corpus -name 'file-*' | wc -l)" = 2000 ]
}

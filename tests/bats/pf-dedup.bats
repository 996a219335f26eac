#!/usr/bin/env bats
# pf-dedup: traces and crash events into groups.
load helper

traces=$BATS_TEST_DIRNAME/../fixtures/traces

# A crash event whose trace is a fixture; more members of data may follow.
crash() {
	/usr/bin/python3 -c '
import json, sys
data = {"input": {"name": sys.argv[1], "path": "/x/" + sys.argv[1]}}
data.update(json.loads(sys.argv[3] if len(sys.argv) > 3 else "{}"))
if sys.argv[2]:
    data["trace"] = open(sys.argv[2]).read()
print(json.dumps({"v": 1, "id": "%032x" % (hash(sys.argv[1]) % 2**64),
    "time": "2026-11-21T02:00:00.123Z", "type": "crash", "node": "n",
    "target": "chunks", "fuzzer": "afl++", "data": data}))' "$@"
}

@test "every recorded trace has the kind, severity and site that was planted" {
	try 0 pf-dedup "$traces"
	silent
	json '"\t".join([e["data"]["input"]["name"]] + [e["data"].get(k, "-")
	    for k in ("kind", "severity", "site", "site_linefree")])' >found
	same found <"$traces/expected.tsv"
}

@test "gcc and clang, with a stack or without, give one group" {
	try 0 pf-dedup --groups "$traces"/clang-heap-write.txt \
		"$traces"/gcc-heap-write.txt "$traces"/*-overflow.txt
	json '[e["site"], e["count"], e["severity"]]' >found
	same found <<-'EOF'
	["copy_bytes chunks.c:32 < pixels_load chunks.c:65", 2, "HIGH"]
	["dates.c:57", 3, "LOW"]
	EOF
}

@test "a read and a write at one site are one group, rated by the worse" {
	sed 's/^WRITE of size/READ of size/' "$traces/clang-heap-write.txt" >read
	try 0 pf-dedup --groups read "$traces/clang-heap-write.txt"
	json '[e["count"], e["severity"]]' >found
	same found <<<'[2, "HIGH"]'
}

@test "other lines pass byte for byte, crash events get their fields" {
	stats='{"v":1, "id":"00000000000000000000000000000001","time":"2026-11-21T02:00:00Z","type":"stats","data":{"b":1.0,"a":[]}}'
	{ echo "$stats"; crash one "$traces/clang-null.txt"; } >in
	try 0 pf-dedup <in
	silent
	[ "$(head -n 1 stdout)" = "$stats" ]
	tail -n 1 stdout >crash
	json '[e["rev"], e["data"]["site"], e["data"]["status"],
	    e["data"]["signal"], e["data"]["address"]]' crash >found
	same found <<-'EOF'
	[1, "section_matches ini.c:75", "new", 11, "0x0"]
	EOF
}

@test "what has been through the same rules comes out unchanged" {
	for f in "$traces"/*.txt; do crash "${f##*/}" "$f"; done >in
	pf-dedup <in >once
	try 0 pf-dedup <once
	cmp stdout once
	try 0 pf-dedup --group-by stack <once
	not cmp -s stdout once
	pf-dedup <stdout >back
	json '[e["data"]["group"], e["data"]["stack"]]' once >a
	json '[e["data"]["group"], e["data"]["stack"]]' back >b
	same a <b
}

# overflow FUNCTION…: a report of a stack that goes round through them.
overflow() {
	local n=0 function
	echo '==1==ERROR: AddressSanitizer: stack-overflow on address 0x7ffd1000 (pc 0x5500 bp 0x7ffd sp 0x7ffd T0)'
	while [ $n -lt 120 ]; do
		for function; do
			echo "    #$n 0x55$n in $function /src/calc.c:$((n % 50)):1"
			n=$((n + 1))
		done
	done
}

# A parser of expressions ran out of stack through brackets inside brackets and
# without: two cycles through the same four functions were two groups.
@test "one recursion on two paths through the same functions is one group" {
	overflow cell atom term sum >plain.txt
	overflow sum atom term sum cell atom term >nested.txt
	overflow cell sum term atom >other.txt
	try 0 pf-dedup plain.txt nested.txt
	json "e['data']['site']" | sort -u >sites
	echo 'atom calc.c < term calc.c < sum calc.c < cell calc.c' | same sites
	[ "$(json "e['data']['stack']" | sort -u | wc -l)" = 2 ]
	try 0 pf-dedup --groups plain.txt nested.txt other.txt
	[ "$(wc -l <stdout)" = 2 ]
}

@test "a line that is no event line is named, counted and passed on" {
	printf '%s\n' '{"v":1,' '{"v":1}' >in
	try 1 pf-dedup -v <in
	same stdout <in
	says 'pf-dedup: line 1 is not an event line: '
	says 'pf-dedup: line 2 is not an event line: '
	says '2 lines and 0 paths in: 0 crashes (0 unresolved), 2 other lines passed on (2 rejected)'
}

@test "a hang without a trace is of its target" {
	{
		crash a '' '{"kind":"timeout"}'
		crash b '' '{"kind":"timeout","trace":"no report\n"}'
		crash c "$traces/clang-timeout.txt"
	} >in
	try 0 pf-dedup --groups <in
	silent
	json '[e["kind"], e["severity"], e["count"]]' >found
	same found <<<'["timeout", "LOW", 3]'
}

@test "a crash without a trace is unresolved and in no group" {
	{ crash a ''; crash b '' '{"trace":"no report\n"}'; } >in
	try 1 pf-dedup <in
	same stderr <<-'EOF'
	pf-dedup: '/x/a' is unresolved: it has no trace
	pf-dedup: '/x/b' is unresolved: there is no report in its trace
	EOF
	json '[e["data"]["status"], "group" in e["data"]]' >found
	printf '["unresolved", false]\n%.0s' 1 2 >want
	same found <want
	cp stdout again
	try 1 pf-dedup <again
	cmp stdout again
	try 1 pf-dedup --groups <in
	same stdout </dev/null
}

@test "an empty directory, a missing one and a missing file are told apart" {
	mkdir empty
	try 0 pf-dedup empty
	same stderr <<<"pf-dedup: 'empty': no crashes in it"
	try 66 pf-dedup gone
	same stderr <<<"pf-dedup: open 'gone': No such file or directory"
	try 66 pf-dedup gone "$traces/clang-null.txt"
	json 'e["data"]["kind"]' >found
	same found <<<segv
}

@test "crash inputs take the trace beside them, and stay told of without one" {
	mkdir -p out/crashes.2026-11-21-02:00:00
	cd out/crashes.2026-11-21-02:00:00
	echo input >id:000000,sig:06
	cp "$traces/clang-null.txt" id:000000,sig:06.log
	echo other >id:000001,sig:11
	/usr/bin/python3 -c 'import json, sys; json.dump({"argv": ["x"],
	    "trace": open(sys.argv[1]).read()}, sys.stdout)' \
		"$traces/gcc-heap-write.txt" >id:000001,sig:11.json
	echo mute >id:000002,sig:11
	echo 'Command line used to find this crash:' >README.txt
	cd ../..
	try 1 pf-dedup -v out
	says "id:000002,sig:11' is unresolved: it has no trace"
	says '3 crashes (1 unresolved)'
	json '[e["data"]["input"]["name"], e["data"]["input"]["bytes"],
	    e["data"].get("site")]' >found
	same found <<-'EOF'
	["id:000000,sig:06", 6, "section_matches ini.c:75"]
	["id:000001,sig:11", 6, "copy_bytes chunks.c:32 < pixels_load chunks.c:65"]
	["id:000002,sig:11", 5, null]
	EOF
}

@test "files of other kinds in a directory are passed over and counted" {
	mkdir -p job/corpus
	echo seed >job/corpus/seed
	echo '# 12 cov: 1 ft: 2 AddressSanitizer' >job/fuzz.log
	cp "$traces/clang-leak.txt" job/trace.txt
	try 0 pf-dedup -v job
	says '0 lines and 1 paths in: 1 crashes (0 unresolved), 0 other lines passed on (0 rejected), 2 files without a crash'
}

@test "links in a directory are not followed, and hide nothing" {
	mkdir crashes
	echo input >elsewhere
	ln -s ../elsewhere crashes/crash-1
	cp "$traces/clang-null.txt" crashes/crash-1.txt
	mkfifo crashes/crash-2
	try 0 pf-dedup -v crashes
	json 'e["data"]["input"]["name"]' >found
	same found <<<crash-1.txt
	says '1 crashes (0 unresolved), 0 other lines passed on (0 rejected), 2 files without a crash'
}

@test "a file of event lines is read as such" {
	crash one "$traces/clang-null.txt" >events.jsonl
	try 0 pf-dedup events.jsonl
	json '[e["rev"], e["data"]["input"]["name"]]' >found
	same found <<<'[1, "one"]'
	echo events.jsonl >paths
	try 0 pf-dedup <paths
	json 'e["data"]["input"]["name"]' >found
	same found <<<one
}

@test "an enriched line stays within the longest that a line may be" {
	cp "$traces/clang-null.txt" long
	yes 'noise behind the report' | head -c 1003500 >>long
	crash long long >in
	[ "$(wc -c <in)" -lt 1048576 ] && [ "$(wc -c <in)" -gt 1046000 ]
	try 0 pf-dedup <in
	[ "$(wc -c <stdout)" -lt 1048576 ]
	json '[e["rev"], e["data"]["site"]]' >found
	same found <<<'[1, "section_matches ini.c:75"]'
}

@test "groups are the same in any order" {
	for f in "$traces"/*.txt; do crash "${f##*/}" "$f"; done >in
	try 0 pf-dedup --groups <in
	cp stdout forward
	tac in >reversed
	try 0 pf-dedup --groups <reversed
	cmp stdout forward
	json 'e["count"]' >counts
	[ "$(awk '{n += $1} END {print n}' counts)" = "$(grep -c . in)" ]
}

@test "the table is for people and obeys no escape sequence" {
	sed 's/section_matches/sec\x1b[2Jtion/' "$traces/clang-null.txt" >evil
	try 0 pf-dedup --table evil "$traces"/*-heap-write.txt
	sed 's/[0-9a-f]\{16\}/GROUP/' stdout >shown
	same shown <<-'EOF'
	SEVERITY   COUNT  KIND                  GROUP             SITE
	HIGH           2  heap-buffer-overflow  GROUP  copy_bytes chunks.c:32 < pixels_load chunks.c:65
	HIGH           1  heap-buffer-overflow  GROUP  chunks.libfuzzer+0x11c6e0
	LOW            1  segv                  GROUP  sec?[2Jtion ini.c:75
	EOF
}

@test "--explain says which rule took which frame" {
	try 0 pf-dedup --explain "$traces/clang-leak.txt"
	sed "s|^/.*/||" stderr >said
	same said <<-'EOF'
	clang-leak.txt: LeakSanitizer 'leak'
	  skipped  malloc (malloc)
	  skipped  strndup (strndup)
	  kept     section_enter ini.c:92
	  entry    LLVMFuzzerTestOneInput ini.c:147
	  site 'section_enter ini.c:92'
	  key 'leak: section_enter ini.c:92'
	EOF
}

@test "--rules replaces the rules, and bad ones are refused by line" {
	printf 'version 9\n[function]\n__interceptor_strcmp\nsection_matches\n' >rules
	try 0 pf-dedup --rules rules "$traces/clang-null.txt"
	json '[e["data"]["site"], e["data"]["rules"][:2]]' >found
	same found <<<'["section_is ini.c:82", "9-"]'
	printf 'version 9\n[file pattern]\n(\n' >rules
	try 78 pf-dedup --rules rules
	same stderr <<<"pf-dedup: 'rules': line 3: pattern, at 1: missing closing parenthesis"
	try 66 pf-dedup --rules gone
}

@test "the rules that ship are the rules that are built in" {
	try 0 pf-dedup "$traces/clang-null.txt"
	cp stdout built_in
	try 0 pf-dedup --rules "$pf_root/share/pf-dedup.rules" \
		"$traces/clang-null.txt"
	cmp stdout built_in
}

@test "bytes that are not UTF-8 are kept and can be undone" {
	printf '==1==ERROR: AddressSanitizer: SEGV on unknown address 0x1 (pc 0x2)\n#0 0x1 in f\xff\\n /a/b\x80.c:3:4\n' >trace
	try 0 pf-dedup trace
	json 'e["data"]["site"]' >found
	same found <<-'EOF'
	f\xff\\n b\x80.c:3
	EOF
}

@test "cut anywhere, a trace gives its group or none" {
	mkdir cuts
	/usr/bin/python3 - "$traces" <<-'EOF'
	import glob, os, re, sys
	for path in sorted(glob.glob(sys.argv[1] + "/*.txt")):
	    text, name = open(path, "rb").read(), os.path.basename(path)
	    # Complete is the first report when its first stack has ended.
	    stack = re.search(rb"(\n *#\d+ .*)+\n", text)
	    whole = stack.end() + 1 if stack else len(text)
	    if name.startswith("thread"):
	        whole = len(text)
	    for n in range(0, len(text), max(1, len(text) // 60)):
	        kind = "whole" if n > whole else "part"
	        open("cuts/%s.%s.%05d" % (name, kind, n), "wb").write(text[:n])
	EOF
	pf-dedup "$traces" >all
	pf-dedup cuts >stdout 2>stderr || [ $? = 1 ]
	cat all stdout >both
	/usr/bin/python3 - both <<-'EOF'
	import json, sys
	groups = {}
	for line in open(sys.argv[1]):
	    d = json.loads(line)["data"]
	    name, _, rest = d["input"]["name"].partition(".txt")
	    if not rest:
	        groups[name] = d["group"]
	    elif ".whole." in rest:
	        assert d["group"] == groups[name], d["input"]["name"]
	EOF
}

# provenance FILE TRACE: as pf-run writes it beside an input.
provenance() {
	/usr/bin/python3 -c '
import json, sys
json.dump({"time": "2026-11-21T02:00:00.123Z", "node": "n1", "job": "j",
    "target": "t\\\\", "fuzzer": "libfuzzer", "input": {"name": "crash-1", "path": "/gone"},
    "command": ["./t", "-x"], "env": {"A": "b"}, "build_id": "b1d",
    "log": open(sys.argv[2]).read()}, open(sys.argv[1], "w"))' "$1" "$2"
}

@test "the file that pf-run writes beside an input tells the rest of the event" {
	mkdir crashes
	echo input >crashes/0b65cfd41b3eba8b1ec77dea3ab44c60
	provenance crashes/0b65cfd41b3eba8b1ec77dea3ab44c60.json "$traces/clang-null.txt"
	try 0 pf-dedup crashes
	silent
	valid stdout
	json '[e["time"], e["node"], e["job"], e["target"], e["fuzzer"], e["data"]["command"],
	    e["data"]["env"], e["data"]["build_id"], e["data"]["site"],
	    e["data"]["input"]["name"], e["data"]["input"]["path"][-8:]]' >found
	same found <<-'EOF'
	["2026-11-21T02:00:00.123Z", "n1", "j", "t\\\\", "libfuzzer", ["./t", "-x"], {"A": "b"}, "b1d", "section_matches ini.c:75", "crash-1", "3ab44c60"]
	EOF
}

@test "a job's directory gives each crash once, with the id that pf-run told" {
	printf '\1' >seed
	pf-run -d 3s -n 1 -i "$pf_root/tests/targets/seeds/chunks" -o job -- \
		"$targets/chunks.libfuzzer" >told 2>run.err 3>&- || :
	json "e['id'] if e['type'] == 'crash' else None" told | sort >ids
	[ -s ids ]
	try 0 pf-dedup job
	silent
	json "e['id']" | sort >found
	same found <ids
	try 0 pf-dedup job/crashes
	json "e['id']" | sort >found
	same found <ids
}

@test "the reports of several processes in one log are a crash each" {
	local in='clang-assertion clang-null clang-double-free clang-leak clang-timeout'
	for name in $in; do
		echo '# 12 cov: 1 ft: 2'
		cat "$traces/$name.txt"
	done >fuzz.log
	for name in $in; do pf-dedup "$traces/$name.txt"; done >alone
	json '[e["data"]["site"], e["data"]["kind"]]' alone >want
	try 0 pf-dedup fuzz.log
	json '[e["data"]["site"], e["data"]["kind"]]' >found
	same found <want
	json 'e["id"]' | sort | uniq -d >twice
	same twice </dev/null
	# One process that goes on after a report is one crash.
	sed 's/^==[0-9]*==/==77==/' fuzz.log >one.log
	try 0 pf-dedup one.log
	[ "$(wc -l <stdout)" = 1 ]
}

@test "a log of gigabytes is read to its end, in little memory" {
	local trace=$pf_root/tests/fixtures/traces/clang-heap-write.txt
	cp "$trace" log
	truncate -s 1G log
	for pid in 77 78; do
		echo
		sed "s/==[0-9]*==/==$pid==/" "$trace"
	done >>log
	(
		# AddressSanitizer itself needs more.
		grep -q __asan_report_load "$(command -v pf-dedup)" ||
			ulimit -d 262144
		try 0 pf-dedup log
	)
	json "e['data']['group']" | sort | uniq -c | awk '{ print $1 }' >got
	echo 3 | same got
	try 0 pf-dedup --groups log
	json "e['count']" >got
	echo 3 | same got
}

@test "what has no end is looked at so far and no further" {
	try 1 timeout 60 pf-dedup /dev/zero
	says "'/dev/zero' is longer than 67108864 bytes: the rest is not looked at"
	json 'e["data"]["input"]["bytes"]' >found
	same found <<<67108864
}

@test "slow units, queues and corpora are no crashes" {
	mkdir -p out/queue out/corpus out/crashes out/hangs.2026-11-21
	echo slow | tee out/slow-unit-1 out/crashes/slow-unit-2 >out/queue/id:000000
	echo seed >out/corpus/0b65cfd41b3eba8b1ec77dea3ab44c60
	echo a >out/hangs.2026-11-21/id:000000
	echo b >out/leak-1
	echo c >out/crashes/named-by-hand
	try 1 pf-dedup out
	json 'e["data"]["input"]["name"]' >found
	same found <<-'EOF'
	named-by-hand
	id:000000
	leak-1
	EOF
	try 1 pf-dedup out/crashes/
	json 'e["data"]["input"]["name"]' >found
	same found <<<named-by-hand
	try 0 pf-dedup out/slow-unit-1
	same stdout </dev/null
}

# rules_with FILE SEDCOMMAND: the rules that ship, changed.
rules_with() {
	sed "$2" "$pf_root/share/pf-dedup.rules" >"$1"
	not cmp -s "$1" "$pf_root/share/pf-dedup.rules"
}

@test "--diff tells which groups other rules merge and split" {
	local change='[e["change"], sorted(g["site"] for g in e["old"]),
	    sorted(g["site"] for g in e["new"]), sorted(c["count"] for c in e["crashes"])]'
	cp "$pf_root/share/pf-dedup.rules" old
	rules_with new 's/^copy$/other/'
	try 0 pf-dedup --diff old old "$traces"
	same stdout </dev/null
	try 1 pf-dedup --diff old new "$traces"
	json "$change" >found
	same found <<-'EOF'
	["merge", ["copy_bytes chunks.c:32 < pixels_load chunks.c:65", "copy_bytes chunks.c:32 < title_load chunks.c:46"], ["copy_bytes chunks.c:32"], [1, 2]]
	EOF
	cp stdout forward
	pf-dedup "$traces" | shuf --random-source=old >shuffled
	try 1 pf-dedup --diff old new <shuffled
	same stdout <forward
	try 1 pf-dedup --diff new old "$traces"
	json 'e["change"]' >found
	same found <<<split
}

@test "--diff tells of moves, of new names, and of what has no group any more" {
	cp "$pf_root/share/pf-dedup.rules" old
	rules_with renamed 's/^\[function\]$/&\nsection_matches/'
	try 1 pf-dedup --diff old renamed "$traces/clang-null.txt"
	json '[e["change"], e["old"][0]["site"], e["new"][0]["site"]]' >found
	same found <<<'["rename", "section_matches ini.c:75", "section_is ini.c:82"]'
	rules_with lost 's/^\[file pattern\]$/&\n./; s/^\[module pattern\]$/&\n./'
	try 1 pf-dedup --diff old lost "$traces/clang-null.txt"
	json '[e["change"], len(e["old"]), e["new"]]' >found
	same found <<<'["lost", 1, []]'
	try 1 pf-dedup --diff lost old "$traces/clang-null.txt"
	json '[e["change"], e["old"], len(e["new"])]' >found
	same found <<<'["found", [], 1]'
	try 64 pf-dedup --diff old
	says 'pf-dedup: --diff needs two files of rules'
}

@test "output that cannot be written is an error" {
	run -75 bash -c 'pf-dedup "$1" >/dev/full 2>err' _ "$traces/clang-null.txt"
	grep -q 'pf-dedup: write standard output: No space left on device' err
}

@test "--groups and --table exclude each other; options are checked" {
	try 64 pf-dedup --groups --table
	try 64 pf-dedup --group-by colour
	says "pf-dedup: --group-by is site or stack, not 'colour'"
	try 64 pf-dedup --frobnicate
}

#!/usr/bin/env bats
# pf-dedup: what it writes beside events, from hostile events too.
load helper

prepare() {
	fixtures=$pf_root/tests/fixtures/dedup
	traces=$pf_root/tests/fixtures/traces
}

# dedup OPTION…: of the fixture's events; one of them is unresolved, so 1.
dedup() { try 1 pf-dedup --rules "$fixtures/rules" "$@" <"$fixtures/events.jsonl"; }

# The group of the hostile event, and of the one that overflows.
hostile=61aecaf4e0db0ec6
overflow=5e43bde88fce3e72

@test "each output is what it was" {
	dedup --groups
	same stdout <"$fixtures/groups.jsonl"
	dedup --table
	same stdout <"$fixtures/table.txt"
	dedup --json
	same stdout <"$fixtures/document.json"
	dedup --html
	same stdout <"$fixtures/page.html"
	dedup --sarif
	same stdout <"$fixtures/report.sarif"
	dedup --issue "$hostile"
	same stdout <"$fixtures/issue.md"
	dedup --gdb "$hostile"
	same stdout <"$fixtures/script.gdb"
}

@test "no output depends on the order of the crashes" {
	local output
	tac "$fixtures/events.jsonl" >reversed
	for output in --groups --table --json --html --sarif \
		"--issue $overflow" "--gdb $overflow"; do
		# shellcheck disable=SC2086
		dedup $output
		mv stdout forward
		# shellcheck disable=SC2086
		try 1 pf-dedup --rules "$fixtures/rules" $output <reversed
		same stdout <forward
	done
}

@test "with nothing to tell each output is whole" {
	try 0 pf-dedup --json </dev/null
	json '[e["groups"], e["account"]["crashes"]]' >found
	same found <<<'[[], 0]'
	try 0 pf-dedup --sarif </dev/null
	json 'e["runs"][0]["results"]' >found
	same found <<<'[]'
	try 0 pf-dedup --html </dev/null
	grep -q '<p>No crash has a group.</p>' stdout
	tail -n 1 stdout >found
	same found <<<'</html>'
}

@test "the document accounts for all and has every member" {
	dedup --json
	json '[e["account"]["crashes"], e["account"]["unresolved"],
	    sum(len(g["members"]) for g in e["groups"]), e["unresolved"],
	    [m["input"]["xxh128"][-1] for m in e["groups"][0]["members"]]]' >found
	same found <<<'[5, 1, 4, ["crashes/id:000005"], ["1", "2"]]'
}

@test "SARIF has what code scanning takes" {
	dedup --sarif
	/usr/bin/python3 - stdout <<-'EOF'
	import json, re, sys
	log = json.load(open(sys.argv[1]))
	assert log["version"] == "2.1.0" and len(log["runs"]) == 1
	run = log["runs"][0]
	rules = run["tool"]["driver"]["rules"]
	assert len({r["id"] for r in rules}) == len(rules) == 3
	for rule in rules:
	    assert len(rule["id"]) <= 255
	    for key in "shortDescription", "fullDescription", "help":
	        assert 0 < len(rule[key]["text"]) <= 1024, key
	    assert 0 < float(rule["properties"]["security-severity"]) <= 10
	for r in run["results"]:
	    assert rules[r["ruleIndex"]]["id"] == r["ruleId"]
	    assert r["level"] in ("error", "warning", "note")
	    assert r["message"]["text"]
	    assert set(r["partialFingerprints"]) == {
	        "group/v1", "site/v1", "stack/v1", "siteLinefree/v1"}
	    place = r["locations"][0]["physicalLocation"]
	    assert place["region"]["startLine"] > 0
	    for stack in r["stacks"]:
	        for frame in stack["frames"]:
	            physical = frame["location"].get("physicalLocation")
	            if physical:
	                uri = physical["artifactLocation"]["uri"]
	                assert re.fullmatch(r"[A-Za-z0-9/%._~+,=@:-]+", uri), uri
	                assert uri.startswith("file:///") != (
	                    "uriBaseId" in physical["artifactLocation"])
	assert [r["occurrenceCount"] for r in run["results"]] == [2, 1, 1]
	assert [r["level"] for r in run["results"]] == ["error", "warning", "note"]
	EOF
}

@test "SARIF's places have a line and no dots, whatever the trace has" {
	{
		echo '==1==ERROR: AddressSanitizer: SEGV on unknown address 0x0 (pc 0x1)'
		echo '#0 0x1 in f /usr/bin/../lib/./a//b.c:3:4'
		echo '#1 0x1 in g ../src/c.c:5'
		echo '#2 0x1 in h (/opt/x/../prog+0x12)'
	} >dots
	echo 'a.c:7:2: runtime error: division by zero' >place
	try 0 pf-dedup --sarif dots place
	/usr/bin/python3 - stdout >found <<-'EOF'
	import json, sys
	for r in json.load(open(sys.argv[1]))["runs"][0]["results"]:
	    frames = [f["location"] for s in r.get("stacks", []) for f in s["frames"]]
	    for place in r["locations"] + frames:
	        place = place.get("physicalLocation")
	        if place:
	            print(place["artifactLocation"], place["region"])
	EOF
	same found <<-'EOF'
	{'uri': 'file:///usr/lib/a/b.c'} {'startLine': 3, 'startColumn': 4}
	{'uri': 'file:///usr/lib/a/b.c'} {'startLine': 3, 'startColumn': 4}
	{'uri': 'src/c.c', 'uriBaseId': '%SRCROOT%'} {'startLine': 5}
	{'uri': 'a.c', 'uriBaseId': '%SRCROOT%'} {'startLine': 7}
	EOF
}

@test "SARIF holds 25000 groups and tells of the rest" {
	/usr/bin/python3 - >many <<-'EOF'
	trace = "==1==ERROR: AddressSanitizer: SEGV on unknown address 0x0 (pc 0x1)\n#0 0x1 in f%d /a.c:3:4\n"
	import json
	for n in range(25003):
	    print(json.dumps({"v": 1, "id": "%032x" % n, "time": "2026-11-21T02:00:00Z",
	        "type": "crash", "data": {"input": {"name": "i"}, "trace": trace % n}}))
	EOF
	try 1 pf-dedup --sarif many
	same stderr <<<'pf-dedup: 3 of 25003 groups, the least severe, are not in the SARIF file: it holds 25000 results'
	json 'len(e["runs"][0]["results"])' >found
	same found <<<25000
}

@test "a browser shows the page without a complaint, and its links lead somewhere" {
	command -v chromium >/dev/null || skip "chromium is not installed"
	dedup --html
	mv stdout page.html
	timeout 60 chromium --headless --no-sandbox --disable-gpu \
		--disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync \
		--user-data-dir="$BATS_TEST_TMPDIR/profile" \
		--enable-logging=stderr --dump-dom \
		"file://$BATS_TEST_TMPDIR/page.html" >dom 2>browser.log 3>&-
	not grep CONSOLE browser.log
	not grep -q -e '<script' -e '<img' dom
	[ "$(grep -c '<article' dom)" = 3 ]
	grep -o 'href="#[^"]*"' dom | sed 's/.*#//; s/"//' | sort -u >links
	grep -o 'id="[^"]*"' dom | sed 's/.*="//; s/"//' | sort -u >ids
	same links <ids
}

@test "Markdown has what came from outside in code alone" {
	dedup --issue "$hostile"
	# Without code blocks and code spans nothing of it is left.
	/usr/bin/python3 - stdout >rest <<-'EOF'
	import re, sys
	text = open(sys.argv[1]).read()
	text = re.sub(r"(?ms)^(`{3,})\n.*?^\1\n", "BLOCK\n", text)
	print(re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "SPAN", text), end="")
	EOF
	not grep -e '[`<>|@!]' -e script rest
	grep -q '^# SPAN in SPAN$' rest
	grep -q '^\*\*MEDIUM\*\*: SPAN$' rest
	[ "$(grep -c BLOCK rest)" = 2 ]
}

@test "a group may be shortened as long as it is the only one" {
	dedup --issue "${hostile:0:2}"
	same stdout <"$fixtures/issue.md"
	try 66 pf-dedup --issue zz --rules "$fixtures/rules" "$fixtures/events.jsonl"
	says "pf-dedup: no crash is in a group 'zz'"
	same stdout </dev/null
	try 64 pf-dedup --gdb 2 "$traces"
	sed 's/: [0-9][0-9]* groups/: N groups/' stderr >said
	same said <<<"pf-dedup: N groups begin with '2'"
	try 64 pf-dedup --issue ''
	says 'pf-dedup: --issue needs a group'
}

@test "gdb runs into a planted crash and counts how often its site was passed" {
	cp "$pf_root/tests/targets/inputs/chunks/chunks-pixels-write" "in'p ut"
	pf-replay -n 1 "in'p ut" -- "$targets/chunks.asan-gcc" @@ >crash 3>&- ||
		[ $? = 1 ]
	try 0 pf-dedup --gdb "$overflow" crash
	mv stdout script
	timeout 100 gdb -nx -batch -x script >session 2>&1 3>&- </dev/null
	grep -q 'received signal SIGABRT' session
	grep -q ' in pixels_load .*chunks.c:65' session
	grep -q 'breakpoint already hit [1-9]' session
}

@test "hostile words reach the program below gdb as they are" {
	cat >show.c <<-'EOF'
	#include <stdio.h>
	#include <stdlib.h>
	int main(int argc, char **argv) {
		FILE *f = fopen("words", "w");
		const char *v = getenv("A\n!sh");
		for (int i = 1; i < argc; i++) {
			fprintf(f, "%d:", i);
			for (char *c = argv[i]; *c; c++)
				fprintf(f, *c < 32 ? "\\%03o" : "%c", *c);
			fputs("\n", f);
		}
		fprintf(f, "%s\n", v ? v : "none");
		fclose(f);
		abort();
	}
	EOF
	gcc -g -o show show.c
	mv show "./t \$(id)';\""
	timeout 100 gdb -nx -batch -x "$fixtures/script.gdb" >session 2>&1 3>&- </dev/null
	grep -q 'received signal SIGABRT' session
	same words <<'END'
1:a\012!sh
2:--in=h\012!sh `id` '</script><img src=x onerror=alert(1)>|`a``b`@user\012!sh\033[2J\
3:%s
x
!sh\
END
}

@test "a command that gdb cannot be told is refused, and so is none" {
	local change
	# A newline at a word's end; a name that gdb leaves to the shell.
	for change in 's/"a\\n!sh"/"a\\n"/' 's/"\.\/t /".\/t`id`/'; do
		sed "$change" "$fixtures/events.jsonl" >events
		not cmp -s events "$fixtures/events.jsonl"
		try 65 pf-dedup --gdb "$hostile" --rules "$fixtures/rules" events
		says "pf-dedup: group '$hostile': a word of its command cannot be told to gdb"
		same stdout </dev/null
	done
	try 65 pf-dedup --gdb "$overflow" "$traces"
	same stderr <<<"pf-dedup: group '$overflow': none of its crashes tells its command"
}

@test "--sort-into links each input into its group's directory, once" {
	mkdir in
	cp "$traces"/{clang,gcc}-heap-write.txt "$traces/clang-null.txt" in
	try 0 pf-dedup --sort-into sorted --groups in
	[ "$(wc -l <stdout)" = 2 ]
	(cd sorted && find . -type f | sort) >found
	same found <<-EOF
	./HIGH-$overflow-copy_bytes/$(xxh128sum in/clang-heap-write.txt | cut -c 1-32)
	./HIGH-$overflow-copy_bytes/$(xxh128sum in/gcc-heap-write.txt | cut -c 1-32)
	./LOW-260e1dc61198454f-section_matches/$(xxh128sum in/clang-null.txt | cut -c 1-32)
	EOF
	[ "$(find sorted -type f -links 2 | wc -l)" = 3 ]
	find sorted -type f -printf '%p %i\n' | sort >before
	try 0 pf-dedup --sort-into sorted in
	find sorted -type f -printf '%p %i\n' | sort >found
	same found <before
}

@test "--sort-into overwrites nothing and links nothing but the input" {
	local dir=sorted/HIGH-$overflow-copy_bytes name
	mkdir -p in "$dir"
	cp "$traces/clang-heap-write.txt" in/crash-1
	cp "$traces/gcc-heap-write.txt" in/crash-2
	name=$(xxh128sum in/crash-1 | cut -c 1-32)
	echo other >"$dir/$name"
	try 1 pf-dedup --sort-into sorted in
	says "another file has the name $name already"
	same "$dir/$name" <<<other
	mv stdout events
	echo changed >>in/crash-2
	rm -r sorted
	try 1 pf-dedup --sort-into sorted events
	says "crash-2' is not the input that its event tells of: left out"
	[ "$(find sorted -type f | wc -l)" = 1 ]
	rm in/crash-1
	ln -s /etc/passwd in/crash-1
	rm -r sorted
	try 1 pf-dedup --sort-into sorted events
	[ "$(find sorted -type f | wc -l)" = 0 ]
}

@test "a group that has become worse has its directory renamed" {
	mkdir in
	sed 's/^WRITE of size/READ of size/' "$traces/clang-heap-write.txt" >in/crash-1
	try 0 pf-dedup --sort-into sorted in
	(cd sorted && echo *) >found
	same found <<<"MEDIUM-$overflow-copy_bytes"
	cp "$traces/clang-heap-write.txt" in/crash-2
	try 0 pf-dedup --sort-into sorted in
	(cd sorted && echo *) >found
	same found <<<"HIGH-$overflow-copy_bytes"
	[ "$(find sorted -type f | wc -l)" = 2 ]
}

@test "what cannot be made is told" {
	echo file >file
	try 73 pf-dedup --sort-into file/in "$traces/clang-null.txt" || [ -s stderr ]
	says "pf-dedup: make the directory 'file/in': Not a directory"
	try 73 pf-dedup --sort-into file "$traces/clang-null.txt" || [ -s stderr ]
	says "pf-dedup: make the directory 'file': Not a directory"
}

@test "--on-new runs once for each group, with its event" {
	dedup --on-new 'cat >>told; echo said' --groups
	[ "$(grep -c said stderr)" = 3 ]
	json '[e["data"]["group"], e["rev"]]' told | sort >groups
	json '[e["group"], 1]' | sort | same groups
	valid told
}

@test "an --on-new that fails or hangs is told" {
	try 1 pf-dedup --on-new 'exit 3' "$traces/clang-null.txt"
	same stderr <<<"pf-dedup: --on-new 'exit 3': exit status 3"
	try 1 pf-dedup --on-new 'exec sleep 100' --on-new-timeout 100ms \
		"$traces/clang-null.txt"
	same stderr <<<"pf-dedup: --on-new 'exec sleep 100': killed, it ran longer than 0.1 seconds"
	json 'e["data"]["status"]' >found
	same found <<<new
}

@test "outputs exclude each other" {
	try 64 pf-dedup --html --json
	says 'pf-dedup: --html and --json exclude each other'
	try 64 pf-dedup --gone
	says 'pf-dedup: --gone needs --seen'
	try 64 pf-dedup --diff "$fixtures/rules" "$fixtures/rules" --seen x
	says 'pf-dedup: --diff goes with neither'
}

# pf-report: the store as a page and as a table.

load helper

prepare() {
	events=$pf_root/tests/fixtures/events
	export PF_DB=$BATS_TEST_TMPDIR/pf.db
	export PF_NOW=2026-11-21T03:00:00Z
}

store() { try 0 pf-ingest "$@"; }

# browse PAGE [OPTION]…: the page as a browser builds it, in `dom`; what the
# page's console said in `console`.
browse() {
	local page=$1
	shift
	timeout 60 chromium --headless --no-sandbox --disable-gpu \
		--disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync \
		--user-data-dir="$BATS_TEST_TMPDIR/profile" \
		--enable-logging=stderr --dump-dom "$@" \
		"file://$BATS_TEST_TMPDIR/$page" >dom 2>browser.log 3>&-
	grep CONSOLE browser.log >console || true
}

need_browser() {
	command -v chromium >/dev/null || skip "chromium is not installed"
}

@test "--groups has a line for each group, the worst first" {
	store "$events/campaign.jsonl"
	try 0 pf-report --groups
	json '[e["severity"], e["kind"], e["count"], e["first_time"] <= e["last_time"]]' >found
	same found <<-'EOF'
	["CRITICAL", "heap-use-after-free", 2, true]
	["MEDIUM", "heap-buffer-overflow", 1, true]
	["LOW", "abort", 1, true]
	EOF
	try 64 pf-report --groups --summary
	says '--groups and --summary exclude each other'
}

@test "what a person said of a group is shown" {
	store "$events/campaign.jsonl"
	try 0 pf-ingest --state ignored 'parse_string json.c:52'
	try 0 pf-report --groups
	json '[e["kind"], e["state"]]' >states
	same states <<-'EOF'
	["heap-use-after-free", "new"]
	["heap-buffer-overflow", "ignored"]
	["abort", "new"]
	EOF
	try 0 pf-report
	[ "$(grep -c '<dt>state</dt><dd>ignored' stdout)" = 1 ]
}

@test "the summary has a row for each target and fuzzer" {
	store "$events/campaign.jsonl"
	try 0 pf-report --summary
	same stdout <<'END'
TARGET  FUZZER         EXECS  EXECS/S  EDGES  CORPUS  CRASHES  BUGS  CRITICAL  HIGH  MEDIUM  LOW  UNRESOLVED
json    afl++      1,524,000    2.54K    174      36        2     2         1     0       1    0           0
json    libfuzzer  2,622,000    4.37K    174      35        1     1         1     0       0    0           0
url     honggfuzz  1,122,000    1.87K    310      35        2     1         0     0       0    1           1
total              5,268,000    8.78K    484     106        5     3         1     0       1    1           1
Crashes were found.
END
	silent
}

@test "the page has every part, and the same each time" {
	store "$events/campaign.jsonl"
	try 0 pf-report --title 'Nightly <&> C:\x41' -o page.html
	same stdout </dev/null
	silent
	try 0 pf-report --title 'Nightly <&> C:\x41'
	same stdout <page.html
	grep -o '<h[123]>.*' page.html | sed 's/<[^>]*>/|/g' >headings
	same headings <<'END'
|Nightly &lt;&amp;&gt; C:\x41|
|Bugs|
||CRITICAL|heap-use-after-free in |value_free json.c:88||
||MEDIUM|heap-buffer-overflow in |parse_string json.c:52||
||LOW|abort in |url_host url.c:9||
|Unresolved crashes|
||UNRESOLVED|SEGV|
|Targets and fuzzers|
|Progress|
|json|
|url|
|Jobs|
END
}

@test "a bug tells where, when and how to see it again" {
	store "$events/campaign.jsonl"
	try 0 pf-report
	sed -n '/CRITICAL/,/<\/article>/p' stdout | sed 's/<[^>]*>/ /g' |
		tr -s ' ' >bug
	grep -q 'json (afl++), json (libfuzzer)' bug
	grep -q 'first seen 2026-11-21 02:04:00' bug
	grep -q 'last seen 2026-11-21 02:06:00' bug
	grep -q 'xxh128 de85bd019aee14c2af4827b05e33ddce' bug
	grep -qF "ASAN_OPTIONS=&#39;abort_on_error=1&#39; ./targets/json \
crashes/id:000000,sig:06" bug
	grep -q '#1 parse_object json.c:141' bug
}

@test "no crash, no job and nothing at all are different answers" {
	grep -v '"type":"crash"' "$events/campaign.jsonl" >clean
	grep '"type":"weather"' "$events/campaign.jsonl" >idle
	store --db clean.db clean
	try 0 pf-report --db clean.db --summary
	tail -n 1 stdout >verdict
	same verdict <<<'No crash was found.'
	store --db idle.db idle
	try 0 pf-report --db idle.db
	grep -q 'No job ever ran: nothing was looked for.' stdout
	try 0 pf-ingest --db empty.db /dev/null
	try 66 pf-report --db empty.db
	says "pf-report: store 'empty.db' holds no event: nothing was ever told"
	try 66 pf-report --db none.db
	same stderr <<<"pf-report: there is no store 'none.db'"
	[ ! -e none.db ]
}

@test "crashes found by fuzzers that tell nothing else are not lost" {
	grep '"type":"crash"' "$events/campaign.jsonl" >crashes
	store crashes
	try 0 pf-report --summary
	same stdout <<'END'
TARGET  FUZZER     EXECS  EXECS/S  EDGES  CORPUS  CRASHES  BUGS  CRITICAL  HIGH  MEDIUM  LOW  UNRESOLVED
json    afl++          -        -      -       -        2     2         1     0       1    0           0
json    libfuzzer      -        -      -       -        1     1         1     0       0    0           0
url     honggfuzz      -        -      -       -        2     1         0     0       0    1           1
total                  -        -      -       -        5     3         1     0       1    1           1
Crashes were found.
END
}

@test "hostile text stays text" {
	store "$events/hostile.jsonl"
	try 0 pf-report -t "$(printf '<script>t\033\377')" -o page.html
	/usr/bin/python3 - page.html <<'END'
import html.parser, sys
seen = set()
class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
        seen.add(tag)
        for name, value in attributes:
            assert not name.startswith("on"), name
            assert name not in ("src", "style"), name
            assert name != "href" or value == "data:,", value
page = open(sys.argv[1], encoding="utf-8").read()
Page().feed(page)
assert "script" not in seen and "svg" in seen, seen
bad = [c for c in page if ord(c) < 32 and c not in "\n\t"
       or 0x7f <= ord(c) < 0xa0 or 0x202a <= ord(c) <= 0x202e]
assert not bad, bad
assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\\x01\\x1b[2J" \
    "\\xff\\x\\u{202e}\u00e9" in page
assert "<title>&lt;script&gt;t\\x1b\\xff</title>" in page
END
	try 0 pf-report --summary
	LC_ALL=C not grep -qP '[\x00-\x09\x0b-\x1f\x7f]' stdout
}

@test "the command to reproduce is data to a shell" {
	store "$events/hostile.jsonl"
	try 0 pf-report
	/usr/bin/python3 - stdout <<'END' >command
import html, re, sys
page = open(sys.argv[1]).read()
print(html.unescape(re.search(
    r'<pre class="command">(.*?)</pre>', page, re.S).group(1)))
END
	# A shell that runs it with `env` only printing what it is given.
	cat >env <<'END'
#!/usr/bin/python3
import sys
print(len(sys.argv) - 1)
sys.stdout.flush()
for word in sys.argv[1:]:
    print(ascii(word.encode("utf-8", "surrogateescape")))
END
	chmod +x env
	PATH=$PWD:$PATH try 0 bash command
	[ ! -e reboot ]
	sed -n '1p;5,7p' stdout >words
	same words <<'END'
8
b'./t\xff\n'
b'$(reboot)`id`'
b"it's"
END
	sed -n 3p stdout >first
	same first <<<"b\"A B=c'd\""
}

@test "a browser shows the page without a complaint" {
	need_browser
	store "$events/campaign.jsonl" "$events/hostile.jsonl"
	try 0 pf-report -o page.html
	browse page.html
	same console </dev/null
	[ "$(grep -c '<article' dom)" = 6 ]
	[ "$(grep -o '<svg' dom | wc -l)" = 6 ]
	grep -q 'value_free json.c:88' dom
	not grep -q '<script' dom
}

@test "the console is where a blocked script would be told of" {
	# Without this the test above could not fail.
	need_browser
	store "$events/campaign.jsonl"
	try 0 pf-report -o page.html
	sed 's|</main>|<script>alert(1)</script>&|' page.html >bad.html
	browse bad.html
	grep -q 'Content Security Policy' console
}

@test "a page that cannot be written leaves the old one" {
	store "$events/campaign.jsonl"
	echo old >page.html
	# 20 blocks are 10240 bytes: the page is larger.
	try 74 bash -c 'trap "" XFSZ; ulimit -f 10; exec pf-report -o page.html'
	same page.html <<<old
	[ -z "$(find . -name '.page*')" ]
	try 73 pf-report -o none/page.html
	says "pf-report: write 'none/page.html': No such file or directory"
	try 75 sh -c 'pf-report >/dev/full'
}

@test "what is no store is refused and left alone" {
	echo 'this is not a database, it is a sentence' >text
	sqlite3 other.db 'CREATE TABLE t (a)'
	cp other.db before.db
	try 65 pf-report --db text
	try 65 pf-report --db other.db
	same stderr <<<"pf-report: 'other.db' is a database of another program"
	cmp other.db before.db
	unset PF_DB
	try 64 pf-report
	says 'pf-report: no store is given: --db or PF_DB'
}

@test "the largest numbers that can be stored can be shown" {
	local i
	for ((i = 1; i <= 1100; i++)); do
		printf '{"v":1,"id":"01a1fbd4f500%020d",' "$i"
		printf '"time":"2026-11-21T02:00:00Z","type":"stats",'
		printf '"target":"t","fuzzer":"f","data":{"instance":"%d",' "$i"
		printf '"execs_total":9007199254740991,"execs_per_second":1e15,'
		printf '"edges_found":9007199254740991}}\n'
	done >lines
	store lines
	try 0 pf-report -o page.html
	try 0 pf-report --summary
	same stdout <<'END'
TARGET  FUZZER                      EXECS  EXECS/S                  EDGES  CORPUS  CRASHES  BUGS  CRITICAL  HIGH  MEDIUM  LOW  UNRESOLVED
t       f       9,223,372,036,854,775,807     1.1E  9,007,199,254,740,991       -        0     0         0     0       0    0           0
total           9,223,372,036,854,775,807     1.1E  9,007,199,254,740,991       -        0     0         0     0       0    0           0
No crash was found.
END
}

# pf-job expand: a campaign comes out as its jobs, or as all that is wrong with
# it, and never as both.

load helper

unset SEEDS NOT_SET

prepare() {
	g='target g { command = {"./g"} }'
}

# refuses MESSAGES…: the campaign on standard input, which the file c.conf gets,
# for these reasons: "12: text" stands for line 12, ": text" for the whole.
refuses() {
	cat >c.conf
	try 78 pf-job expand c.conf
	same stdout </dev/null
	printf '%s\n' "$@" | sed -e "s/^: /pf-job: 'c.conf': /" \
		-e "s/^\([0-9]\)/pf-job: 'c.conf' line \1/" | same stderr
}

# The campaign "c" on standard input, as `job` and the words of EXPRESSION.
expands() {
	cat >c.conf
	try 0 pf-job expand c.conf
	silent
	json "e['job'] + ' ' + json.dumps($1)" >got
}

@test "every key comes out under its member, and nothing else does" {
	cat >all.conf <<-'END'
		campaign = "nightly"
		tiers = quick
		tier quick { }
		target png {
			fuzzer = "libfuzzer" mode = "single"
			command = {"./png", "-a", "@@"}
			env = {"A=1", "B=x=y"}
			seeds = "s" dictionary = "d"
			instances = 4 duration = 1.5h timeout = 250ms memory = 2G
			corpus-max-count = 0 corpus-max-bytes = 1M
			priority = 50 capabilities = {x86_64, "afl++"} max-attempts = 3
		}
	END
	try 0 pf-job expand all.conf
	silent
	same stdout <<-'END'
		{"job":"nightly-png-quick-1","campaign":"nightly","target":"png","tier":"quick","fuzzer":"libfuzzer","mode":"single","command":["./png","-a","@@"],"env":{"A":"1","B":"x=y"},"seeds":"s","dictionary":"d","instances":4,"duration_seconds":5400,"timeout_seconds":0.25,"memory_bytes":2147483648,"corpus_max_count":0,"corpus_max_bytes":1048576,"priority":50,"capabilities":["x86_64","afl++"],"max_attempts":3}
	END
}

@test "what is not given is absent; the name is the file's" {
	mkdir dir
	echo 'target a { command = ./a }' >dir/my.conf
	try 0 pf-job expand dir/my.conf
	silent
	same stdout <<-'END'
		{"job":"my-a-1","campaign":"my","target":"a","command":["./a"]}
	END
}

@test "a target goes before a tier, a tier before the top; += adds to them" {
	expands "[e['duration_seconds'], e.get('env'), e['capabilities']]" <<-'END'
		duration = 8h
		env = {"A=top", "B=top"}
		capabilities = {x, y}
		tiers = {quick, long}
		target a { command = a }
		target b { command = b duration = 1h env += {"B=b"} capabilities = z }
		tier quick { duration = 10m env += {"A=quick"} capabilities += {y, q} }
		tier long { env = {} }
	END
	same got <<-'END'
		c-a-quick-1 [600, {"A": "quick", "B": "top"}, ["x", "y", "q"]]
		c-a-long-1 [28800, null, ["x", "y"]]
		c-b-quick-1 [3600, {"A": "quick", "B": "b"}, ["z"]]
		c-b-long-1 [3600, {"B": "b"}, ["z"]]
	END
}

@test "jobs of a target differ by their number only" {
	expands "e['command']" <<-'END'
		tiers = {"one", "two"}
		target a { command = a jobs = 3 tiers = {} }
		target b { command = b }
	END
	same got <<-'END'
		c-a-1 ["a"]
		c-a-2 ["a"]
		c-a-3 ["a"]
		c-b-one-1 ["b"]
		c-b-two-1 ["b"]
	END
}

@test "a word, both kinds of strings, escapes and variables" {
	export WORD='a "b" \q, ${X}' EMPTY=
	expands "e['command']" <<-'END'
		target a {
			command = {w//x, 'a\b\'c${X}', "\"\$ \x41\n\\", "${WORD}", ${WORD},
				"-${EMPTY:-d}-${NOT_SET:-}", "one \
		two"}
		}
	END
	printf '%s\n' 'c-a-1 ["w//x", "a\\\\b'"'"'c${X}", "\"$ A\n\\\\", "a \"b\" \\\\q, ${X}", "a \"b\" \\\\q, ${X}", "-d-", "one two"]' |
		same got
}

@test "bytes that are no UTF-8 can be written, and are told as such" {
	expands "e['seeds']" <<-'END'
		target a { command = a seeds = "\xff\xc3\xa4" }
	END
	same got <<-'END'
		c-a-1 "\\xff\u00e4"
	END
}

# libconfuse counts lines too many for each comment and has none in lists.
@test "comments of all kinds stand anywhere and leave the lines as they are" {
	refuses "7: target a: duration: '8x' is not a duration" <<-'END'
		# one
		// two # /* three
		/* four
		five */ target a { /**/ command = { # "
			"a", // '
			"b" /* , */ }
			duration = 8x # }
		}
	END
}

@test "errors of all targets are told at once, in the order of lines" {
	refuses "1: duration: '8x' is not a duration" \
		"3: target a: memory: '2' is less than 16M" \
		"3: target a: seeds: the variable NOT_SET is not set" \
		"5: target b: command: it is empty" \
		"6: target b: instances: '0' is not a number from 1 to 1024" \
		"8: target c: no command" \
		"9: target c: unknown key 'durration': perhaps duration" <<-'END'
		duration = 8x
		target a {
			command = a memory = 2 seeds = "${NOT_SET}/s"
		}
		target b { command = {}
			instances = 0
		}
		target c {
			durration = 8h
		}
	END
}

@test "values that are none for their key" {
	refuses "1: jobs: '100001' is not a number from 1 to 100000" \
		"2: priority: '-1' is not a number from 0 to 1000000" \
		"3: duration: '0' is not above zero" \
		"4: timeout: '5 m' is not a duration" \
		"5: memory: '2GB' is not a size" \
		"6: fuzzer: 'afl' is not afl++, libfuzzer, honggfuzz or other" \
		"7: mode: 'spoon' is not fork or single" \
		"8: env: 'A' is not NAME=value" "8: env: B is there twice" \
		"9: capabilities: 'a b' is not a word without blanks and commas" \
		"10: seeds: it is empty" \
		"11: instances: it takes one value, not 2" \
		"12: max-attempts: it takes one value, not 0" <<-END
		jobs = 100001
		priority = -1
		duration = 0
		timeout = "5 m"
		memory = 2GB
		fuzzer = afl
		mode = spoon
		env = {"A", "B=1", "B=2"}
		capabilities = "a b"
		seeds = ""
		instances = {1, 2}
		max-attempts = {}
		$g
	END
}

@test "keys that are unknown, given twice or at the wrong place" {
	refuses "1: unknown key 'tier': perhaps tiers" \
		"2: unknown key 'corpus_max_count': perhaps corpus-max-count" \
		"3: unknown key '\"jobs\"': perhaps jobs" "4: unknown key 'x'" \
		"6: seeds: given twice" "7: command: it stands in a target only" \
		"8: tier t: tiers: it stands at the top and in a target only" \
		"9: target a: campaign: it stands at the top of the file only" <<-'END'
		tier = long
		corpus_max_count = {1, 2}
		"jobs" = 3
		x += {}
		seeds = a
		seeds = b
		command = {"./a"}
		tier t { tiers = a }
		target a { command = a campaign = x }
	END
}

@test "names that cannot be a job's, and two that would be the same" {
	long=$(printf 'n%.0s' {1..97})
	refuses "1: target 'a b' is not a name: letters, digits, . _ and -, the first not . or -" \
		"2: target '..' is not a name: letters, digits, . _ and -, the first not . or -" \
		"4: target b: there is one in line 3 already" \
		"6: target p-q: its jobs have the names of those of line 5: c-p-q-1" \
		"7: target $long: the names of its jobs, CAMPAIGN-TARGET-NUMBER, have more than 100 bytes" <<-END
		target "a b" { command = a }
		target .. { command = a }
		target b { command = b }
		target b { command = b }
		target p { command = a tiers = q }
		target p-q { command = a }
		target $long { command = a }
	END
}

@test "a tier that is not described, where others are" {
	refuses "1: tiers: there is no tier 'qiuck' in this file" <<-END
		tiers = {"qiuck"}
		tier quick { }
		$g
	END
}

@test "what does not go together" {
	refuses "3: target a: in tier t: timeout 20m (line 2) is not below duration 10m (line 1)" \
		"4: target b: afl++ needs seeds" \
		"4: target b: mode (line 4) is of no use to afl++" \
		"5: target d: dictionary (line 5) is of no use to other" \
		"5: target d: other needs crash-dir" \
		"6: target e: crash-dir (line 6) goes with fuzzer = \"other\"" \
		"7: target f: command: './f @@' is one word; several are {\"a\", \"b\"}" <<-'END'
		tier t { duration = 10m }
		timeout = 20m
		target a { command = a tiers = t }
		target b { command = b fuzzer = "afl++" mode = fork }
		target d { command = d fuzzer = other dictionary = x }
		target e { command = e crash-dir = x }
		target f { command = "./f @@" }
	END
}

@test "more jobs than a campaign may have" {
	refuses '2: target b: jobs: with these the campaign has more than 100000' <<-'END'
		target a { command = a jobs = 60000 }
		target b { command = b jobs = 40001 }
	END
}

@test "quotes: where they are missing, not closed, or around a part" {
	refuses "1: fuzzer: 'afl++' must stand in double quotes" \
		"2: seeds: '\${HOME}/x' must stand in double quotes" \
		"3: crash-dir: quotes must stand around the whole of a value" \
		"4: env: 'A=1' must stand in double quotes" \
		"5: target g: command: a string is not closed on its line" <<-'END'
		fuzzer = afl++
		seeds = ${HOME}/x
		crash-dir = "x"y
		env = {A=1}
		target g { command = {"./g, @@}
		}
	END
}

@test "variables and escapes that are none" {
	EMPTY='' refuses "1: seeds: the variable EMPTY is empty" \
		"2: tier t: seeds: '\${A-b}' is neither \${NAME} nor \${NAME:-default}" \
		'3: crash-dir: a variable is written ${NAME}, a dollar sign itself \$' \
		'4: dictionary: the escape \d is not known, a backslash itself is \\' \
		'5: mode: two hex digits stand behind \x, of no control character' <<-END
		seeds = \${EMPTY}
		tier t { seeds = "\${A-b}" }
		crash-dir = "\$HOME"
		dictionary = "\\d"
		mode = "\\x00"
		$g
	END
}

@test "braces, commas and equal signs that are missing" {
	refuses "2: target a: command: a } is missing before 'seeds'" <<-'END'
		target a { command = {"./a", "b"
			seeds = x }
	END
	refuses '1: the { here is never closed' \
		'2: target a: a } is missing before this target' <<-'END'
		target a { command = a
		target b { command = b }
	END
	refuses "1: target a: unexpected 'b': a comma or a } is missing before it" \
		<<<'target a { command = {"a" "b"} }'
	refuses '1: a } without its {' <<<"$g }"
	refuses '1: duration: no value' <<<"duration = priority = 5 $g"
	refuses '1: no = after duration' <<<"duration 8h $g"
	refuses '1: no name after target' <<<'target { command = a }'
	refuses "1: unknown word 'targt': perhaps target" <<<'targt a { }'
	refuses '1: a comment is never closed' <<<"/* $g"
}

@test "nothing to do is no success" {
	refuses ': there is no target in it' </dev/null
	refuses ': there is no target in it' <<<'# target a { }'
}

@test "standard input needs the campaign's name, a pipe as well" {
	try 0 pf-job expand <<<"campaign = x $g"
	try 0 pf-job expand - <<<"campaign = x $g"
	[ "$(json 'e["job"]')" = x-g-1 ]
	try 78 pf-job expand - <<<"$g"
	same stderr <<-'END'
		pf-job: standard input: it needs a line: campaign = "NAME"
	END
	try 78 pf-job expand <(echo "$g")
	says ': it needs a line: campaign = "NAME"'
}

@test "a name of the file that is no campaign's" {
	echo "$g" >'my camp.conf'
	try 78 pf-job expand 'my camp.conf'
	same stderr <<-'END'
		pf-job: 'my camp.conf': it needs a line: campaign = "NAME"; 'my camp' is not a name: letters, digits, . _ and -, the first not . or -
	END
}

@test "what is no text is 65" {
	mkdir directory
	printf '%s\n\xff' "$g" >latin
	printf '%s\n\0' "$g" >nul
	for file in directory latin nul /dev/zero; do
		try 65 timeout 10 pf-job expand "$file"
		same stdout </dev/null
		cat stderr >>told
	done
	same told <<-'END'
		pf-job: 'directory' is a directory
		pf-job: 'latin' line 2: not text: byte 0xff
		pf-job: 'nul' line 2: not text: byte 0x00
		pf-job: '/dev/zero' is larger than 1 MiB
	END
}

@test "a FIFO that nobody writes to is not waited for" {
	mkfifo fifo
	try 78 timeout 10 pf-job expand fifo
	says 'there is no target in it'
}

@test "a file that may not be read is 77" {
	echo "$g" >secret.conf
	chmod 0 secret.conf
	try 77 bound_by_modes pf-job expand secret.conf
	says "open 'secret.conf': Permission denied"
}

@test "a byte order mark and carriage returns are no matter" {
	printf '\xef\xbb\xbfcampaign = x # y\r\ntarget g {\r\ncommand = ./g }\r\n' >dos.conf
	try 0 pf-job expand dos.conf
	silent
	[ "$(json 'e["command"]')" = '["./g"]' ]
}

@test "of many errors a hundred are told and the others counted" {
	printf 'target t%d { command = a duration = x }\n' {1..150} >many.conf
	try 78 pf-job expand many.conf
	[ "$(wc -l <stderr)" = 101 ]
	[ "$(tail -n 1 stderr)" = "pf-job: 'many.conf': 50 more errors" ]
}

@test "a long value is not shown at length, but what is wrong with it is" {
	printf 'duration = %s\n%s\n' "$(printf 'x%.0s' {1..100000})" "$g" >long.conf
	try 78 pf-job expand long.conf
	[ "$(wc -c <stderr)" -lt 500 ]
	says "line 1: duration: 'xxx"
	says "xxx' is not a duration"
}

@test "-v counts" {
	echo "jobs = 2 $g target h { command = h }" >v.conf
	try 0 pf-job -v expand v.conf
	same stderr <<<'pf-job: campaign v: 4 jobs for 2 targets'
}

@test "one verb, one campaign" {
	try 64 pf-job
	says 'no command is given'
	try 64 pf-job expnad
	says "no such command: 'expnad'"
	try 64 pf-job expand a b
	says 'expand takes 1 operand at most, not 2'
}

@test "the example that is installed is a good one" {
	try 0 pf-job expand "$pf_root/share/campaign.conf"
	silent
	json 'e["job"]' >got
	same got <<-'END'
		nightly-png-quick-1
		nightly-png-long-1
		nightly-xml-quick-1
		nightly-xml-long-1
		nightly-grammar-long-1
		nightly-grammar-long-2
		nightly-grammar-long-3
	END
}

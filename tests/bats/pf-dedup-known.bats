#!/usr/bin/env bats
# pf-dedup --known: groups that another run, another node or the store has seen.
load helper

prepare() {
	traces=$pf_root/tests/fixtures/traces
}

lists() { pf-dedup --groups "${@/#/$traces/}"; }
statuses() { json '[e["status"], e["kind"], e["count"]]' | sort; }

@test "what another run has listed is known, and gone where it is not here" {
	lists clang-null.txt clang-leak.txt >known
	cp known before
	try 0 pf-dedup --known known --groups \
		"$traces/clang-null.txt" "$traces/clang-overflow.txt"
	statuses >found
	same found <<-'EOF'
	["gone", "leak", 0]
	["known", "segv", 1]
	["new", "signed-integer-overflow", 1]
	EOF
	try 0 pf-dedup --known known --gone "$traces/clang-null.txt"
	statuses >found
	same found <<<'["gone", "leak", 0]'
	try 0 pf-dedup --known known "$traces/clang-null.txt"
	json 'e["data"]["status"]' >found
	same found <<<known
	try 0 pf-dedup --known known --on-new 'cat >>told' "$traces/clang-null.txt" \
		"$traces/clang-overflow.txt"
	json 'e["data"]["kind"]' told >found
	same found <<<signed-integer-overflow
	# Nothing is written.
	cmp known before
	[ "$(ls | grep -c known)" = 1 ]
}

@test "the lists of two nodes are one" {
	lists clang-null.txt clang-leak.txt >known
	lists clang-null.txt clang-overflow.txt >>known
	try 0 pf-dedup --known known --groups "$traces/clang-null.txt"
	statuses >found
	same found <<-'EOF'
	["gone", "leak", 0]
	["gone", "signed-integer-overflow", 0]
	["known", "segv", 1]
	EOF
}

@test "what the store has seen is known" {
	pf-dedup "$traces/clang-null.txt" "$traces/clang-leak.txt" |
		try 0 pf-ingest -d store
	pf-report -d store --groups >known
	try 0 pf-dedup --known known --groups "$traces/clang-null.txt"
	statuses >found
	same found <<-'EOF'
	["gone", "leak", 0]
	["known", "segv", 1]
	EOF
	# The same keys, sites, kinds and ratings as of the files themselves.
	words='[e[k] for k in ("group", "site", "kind", "severity", "why", "rules")]'
	json "$words" known | sort >stored
	lists clang-null.txt clang-leak.txt | json "$words" /dev/stdin | sort >listed
	same stored <listed
}

@test "an empty list knows nothing" {
	: >known
	try 0 pf-dedup --known known --groups "$traces/clang-null.txt"
	statuses >found
	same found <<<'["new", "segv", 1]'
}

@test "groups of other rules are left out, and that is told" {
	lists clang-null.txt clang-leak.txt | sed '1s/"rules":"/&9-/' >known
	try 1 pf-dedup --known known --groups "$traces/clang-null.txt"
	says "groups in 'known' that other rules than "
	says "and that are left out: 1"
	statuses >found
	same found <<<'["known", "segv", 1]'
}

@test "a list that is none is refused by line" {
	lists clang-null.txt >known
	echo '{"group":"x"}' >>known
	try 65 pf-dedup --known known "$traces/clang-null.txt"
	same stderr <<<"pf-dedup: 'known' line 2 is no line of --groups"
	head -c 2000000 /dev/zero | tr '\0' x >known
	try 65 pf-dedup --known known "$traces/clang-null.txt"
	same stderr <<<"pf-dedup: 'known' line 1 is no line of --groups"
	try 66 pf-dedup --known none "$traces/clang-null.txt"
	same stderr <<<"pf-dedup: open 'none': No such file or directory"
	try 64 pf-dedup --known known --seen seen "$traces/clang-null.txt"
	says '--known and --seen exclude each other'
	same stdout </dev/null
}

# What every program must do, whatever its job: the contract of man pf(7).

load helper

# How each program is made to do three things, in a directory that material()
# has filled:
#
#	row NAME 'writes records' 'reads standard input' 'takes a path, @'
#
# "-" where it does no such thing: what reads nothing must not mind what is
# there, what takes no path must refuse one. A fourth word, "measures", is for
# records that tell of this very run and so are never the same twice.
declare -gA gives reads takes measures
rows=()
row() {
	rows+=("$1")
	gives[$1]=$2 reads[$1]=$3 takes[$1]=$4 measures[$1]=${5-}
}

row pf-backup 'list snapshots' - 'list @'
row pf-dedup 'trace.txt' '' '@'
row pf-ingest '--db in.db events.jsonl' '--db in.db' '--db in.db @'
row pf-job 'expand campaign.conf' - 'expand @'
row pf-reap '--dry-run --older-than 1s tree' - '--older-than 1s @'
row pf-replay '-n 1 input -- ./crash' '-n 1 -- ./crash' '-n 1 @ -- ./crash'
row pf-report '--db pf.db --summary' - '--db @'
row pf-run "-d 1s -o job -- $targets/clean.libfuzzer" - '-o job -- @' measures
row pf-serve '--tokens tokens --token node:a' - \
	'--db pf.db --tokens @ --check-config' measures
row pf-ship '--spool spool --status' '--spool spool --spool-only' - measures
row pf-stats 'fuzzer_stats' '' '@'

hostile=$'no\nsuch\e[2J\xff'
quoted='no\x0asuch\x1b[2J\xff'

material() {
	local fixtures=$pf_root/tests/fixtures
	cp "$fixtures/events/campaign.jsonl" events.jsonl
	cp "$fixtures/traces/clang-null.txt" trace.txt
	cp "$fixtures/stats/aflpp-4.04c/fuzzer_stats" .
	cp "$pf_root/share/campaign.conf" .
	mkdir tree snapshots
	echo old >tree/old
	touch -d 2026-01-01T00:00:00Z tree/old
	echo input >input
	printf '#!/bin/sh\nkill -SEGV $$\n' >crash
	chmod 755 crash
	case $1 in
	pf-backup) pf-backup create -o snapshots tree tree ;;
	pf-report) pf-ingest --db pf.db events.jsonl ;;
	pf-ship) pf-ship --spool spool --spool-only <events.jsonl ;;
	esac >material 3>&-
	# An event's time is its file's.
	touch -d 2026-11-21T01:00:00Z trace.txt fuzzer_stats input
}

# each FUNCTION: calls it with every program's name, in a directory of its
# own, and fails with the names of those for which it failed. (bash ignores
# `set -e` below: each function is one chain.)
each() {
	local program failed=
	export PF_NOW=2026-11-21T02:00:00.123Z
	for program in "${rows[@]}"; do
		mkdir "$program"
		(cd "$program" && material "$program" && "$1" "$program") ||
			failed="$failed $program"
	done
	[ -z "$failed" ] && return
	echo "not so:$failed"
	return 1
}

# The words of a row, added to word_list, with a path for its "@".
words() {
	local word words
	read -ra words <<<"$1"
	for word in "${words[@]}"; do
		[ "$word" != @ ] || word=${2-}
		word_list+=("$word")
	done
}

# with WORDS [PATH] COMMAND…: runs COMMAND… followed by the row's words.
with() {
	local word_list=()
	words "$1" "$2"
	shift 2
	"$@" "${word_list[@]}"
}

# A sanitizer's report is no status of ours.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:exitcode=125 UBSAN_OPTIONS=exitcode=125

# ends COMMAND…: by itself, with any status of its own, which is in `status`.
ends() {
	status=0
	"$@" 2>stderr 3>&- || status=$?
	[ "$status" -lt 124 ] && return
	echo "status $status: $*" >&2
	return 1
}

unheard() { "$@" 2>&-; }

@test "Makefile, sources, build and this table have the same programs" {
	make -s -C "$pf_root" --eval='list:;@echo $(programs)' list |
		xargs -n 1 | sort >makefile
	printf '%s\n' "${rows[@]}" | sort | same makefile
	(cd "$pf_root/src" && printf '%s\n' pf-*) | same makefile
	for script in "$pf_root"/bin/pf-*; do
		[ ! -e "$script" ] || echo "${script##*/}" >>makefile
	done
	sort -o makefile makefile
	(cd "$pf_build/bin" && printf '%s\n' pf-*) | same makefile
}

helps() {
	try 0 "$1" --help && silent && mv stdout long &&
		try 0 "$1" -h && silent && cmp stdout long &&
		[[ $(head -n 1 long) == "usage: $1 "* ]]
}

@test "--help prints the usage on standard output" {
	each helps
}

tells_version() {
	try 0 "$1" --version && silent && [ "$(wc -l <stdout)" = 1 ] &&
		grep -qE '^pf [0-9]+\.[0-9]+' stdout
}

@test "--version is one line" {
	each tells_version
}

refuses_options() {
	try 64 "$1" --no-such-option && same stdout </dev/null &&
		says "$1: unknown option '--no-such-option'" &&
		try 64 "$1" -Q && says "'-Q'" && same stdout </dev/null &&
		try 64 "$1" --log=xml && says "'xml'" && same stdout </dev/null &&
		try 64 "$1" --help=5 && says "'--help=5'"
}

@test "a wrong option is named and is 64" {
	each refuses_options
}

# The sentence of the C library took these bytes to the terminal.
quotes_options() {
	try 64 "$1" "--$hostile" && says "$1: unknown option '--$quoted'"
}

@test "a hostile option is quoted" {
	each quotes_options
}

# Options as "-x" and "--xx" a line: of the usage, and of the manual page.
options() {
	sed -n 's/^ *\(-.*\)/\1/p' | sed 's/  .*//' |
		grep -oE -- '(^|[ ,])--?[A-Za-z0-9][a-z-]*' | tr -d ' ,' | sort -u
}

documents_its_options() {
	"$1" --help | options >help && [ -s help ] &&
		mandoc -T ascii "$pf_root/src/$1/$1.1" | col -bx |
		grep '^     -' | options | same help
}

@test "the manual page has the options of --help and no others" {
	each documents_its_options
}

lints() {
	mandoc -T lint -W warning "$pf_root/src/$1/$1.1" >lint 2>&1
	same lint </dev/null
}

@test "the manual page is clean" {
	each lints
}

# full WORDS…: standard output could not be written and that is said.
full() {
	ends "$@" >/dev/full && [ "$status" != 0 ] && says "standard output"
}

fills_up() {
	full "$1" --help && full "$1" --version &&
		with "${gives[$1]}" - full "$1"
}

@test "a full disk below standard output is told and is not 0" {
	each fills_up
}

# With each descriptor closed, and with all three; no place for records is a
# failure.
closed() {
	ends "$@" <&- >out && ends unheard "$@" >out &&
		ends "$@" >&- && [ "$status" != 0 ] &&
		ends unheard "$@" <&- >&- && [ "$status" != 0 ]
}

stands_closed() {
	closed "$1" --help && with "${gives[$1]}" - closed "$1" &&
		if [ "${reads[$1]}" != - ]; then
			with "${reads[$1]}" - ends "$1" <&- >out &&
				[ "$status" != 0 ]
		fi
}

@test "closed descriptors crash nothing, and lost records are not 0" {
	each stands_closed
}

stands_empty() {
	[ "${reads[$1]}" = - ] ||
		{ with "${reads[$1]}" - try 0 "$1" </dev/null && silent; }
}

@test "empty input is no error" {
	each stands_empty
}

# A path as an operand that is not there, or that is not taken.
misses() {
	if [ "${takes[$1]}" = - ]; then
		try 64 "$1" "$2"
	else
		with "${takes[$1]}" "$2" try 66 "$1"
	fi && says "'$3'" && [ "$(LC_ALL=C tr -d '\n -~' <stderr | wc -c)" = 0 ]
}

misses_plain() { misses "$1" ./not-there ./not-there; }
misses_hostile() { misses "$1" "$hostile" "$quoted"; }

@test "a missing operand is named and is 66" {
	each misses_plain
}

@test "an operand's hostile bytes are quoted" {
	each misses_hostile
}

bad_lines() {
	head -c 2097152 /dev/zero | tr '\0' x
	printf '\na\0b\n'
}

# Both lines are named, and neither is shown at length.
names_bad_lines() {
	[ "${reads[$1]}" = - ] || {
		bad_lines >bad &&
			with "${reads[$1]}" - ends "$1" <bad >out &&
			[ "$status" != 0 ] && says 'line 1' && says 'line 2' &&
			[ "$(wc -c <stderr)" -lt 1000 ]
	}
}

@test "a line of 2 MiB and a NUL are named by their lines" {
	each names_bad_lines
}

repeats() {
	[ -n "${measures[$1]}" ] || {
		with "${gives[$1]}" - try 0 "$1" && [ -s stdout ] &&
			mv stdout ../first && rm -r -- * && material "$1" &&
			with "${gives[$1]}" - try 0 "$1" && same stdout <../first
	}
}

@test "the same input twice gives the same output" {
	each repeats
}

succeeds_in_silence() {
	with "${gives[$1]}" - try 0 "$1" && silent && [ -s stdout ]
}

@test "success says nothing on standard error" {
	each succeeds_in_silence
}

# All that can be made to complain without a second row.
complaints() {
	"$1" --no-such-option
	"$1" --log=xml
	"$1" "$hostile"
	"$1" ./not-there
	[ "${takes[$1]}" = - ] || with "${takes[$1]}" "$hostile" "$1"
	[ "${reads[$1]}" = - ] || bad_lines | with "${reads[$1]}" - "$1"
}

# "name: sentence", printable, without a full stop.
speaks_plainly() {
	complaints "$1" >/dev/null 2>all </dev/null 3>&-
	[ -s all ] &&
		{ grep -vE "^($1: |usage: $1 )" all || :; } >odd &&
		{ grep -v '^usage: ' all | LC_ALL=C grep -E '\.$|[^ -~]' || :; } >>odd &&
		same odd </dev/null
}

@test "messages are sentences by name, printable, without a full stop" {
	each speaks_plainly
}

speaks_json() {
	misses_json "$1" && grep -v '^usage: ' stderr >messages &&
		[ "$(json '[sorted(e), e["time"], e["program"]]' messages | sort -u)" = \
			"[[\"level\", \"message\", \"program\", \"time\"], \"$PF_NOW\", \"$1\"]" ]
}

misses_json() {
	if [ "${takes[$1]}" = - ]; then
		try 64 "$1" --log json "$hostile"
	else
		with "${takes[$1]}" "$hostile" try 66 "$1" --log json
	fi
}

@test "messages as JSON are one object a line" {
	each speaks_json
}

# With JSON the message asked for the time that it was to complain about, until
# the stack was used up.
complains_of_time() {
	[ "${measures[$1]}" ] || {
		PF_NOW=junk with "${gives[$1]}" - ends "$1" --log json >out &&
			{ [ "$status" != 64 ] || says "PF_NOW is not a time: 'junk'"; }
	}
}

@test "a PF_NOW that is junk is told, as JSON too" {
	each complains_of_time
}

# What each program tells in events, one command a line; with pf-ship, the
# lines that arrive.
events_of() {
	case $1 in
	pf-backup)
		pf-backup create -o snapshots second tree &&
			pf-backup verify snapshots/second-*.zst &&
			pf-backup restore snapshots/second-*.zst restored
		;;
	pf-dedup) pf-dedup trace.txt && pf-dedup events.jsonl ;;
	pf-reap) pf-reap --dry-run --older-than 1s tree ;;
	pf-replay) pf-replay -n 1 input -- ./crash || [ $? = 1 ] ;;
	pf-run) pf-run -d 1s -o job -- "$targets/clean.libfuzzer" ;;
	pf-ship)
		pf-ship --spool spool --drain --to "file://$PWD/arrived.jsonl" &&
			cat arrived.jsonl
		;;
	pf-stats) pf-stats fuzzer_stats ;;
	*) return 0 ;; # tells none
	esac
}

obeys_the_schema() {
	events_of "$1" >told 2>stderr 3>&- || {
		cat stderr
		return 1
	}
	case $1 in
	pf-ingest | pf-job | pf-report | pf-serve) [ ! -s told ] ;;
	# The material has a type and fields that nobody knows, on purpose.
	*) grep -v -e '"type":"weather"' -e '"mood"' told >events && valid events ;;
	esac
}

@test "every event that a program tells obeys the schema" {
	each obeys_the_schema
}

# pf-ship into commands and files: what their end says about the lines.

load helper
load ship

@test "a destination that fails three times then works gets everything" {
	cat >flaky <<-'END'
		#!/bin/sh
		echo x >>tries
		[ "$(wc -l <tries)" -gt 3 ] || exit 75
		cat >>out
	END
	events 1 150 | try 0 ship --to 'exec:sh ./flaky'
	in_order out 150
	[ "$(grep -c 'the command ended with 75: kept, to be tried again' stderr)" = 1 ]
}

@test "a command that ends with 0 before it has read all gets it again" {
	cat >lazy <<-'END'
		if mkdir once 2>/dev/null; then exec head -n 1 >/dev/null; fi
		cat >>out
	END
	events 1 5000 | try 0 ship --batch 5000 --to 'exec:sh ./lazy'
	says 'before it had read all lines'
	in_order out 5000
}

@test "a command that rejects some lines is told of, and the batch is gone" {
	events 1 3 | try 1 ship --to 'exec:cat >out; exit 1'
	says 'delivered, with lines rejected over there'
	in_order out 3
	[ "$(count new)" = 0 ]
}

@test "a refused line is found by halving, kept with the reason, and blocks no other" {
	cat >picky <<-'END'
		cat >batch
		grep -q '"n":3[37]}' batch && exit 65
		cat batch >>out
	END
	events 1 100 | try 1 ship --to 'exec:sh ./picky'
	events 1 100 | grep -v '"n":3[37]}' | same out
	[ "$(count new)" = 0 ]
	try 0 json 'json.loads(e["line"])["data"]["n"]' spool/rejected/*.jsonl
	same stdout <<-'END'
		33
		37
	END
}

@test "no permission stops delivery and keeps everything" {
	events 1 150 | try 77 ship --batch 10 --to 'exec:echo x >>tries; cat >/dev/null; exit 77'
	says 'delivery stops, everything is kept'
	[ "$(count new)" = 15 ]
	[ "$(wc -l <tries)" = 1 ]
}

@test "a command that does not exist refuses no line" {
	events 1 3 | try 69 ship --to 'exec:no-such-command 2>/dev/null'
	says 'the command ended with 127: delivery stops, everything is kept'
	[ "$(count new)$(count rejected)" = 10 ]
}

@test "giving up keeps everything and says 75" {
	events 1 150 | try 0 ship --spool-only
	try 75 ship --drain --max-elapsed 50ms --to 'exec:exit 75'
	says 'gave up for now; everything is kept'
	[ "$(count new)" = 2 ]
}

# named NAME URL: a failure there is told with that name, each in one line.
named() {
	try 75 ship --drain --max-elapsed 0 --to "$2"
	says ": '$1': "
	not grep -v -e '^pf-ship: ' -e '^ssh: ' stderr
	not grep -q secret stderr
}

@test "a failure names the destination, and none of its secrets" {
	events 1 3 | try 0 ship --spool-only
	named exec: 'exec:exit 75 # secret'
	named "file://$PWD/no\\x0ane/a@b" "file://$PWD/no"$'\n'ne/a@b
	named http://127.0.0.1:1/a@b http://127.0.0.1:1/a@b
	try 64 ship --drain --to 'http://me:secret@h/?secret'
	says "pf-ship: 'http://h/': has a name or a password in it"
	not grep -q secret stderr
}

@test "a failure of ssh names the host alone" {
	command -v ssh >/dev/null || skip 'ssh is not here'
	events 1 3 | try 0 ship --spool-only
	named ssh://127.0.0.1:1/ ssh://secret@127.0.0.1:1/
}

@test "a command that hangs is killed and tried again" {
	events 1 3 | try 0 ship --timeout 200ms --to \
		'exec:mkdir once 2>/dev/null && exec tail -f /dev/null; cat >out'
	says 'the command took too long'
	in_order out 3
}

@test "the answer was lost: a file is not written twice" {
	events 1 30 | try 0 ship --spool-only --batch 10
	cp -r spool again
	mkdir dir
	for to in dir/ one; do
		cp -r again spool.2
		try 0 pf-ship --spool spool.2 --drain --to "file://$PWD/$to"
		cp again/new/* spool.2/new/
		if [ $to = one ]; then rm "$(ls spool.2/new/* | head -n 1)"; rm "$(ls spool.2/new/* | head -n 1)"; fi
		try 0 pf-ship --spool spool.2 --drain --to "file://$PWD/$to"
		rm -r spool.2
	done
	in_order one 30
	cat dir/* >dir.all
	in_order dir.all 30
}

@test "the same key with other bytes is refused, kept, and said" {
	events 1 3 | try 0 ship --spool-only
	mkdir dir
	echo other >"dir/$(ls spool/new).jsonl"
	try 1 ship --drain --to "file://$PWD/dir"
	says 'has other contents'
	cat dir/* | grep -qx other
	[ "$(cat spool/rejected/* | wc -l)" = 3 ]
}

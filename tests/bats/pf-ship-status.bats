# pf-ship --status: what lies in the spool, and what was done with it.

load helper
load ship

@test "--status counts what lies there" {
	{ events 1 250; events 251 252 job; } | try 0 ship --spool-only
	echo junk | try 1 ship --spool-only
	echo x >spool/new/foreign
	PF_NOW=$(($(stat -c %Y spool/new/* | sort -n | head -n 1) + 100)) try 0 ship --status
	json '(e.pop("oldest_age_seconds") > 98 and e.pop("bytes") > 25000 and
		e["types"].pop("job")["lines"] == 2 and
		e.pop("types")["stats"]["lines"] == 250 and e)' >counted
	same counted <<-'END'
		{"batches": 4, "lines": 252, "unsealed_batches": 0, "unreadable_files": 1, "rejected_lines": 1, "corrupt_files": 0, "delivered_lines_total": 0, "retried_batches_total": 0, "rejected_lines_total": 1, "dropped_lines_total": 0, "breakers": []}
	END
}

@test "--status of a spool that is not there is not an empty one" {
	try 66 ship --status
	same stdout </dev/null
	same stderr <<-'END'
		pf-ship: open the spool 'spool': No such file or directory
	END
}

@test "totals are of all runs; damaged ones start again, and say so" {
	for n in 1 2; do
		events 1 5 | try 0 ship --to "file://$PWD/out"
	done
	try 0 ship --status
	[ "$(json 'e["delivered_lines_total"]')" = 10 ]
	echo 'pf-totals 1' >spool/totals
	try 0 ship --status
	says 'totals: not what totals are: counted from 0 again'
	events 1 3 | try 0 ship --to "file://$PWD/out"
	try 0 ship --status
	[ "$(json 'e["delivered_lines_total"]')" = 3 ]
}

@test "the breaker's state is told, a command's words are not" {
	events 1 3 | try 0 ship --spool-only
	try 75 ship --drain --max-elapsed 0 --breaker-failures 1 --retry-min 5m \
		--retry-max 5m --to 'exec:exit 75 # secret'
	try 75 ship --drain --max-elapsed 0 --to http://127.0.0.1:1
	try 0 ship --status
	json '[[b["to"].split(":")[0], b["failures"]] for b in e["breakers"]]' >seen
	same seen <<<'[["exec", 1], ["http", 1]]'
	not grep -rq secret spool/breaker stdout
	[ "$(json 'e["retried_batches_total"]')" = 2 ]
}

@test "metrics are what promtool takes" {
	command -v promtool >/dev/null || skip 'promtool is not here'
	{ events 1 5; events 6 9 crash; } | try 0 ship --spool-only
	try 75 ship --drain --max-elapsed 0 --to 'exec:exit 75 "\'
	try 0 ship --status --format prometheus
	promtool check metrics <stdout 2>lint
	same lint </dev/null
	grep -qx 'pf_ship_spool_type_lines{type="crash"} 4' stdout
	grep -q '^pf_ship_breaker_failures{to="exec:[0-9a-f]*"} 1$' stdout
}

@test "a table is for people" {
	{ events 1 5; events 6 9 crash; } | try 0 ship --spool-only
	try 0 ship --status --format table
	grep -v -e age -e bytes stdout | sed 's/  */ /g' >seen
	same seen <<-'END'
		batches 4
		lines 9
		unsealed_batches 0
		unreadable_files 0
		rejected_lines 0
		corrupt_files 0
		delivered_lines_total 0
		retried_batches_total 0
		rejected_lines_total 0
		dropped_lines_total 0
		type 4 lines 492 crash
		type 5 lines 615 stats
	END
}

@test "a long drain shows on a terminal how far it is, and nothing elsewhere" {
	events 1 40 | try 0 ship --spool-only --batch 10
	cp -r spool again
	try 0 ship --drain --to 'exec:cat >>out; sleep 0.3'
	silent
	rm -r spool
	mv again spool
	script -qec "pf-ship --spool spool --drain --to 'exec:cat >>out; sleep 0.3'" \
		/dev/null >terminal 3>&-
	grep -q '[0-9] batches delivered, [0-9]* lines/s, [0-9] left' terminal
}

@test "beyond a hundred types the rest is counted as one" {
	for n in $(seq 150); do events "$n" "$n" "t$n"; done |
		try 0 ship --spool-only
	events 151 155 t1 | try 0 ship --spool-only
	try 0 ship --status
	json '[len(e["types"]), e["types"]["t1"]["lines"], e["types"]["other types"]["lines"]]' >seen
	same seen <<<'[100, 6, 51]'
}

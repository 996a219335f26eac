# The document of what can be asked: it is well made, and the server is as it
# says.

load helper
load store
load serve-api

linter=@redocly/cli@2.77.0
document=$pf_root/share/openapi.json

# The linter, fetched once; or the reason why there is none.
find_linter() {
	local place=$pf_root/build/npm
	lint=$place/node_modules/.bin/redocly
	[ ! -x "$lint" ] || return 0
	command -v npm >/dev/null || skip 'no npm is installed'
	node -e 'const [a, b] = process.versions.node.split(".").map(Number)
		process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
		skip 'the linter needs Node 20.19'
	mkdir -p "$place"
	npm install --prefix "$place" --silent --no-fund --no-audit \
		--ignore-scripts "$linter" >/dev/null 2>npm.said 3>&- ||
		skip "npm cannot fetch the linter: $(head -n 1 npm.said)"
}

setup_file() {
	make_public_directory
	export public
}

teardown_file() {
	[ ! -d "$public/pg/data" ] || stop_server "$public/pg" immediate
	rm -rf "$public"
}

prepare() { export PF_DB=$PWD/pf.db PF_ARTIFACTS=$PWD/artifacts; }

@test "a linter of others has nothing to say of the document" {
	find_linter
	export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
	# Whether there is a licence is not the document's to say.
	try 0 "$lint" lint --format=json --skip-rule=info-license "$document"
	json 'e["totals"]' <(tr -d '\n' <stdout) >totals
	same totals <<<'{"errors": 0, "warnings": 0, "ignored": 0}'
}

@test "the linter finds what is wrong with a document" {
	find_linter
	export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
	sed 's|#/components/schemas/Job"|#/components/schemas/Nothing"|' \
		"$document" >bad.json
	try 1 "$lint" lint --format=json bad.json
}

# A bit of everything: what the walk looks at, it must find.
fill() {
	mixed | pf-ingest >/dev/null
	{
		event 601 node '{"version":"1","cpus":4,"capabilities":["asan"]}'
		event 602 resource '{"load1":1.5,"disks":[{"mount":"/","free_bytes":1}]}'
		event 603 crash '{"frames":[{"function":"f","offset":"0x1"}],"more":{}}'
	} | pf-ingest >/dev/null
	mkdir backups
	give_tokens
}

walk() {
	serve --hours-after 1h "$@"
	try 0 "$pf_root/tests/openapi-walk" "$base" "$document"
	cat stdout
	end_server
	# A backup that a server cannot make is the one thing to be told of.
	grep -v 'maintenance, backup: ' served >said || :
	same said </dev/null
}

@test "all that is documented is answered as it says, on a file" {
	fill
	walk --backups backups
	[ "$(sed -n 's/ operations.*//p' stdout)" -gt 30 ]
}

@test "all that is documented is answered as it says, on a server" {
	start_server "$public/pg"
	export PF_DB=$server
	fill
	walk --backups backups
	[ "$(sed -n 's/ operations.*//p' stdout)" -gt 30 ]
}

@test "the walk finds what is documented and not so" {
	fill
	serve --backups backups --hours-after 1h
	sed -e 's/"last_seen": /"seen_last": /' -e 's/"jobs_count": {[^}]*}/"jobs_count": {"type": "string"}/' \
		"$document" >false.json
	try 1 "$pf_root/tests/openapi-walk" "$base" false.json
	grep -q "'last_seen' was unexpected" stdout
	grep -q "jobs_count: .* is not of type 'string'" stdout
	end_server
}

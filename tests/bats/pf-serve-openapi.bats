# The document of what can be asked: it is well made, and the server is as it
# says.

load helper
load store

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

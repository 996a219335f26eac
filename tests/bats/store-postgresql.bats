# The store on PostgreSQL: the same rows as on SQLite, and who may connect.

load helper
load store

# A server that asks some users for a password, has a certificate, and on which
# commits are not waited for unless a client wants it so.
setup_file() {
	make_public_directory
	export public
	certificate "$public/server" 'IP:127.0.0.1'
	certificate "$public/other" 'DNS:elsewhere.example'
	cat >"$public/hba" <<-'END'
		hostssl all secret,tls 127.0.0.1/32 scram-sha-256
		host all secret 127.0.0.1/32 scram-sha-256
		host all tls 127.0.0.1/32 reject
		host all all 127.0.0.1/32 trust
	END
	chmod 644 "$public/hba"
	[ "$(id -u)" != 0 ] || chown nobody "$public/server.key"
	start_server "$public/pg" "hba_file=$public/hba" ssl=on \
		"ssl_cert_file=$public/server.crt" \
		"ssl_key_file=$public/server.key" synchronous_commit=off
	export server
	psql -Xq -d "$server" -c "CREATE ROLE secret LOGIN PASSWORD 'h1dd3n'" \
		-c "CREATE ROLE tls SUPERUSER LOGIN PASSWORD 'h1dd3n'" \
		-c 'CREATE ROLE reader LOGIN' -c 'CREATE ROLE stranger LOGIN'
}

teardown_file() {
	[ ! -d "$public/pg/data" ] || stop_server "$public/pg" immediate
	rm -rf "$public"
}

prepare() {
	export PF_DB=$server PF_ARTIFACTS=$PWD/artifacts PGSSLMODE=disable
	empty_store
}

# certificate FILE NAME: FILE.crt of its own making, and FILE.key.
certificate() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=pf \
		-addext "subjectAltName=$2" -keyout "$1.key" -out "$1.crt" 2>/dev/null
	chmod 600 "$1.key"
}

# as USER[:PASSWORD] [DATABASE[?OPTIONS]]: the server's address for a user.
as() {
	local address=${server#*@}
	echo "postgresql://$1@${address%/*}/${2-postgres}"
}

# both STATUS INPUT OPTION…: into either engine, and compares what comes of it.
both() {
	local status=$1 input=$2
	shift 2
	rm -f bad.*
	try "$status" pf-ingest "$@" --rejects bad.server <"$input"
	mv stdout stdout.server
	mv stderr stderr.server
	try "$status" pf-ingest --db pf.db "$@" --rejects bad.file <"$input"
	same stdout.server <stdout
	same stderr.server <stderr
	same bad.server <bad.file
	dump >server.rows
	dump pf.db | same server.rows
}

@test "a campaign gives the same rows in both engines" {
	mixed >lines
	both 0 lines
	same stdout <<<'{"in":80,"stored":77,"duplicate":3,"rejected":0}'
	both 0 lines
	same stdout <<<'{"in":80,"stored":0,"duplicate":80,"rejected":0}'
	# It is not that both are empty.
	grep -cvE ' is empty$' server.rows >rows
	[ "$(cat rows)" -gt 190 ]
}

@test "hostile lines give the same rows and the same words in both engines" {
	both 0 "$pf_root/tests/fixtures/events/hostile.jsonl"
	grep -q '"xxh128"' server.rows
}

@test "what is refused is refused by both engines alike" {
	{
		echo 'not an event'
		event 1 stats '{"execs_total":-1}'
		event 2 stats '{"coverage_ratio":1.5}'
		event 3 coverage '{"lines_covered":2,"lines_total":1}'
		event 4 crash '{"replay":{"runs":1,"hits":2}}'
		event 5 stats '{"instance":"a\u0000b"}'
		event 6 weather '{"sky":"a\u0000b"}'
		event 7 alert '{"state":"firing"}'
		event 8 stats '{"execs_per_second":1e-320}'
		event 9 stats '{"execs_total":9007199254740991}'
		event 10 node '{"version":"\ud83d\ude00"}'
		event 11 crash '{"group":"","severity":"HIGH"}'
	} >lines
	both 1 lines --batch 5
	json 'e["line"]' bad.file | sort -n | xargs >refused
	same refused <<<'1 2 3 4 5 6 7 8 12'
}

# random N: so many hex digits, which no index can pack.
random() { head -c "$(($1 / 2))" /dev/urandom | od -An -tx1 | tr -d ' \n'; }

@test "a name of any length that is taken fits every index" {
	{
		for long in 512 514; do
			names="\"job\":\"$(random 512)\",\"target\":\"$(random 512)\",\"fuzzer\":\"$(random $long)\","
			event "1$long" stats "{\"instance\":\"$(random 512)\"}" "$names"
			event "2$long" stats "{\"instance\":\"$(random $long)\"}"
			event "3$long" node "{\"capabilities\":[\"$(random $long)\"]}"
			event "4$long" crash "{\"group\":\"g\",\"build_id\":\"$(random $long)\"}"
			event "5$long" crash "{\"group\":\"$(random $((long * 4 - 50)))\"}" \
				"\"target\":\"$(random 512)\","
			event "6$long" alert "{\"name\":\"$(random 1998)\",\"state\":\"firing\"}"
		done
	} | sed 's/"node":"n1"/"node":"'"$(random 512)"'"/' >lines
	both 1 lines
	json 'e["line"]' bad.file | xargs >refused
	same refused <<<'7 8 9 10 11'
	json 'e["reason"]' bad.file >reasons
	same reasons <<-'END'
		fuzzer has more than 512 bytes
		data.instance has more than 512 bytes
		data.capabilities holds a name of more than 512 bytes
		data.build_id has more than 512 bytes
		data.group has more than 2000 bytes
	END
}

@test "pf-report says the same of both engines" {
	{
		mixed
		# More than 32 bits hold.
		event 701 stats '{"execs_total":5000000000}' '"target":"t",'
	} >lines
	both 0 lines
	for what in --summary --groups; do
		try 0 pf-report "$what"
		[ -s stdout ]
		mv stdout report
		try 0 pf-report --db pf.db "$what"
		same report <stdout
	done
}

@test "the unit tests of stores pass on a server" {
	# They have the database to themselves.
	psql -Xq -d "$server" -c 'CREATE DATABASE units'
	for unit in store_schema store_plans serve_crashes serve_jobs \
		serve_series serve_watch; do
		try 0 "$pf_build/unit/$unit" "$(as pf units)"
	done
	psql -Xq -d "$server" -c 'DROP DATABASE units'
}

@test "ten at once lose nothing, store nothing twice and stop nobody" {
	lines 1 1500 >all
	for i in {1..100}; do found "$i" "g$((i % 7))"; done >crashes
	for i in 1 2 3 4 5 6 7 8 9 10; do
		# Each has its own part, and in another order what all have.
		{
			sed -n "$((i * 100)),$((i * 100 + 99))p" all
			shuf --random-source=<(yes "$i") crashes
		} | pf-ingest --batch 20 >"count.$i" 2>"stderr.$i" 3>&- &
	done
	for pid in $(jobs -p); do wait "$pid"; done
	cat stderr.* >stderr
	silent
	json 'e["stored"]' <(cat count.*) | awk '{n += $1} END {print NR, n}' >sum
	same sum <<<'10 1100'
	try 0 pf-ingest --db pf.db crashes
	groups='SELECT key, crashes FROM crash_groups ORDER BY key'
	sql "$groups" >on_server
	sqlite3 pf.db "$groups" | same on_server
}

# A rev that another had just stored was taken for the older one: its group was
# counted twice, and a lower rev could take the place of a higher.
@test "revs of the same events from five at once leave the highest, counted once" {
	for rev in 0 1 2 3 4 5; do
		for i in {1..15}; do
			event "$i" crash "{\"group\":\"g$(((i + rev) % 4)).$rev\"}" "\"rev\":$rev,"
		done
	done >all
	for round in 1 2 3; do
		empty_store
		for i in 1 2 3 4 5; do
			shuf --random-source=<(yes "$round$i") all |
				pf-ingest --batch 6 >/dev/null 2>"stderr.$i" 3>&- &
		done
		for pid in $(jobs -p); do wait "$pid"; done
		cat stderr.* >stderr
		silent
		sql 'SELECT rev, count(*) FROM events GROUP BY rev' \
			'SELECT key, crashes FROM crash_groups ORDER BY key' >groups
		same groups <<<$'5|15\ng0.5|4\ng1.5|3\ng2.5|4\ng3.5|4'
	done
}

@test "ten at once make one store" {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		pf-ingest "$campaign" >"count.$i" 2>"stderr.$i" 3>&- &
	done
	for pid in $(jobs -p); do wait "$pid"; done
	cat stderr.* >stderr
	silent
	json 'e["stored"]' <(cat count.*) | awk '{n += $1} END {print NR, n}' >sum
	same sum <<<'10 59'
}

@test "a higher rev takes the lower one's place, in its group too" {
	crash() { event "$1" crash "$2" "\"rev\":$3,"; }
	crash 1 '{"kind":"SEGV"}' 0 >first
	crash 1 '{"group":"a","severity":"HIGH","kind":"x"}' 1 >second
	crash 2 '{"group":"a","severity":"LOW","kind":"y"}' 0 >>second
	crash 1 '{"group":"b","severity":"LOW","kind":"z"}' 2 >third
	for lines in first second third first; do
		try 0 pf-ingest "$lines"
		sql 'SELECT key, severity, kind, crashes FROM crash_groups ORDER BY 1' \
			'SELECT status, count(*) FROM crashes GROUP BY 1' >>now
	done
	same now <<-'END'
		unresolved|1
		a|HIGH|x|2
		new|2
		a|LOW|y|1
		b|LOW|z|1
		new|2
		a|LOW|y|1
		b|LOW|z|1
		new|2
	END
}

@test "commits are on the disk, whatever the server is set to" {
	pf-ingest --migrate
	sql 'SHOW synchronous_commit' >shown
	same shown <<<off
	sql 'CREATE TABLE public.seen (setting text)' \
		'CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN INSERT INTO public.seen
			VALUES (current_setting($q$synchronous_commit$q$));
			RETURN NULL; END $$' \
		'CREATE TRIGGER look AFTER INSERT ON batches
			EXECUTE FUNCTION public.look()'
	try 0 pf-ingest "$campaign"
	sql 'ALTER ROLE pf SET synchronous_commit = remote_apply'
	lines 1 1 | try 0 pf-ingest
	sql 'ALTER ROLE pf RESET synchronous_commit' \
		'SELECT setting FROM public.seen' \
		'DROP TRIGGER look ON batches' \
		'DROP FUNCTION public.look' 'DROP TABLE public.seen' >seen
	same seen <<<$'on\nremote_apply'
}

@test "the rest of a shared database is left alone" {
	psql -Xq -d "$server" -c 'CREATE SCHEMA mine' \
		-c 'CREATE TABLE mine.events (a int)' \
		-c 'INSERT INTO mine.events VALUES (1)' \
		-c 'CREATE TABLE public.events (b int)'
	try 0 pf-ingest "$campaign"
	try 0 pf-ingest --migrate=0
	psql -XAtq -d "$server" -c 'SELECT * FROM mine.events' \
		-c 'SELECT count(*) FROM public.events' \
		-c 'DROP TABLE public.events' -c 'DROP TABLE mine.events' \
		-c 'DROP SCHEMA mine' >rest
	same rest <<<$'1\n0'
}

# It ended with 70, "relation does not exist".
@test "a schema of that name of another program is refused and left alone" {
	psql -Xq -d "$server" -c 'CREATE SCHEMA pf' -c 'CREATE TABLE pf.events (a int)'
	try 65 pf-ingest "$campaign"
	says ": its schema pf is of another program"
	try 65 pf-report
	dump >rows
	same rows <<<'events is empty'
}

@test "a role that may only read reports and stores nothing" {
	pf-ingest --migrate
	sql 'GRANT USAGE ON SCHEMA pf TO reader' \
		'GRANT SELECT ON ALL TABLES IN SCHEMA pf TO reader'
	try 77 pf-ingest --db "$(as reader)" "$campaign"
	says 'permission denied for table'
	says '59 lines were read and not stored'
	same stdout <<<'{"in":0,"stored":0,"duplicate":0,"rejected":0}'
	try 77 pf-ingest --db "$(as reader)" --migrate=0
	[ "$(stored)" = 0 ]
	pf-ingest "$campaign"
	try 0 pf-report --db "$(as reader)" --groups
	[ "$(wc -l <stdout)" = 3 ]
}

# It ended with 70, "relation does not exist".
@test "a role that may nothing is told so" {
	try 77 pf-ingest --db "$(as stranger)" "$campaign"
	says 'permission denied for database postgres'
	pf-ingest --migrate
	for program in 'pf-ingest --schema-version' 'pf-ingest' pf-report; do
		# shellcheck disable=SC2086
		try 77 $program --db "$(as stranger)" </dev/null
		says 'permission denied for schema pf'
	done
}

@test "who cannot connect is told why in one sentence" {
	port=$(cat "$public/pg/port")
	try 66 pf-ingest --db "$(as pf none)" "$campaign"
	same stderr <<END
pf-ingest: store 'postgresql://127.0.0.1:$port/none': connection to server at "127.0.0.1", port $port failed: FATAL:  database "none" does not exist
END
	try 75 pf-ingest --db postgresql://pf@127.0.0.1:1/postgres "$campaign"
	same stderr <<'END'
pf-ingest: store 'postgresql://127.0.0.1:1/postgres': connection to server at "127.0.0.1", port 1 failed: Connection refused
END
	try 77 pf-ingest --db "$(as secret:wr0ng)" "$campaign"
	same stderr <<END
pf-ingest: store 'postgresql://127.0.0.1:$port/postgres': connection to server at "127.0.0.1", port $port failed: FATAL:  password authentication failed for user "secret"
END
}

@test "a password is never told" {
	sql 'GRANT CREATE ON DATABASE postgres TO secret'
	try 0 pf-ingest -v --db "$(as secret:h1dd3n)" "$campaign"
	silent
	sql 'REVOKE CREATE ON DATABASE postgres FROM secret'
	for address in "$(as secret:h1dd3n none)" \
		"$(as secret 'none?password=h1dd3n')" \
		postgresql://secret:h1dd3n@127.0.0.1:1/x; do
		not pf-ingest -v --db "$address" "$campaign" >>told 2>&1
		not pf-report -v --db "$address" >>told 2>&1
	done
	# It told that there is no event with the address as it was given.
	sql 'DELETE FROM events'
	try 66 pf-report --db "$(as secret:h1dd3n)"
	cat stderr >>told
	[ "$(wc -l <told)" = 7 ]
	not grep h1dd3n told
}

# libpq repeats the part that it cannot read, and it was told as temporary.
@test "an address that is none is wrong usage, and its password is not told" {
	for bad in 's3cr%zzet@host/x' 's3cret@[::1/x' 's3cr/et@host/x' \
		's3cr@et@host/x' 's3cret@host/x?nonsense=1' 's3cret@host:port/x'; do
		try 64 pf-report --db "postgresql://pf:$bad"
		cat stderr >>told
		try 64 pf-ingest --db "postgresql://pf:$bad" "$campaign"
		says "pf-ingest: the store's address is not one"
		cat stderr >>told
	done
	[ "$(wc -l <told)" = 12 ]
	not grep -e s3 -e 'et@' told
}

@test "TLS is as the address wants it" {
	tls="postgres?sslmode=verify-full&sslrootcert=$public/server.crt"
	try 0 pf-ingest --db "$(as tls:h1dd3n "$tls")" "$campaign"
	silent
	try 77 pf-ingest --db "$(as tls:h1dd3n 'postgres?sslmode=disable')" "$campaign"
	says 'pg_hba.conf rejects connection'
	[ "$(stored)" = 59 ]
}

# It was told as temporary, and would have been tried again for ever.
@test "a server that is not the one that the certificate says is refused" {
	tls="postgres?sslmode=verify-full&sslrootcert=$public"
	try 78 pf-ingest --db "$(as tls:h1dd3n "$tls/other.crt")" "$campaign"
	says 'certificate verify failed'
	try 78 pf-ingest --db "$(as tls:h1dd3n "$tls/none.crt")" "$campaign"
	says "root certificate file \"$public/none.crt\" does not exist"
	wrong_name=$(as tls:h1dd3n "$tls/server.crt" | sed 's/127.0.0.1/localhost/')
	try 78 pf-ingest --db "$wrong_name" "$campaign"
	says 'does not match host name "localhost"'
	try 75 pf-report --db 'postgresql://127.0.0.1:1/x?sslmode=require'
}

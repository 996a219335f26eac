# pf-ship over TLS: who is trusted, and that doubt loses nothing.

load helper
load ship
load tls

tls_master() {
	master --tls "$@"
	url=https://127.0.0.1:$(cat m/port)
	events 1 30 | try 0 ship --spool-only --batch 10
}

@test "a certificate of the given authority is trusted" {
	certificate master IP:127.0.0.1
	tls_master master.pem master.key
	try 0 ship --drain --to "$url" --ca-file ca.pem
	nothing_lost 30
}

# refused: the drain ends with 69, with the whole spool kept.
refused() {
	try 69 ship --drain --to "$url" "$@"
	says 'delivery stops, everything is kept'
	[ "$(count new)" = 3 ]
	[ ! -s m/requests ]
}

@test "an unknown authority is a person's business" {
	certificate master IP:127.0.0.1
	tls_master master.pem master.key
	refused
	says ": '$url': 'SSL certificate problem: "
	says "' (--ca-file): delivery stops, everything is kept"
}

@test "a certificate for another name is refused" {
	certificate master DNS:other.example
	tls_master master.pem master.key
	refused --ca-file ca.pem
	not grep -q 'ca-file' stderr
}

@test "a certificate that has expired is refused" {
	certificate master IP:127.0.0.1 -1
	tls_master master.pem master.key
	refused --ca-file ca.pem
}

@test "a certificate file that is not there refuses no line" {
	certificate master IP:127.0.0.1
	tls_master master.pem master.key
	refused --ca-file not-there.pem
}

@test "our certificate is shown where it is asked for" {
	certificate master IP:127.0.0.1
	certificate node DNS:node
	tls_master master.pem master.key --client-ca ca.pem
	try 75 ship --drain --to "$url" --ca-file ca.pem --max-elapsed 50ms
	until_true 5 ship --drain --to "$url" --ca-file ca.pem \
		--cert node.pem --key node.key
	nothing_lost 30
}

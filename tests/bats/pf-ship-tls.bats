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

# unread WHY OPTION…: nobody answers, and the files are named all the same.
unread() {
	events 1 3 | try 78 ship --to https://127.0.0.1:1/ "${@:2}"
	same stderr <<<"pf-ship: 'https://127.0.0.1:1/': the file $1"
}

@test "a certificate file that cannot be read is told of at the start" {
	certificate node DNS:node
	mkdir directory
	unread "'nix' of --ca-file cannot be opened: No such file or directory" \
		--ca-file nix
	unread "'nix' of --cert cannot be opened: No such file or directory" \
		--ca-file ca.pem --cert nix
	unread "'node.pem/x' of --key cannot be opened: Not a directory" \
		--cert node.pem --key node.pem/x
	unread "'directory' of --ca-file cannot be opened: Is a directory" \
		--ca-file directory
	[ "$(count new)" = 4 ]
	chmod 000 node.key
	try 78 bound_by_modes pf-ship --spool spool --drain \
		--to https://127.0.0.1:1/ --cert node.pem --key node.key
	says "'node.key' of --key cannot be opened: Permission denied"
}

@test "our certificate is shown where it is asked for" {
	certificate master IP:127.0.0.1
	certificate node DNS:node
	tls_master master.pem master.key --client-ca ca.pem
	try 0 ship --drain --to "$url" --ca-file ca.pem \
		--cert node.pem --key node.key
	nothing_lost 30
}

# A master that resets the connection before its alert was read is tried again.
@test "our certificate, where it is missing or not accepted, needs a person" {
	certificate master IP:127.0.0.1
	certificate expired DNS:node -1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout other.key -out other.pem -subj /CN=node 2>/dev/null
	tls_master master.pem master.key --client-ca ca.pem
	refused --ca-file ca.pem
	grep -q "alert certificate required.*' (--cert): delivery stops" stderr
	refused --ca-file ca.pem --cert other.pem --key other.key
	grep -q "alert unknown ca.*' (--cert): delivery stops" stderr
	refused --ca-file ca.pem --cert expired.pem --key expired.key
	grep -q "alert certificate expired.*' (--cert): delivery stops" stderr
}

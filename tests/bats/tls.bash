# Certificates for tests that need some.

# certificate NAME HOST [DAYS]: NAME.pem and NAME.key, signed by the authority
# ca.pem, which is made if need be.
certificate() {
	[ -e ca.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-nodes -keyout ca.key -out ca.pem -subj '/CN=test authority' \
		-days 2 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -out "$1.csr" -subj "/CN=$2" 2>/dev/null
	printf 'subjectAltName=%s\n' "$2" >ext
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial \
		-days "${3:-2}" -extfile ext -out "$1.pem" 2>/dev/null
}

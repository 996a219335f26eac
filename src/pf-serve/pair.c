/* What is wrong with a pair is found before there is a socket to serve on. */
#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "msg.h"

#define PEM_MAX (1024 * 1024)

/* An exit status, after one sentence. */
static int
read_text(const char *path, char **text)
{
	struct buf read = BUF_INIT;
	int status;

	if (buf_read_file(&read, AT_FDCWD, path, PEM_MAX) == 0) {
		*text = buf_take(&read);
		return 0;
	}
	status = msg_exit_code(errno);
	msg_warn("read %s", msg_quote(path));
	buf_release(&read);
	return status;
}

/* There is nobody to ask for one. */
static int
no_passphrase(char *phrase, int size, int writing, void *context)
{
	(void)phrase;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static X509 *
parse_cert(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);

	BIO_free(bio);
	return cert;
}

static EVP_PKEY *
parse_key(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);

	BIO_free(bio);
	return key;
}

static int
check(const struct pair *pair, const char *cert_path, const char *key_path)
{
	X509 *cert = parse_cert(pair->cert);
	EVP_PKEY *key = parse_key(pair->key);
	int status = EX_CONFIG;

	if (cert == NULL)
		msg_warnx("%s holds no certificate", msg_quote(cert_path));
	else if (key == NULL)
		msg_warnx("%s holds no key that needs no passphrase",
		    msg_quote(key_path));
	else if (X509_check_private_key(cert, key) != 1)
		msg_warnx("%s is not the key of the certificate %s",
		    msg_quote(key_path), msg_quote(cert_path));
	else
		status = 0;
	X509_free(cert);
	EVP_PKEY_free(key);
	return status;
}

int
pair_read(struct pair *pair, const char *cert, const char *key)
{
	int status;

	*pair = (struct pair){NULL, NULL};
	if (cert == NULL)
		return 0;
	status = read_text(cert, &pair->cert);
	if (status == 0)
		status = read_text(key, &pair->key);
	return status == 0 ? check(pair, cert, key) : status;
}

void
pair_release(struct pair *pair)
{
	if (pair->key != NULL)
		explicit_bzero(pair->key, strlen(pair->key));
	free(pair->key);
	free(pair->cert);
}

/* The batch file's format. */
#include "batch.h"

#include <inttypes.h>
#include <xxhash.h>

#define NODE_MAX 64
#define HEX "0123456789abcdef"
#define NAME_CHARS                                                   \
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV" \
	"WXYZ._-"

void
batch_make_key(char key[BATCH_KEY], int64_t time_ms, const char *node,
    const char *run, unsigned sequence)
{
	char name[NODE_MAX + 1];
	size_t i;

	for (i = 0; i < NODE_MAX && node[i] != '\0'; i++)
		name[i] = strchr(NAME_CHARS, node[i]) != NULL ? node[i] : '_';
	name[i] = '\0';
	snprintf(key, BATCH_KEY, "%012llx-%s-%s-%08x",
	    (unsigned long long)time_ms & 0xffffffffffffULL, name, run,
	    sequence);
}

bool
batch_key_valid(const char *name)
{
	size_t len = strlen(name);
	const char *run;

	/* TIME-NODE-RUN-SEQUENCE with at least one byte of node. */
	if (len < 12 + 1 + 1 + 1 + 16 + 1 + 8 || len >= BATCH_KEY)
		return false;
	run = name + len - (16 + 1 + 8);
	return strspn(name, NAME_CHARS) == len && strspn(name, HEX) == 12 &&
	    name[12] == '-' && run[-1] == '-' && strspn(run, HEX) == 16 &&
	    run[16] == '-' && strspn(run + 17, HEX) == 8;
}

static uint64_t
count_lines(const char *payload, size_t len)
{
	const char *end = payload + len;
	uint64_t lines = 0;

	while (payload < end) {
		payload = memchr(payload, '\n', (size_t)(end - payload));
		if (payload == NULL)
			break;
		payload++;
		lines++;
	}
	return lines;
}

void
batch_describe(struct batch *b, const char *payload, size_t len)
{
	b->lines = count_lines(payload, len);
	b->bytes = len;
	b->hash = XXH3_64bits(payload, len);
}

void
batch_write_header(char header[BATCH_HEADER], const struct batch *b)
{
	char text[BATCH_HEADER + 1];
	int n = snprintf(text, sizeof text,
	    "pf-batch 1\nkey %s\nlines %" PRIu64 "\ncodec none\nbytes %" PRIu64
	    "\nxxh3-64 %016" PRIx64 "\n",
	    b->key, b->lines, b->bytes, b->hash);

	memset(header, ' ', BATCH_HEADER);
	memcpy(header, text, (size_t)n);
	header[BATCH_HEADER - 1] = '\n';
}

bool
batch_can_begin(const char *bytes, size_t len)
{
	static const char magic[] = "pf-batch ";

	return memcmp(bytes, magic,
		   len < sizeof magic - 1 ? len : sizeof magic - 1) == 0;
}

const char *
batch_read_header(struct batch *b, const char *header, size_t len)
{
	char text[BATCH_HEADER + 1], again[BATCH_HEADER];

	if (len < BATCH_HEADER)
		return len == 0 ? "empty" : "shorter than a header";
	memcpy(text, header, BATCH_HEADER);
	text[BATCH_HEADER] = '\0';
	if (sscanf(text,
		"pf-batch 1 key %111s lines %20" SCNu64
		" codec none bytes %20" SCNu64 " xxh3-64 %16" SCNx64,
		b->key, &b->lines, &b->bytes, &b->hash) != 4)
		return "no batch header";
	/* There is one way to write a header; anything else is damage. */
	batch_write_header(again, b);
	if (!batch_key_valid(b->key) || memcmp(again, text, BATCH_HEADER) != 0)
		return "damaged header";
	return NULL;
}

const char *
batch_read(struct batch *b, const char *file, size_t len)
{
	const char *why = batch_read_header(b, file, len);
	struct batch found;

	if (why != NULL)
		return why;
	if (len - BATCH_HEADER != b->bytes)
		return len - BATCH_HEADER < b->bytes ? "truncated" : "too long";
	batch_describe(&found, file + BATCH_HEADER, b->bytes);
	if (found.hash != b->hash)
		return "the payload's hash is another";
	if (found.lines != b->lines || b->lines == 0 || file[len - 1] != '\n')
		return "the count of lines is another";
	return NULL;
}

/* The target of a request: what was read of it is text, and in its bounds. */
#include "emit.h"
#include "harness.h"
#include "pf-serve/route.h"
#include "pf-serve/target.h"

static void
must_be_text(const char *text)
{
	size_t left = strlen(text), n;

	for (; left > 0; text += n, left -= n)
		MUST((n = emit_utf8_length((const unsigned char *)text, left)) >
		    0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct request r = {.body = BUF_INIT};
	const struct route *route;
	unsigned allowed;
	size_t i;

	if (target_read(&r, text) == NULL) {
		MUST(r.path[0] == '/');
		route = route_find(&r, &allowed);
		MUST(route == NULL || (allowed & 1U << route->method) != 0);
		for (i = 0; route != NULL && i < REQUEST_WORDS; i++)
			if (r.word[i] != NULL)
				must_be_text(r.word[i]);
		for (i = 0; i < r.query_count; i++) {
			must_be_text(r.query[i].name);
			must_be_text(r.query[i].value);
		}
	}
	request_release(&r);
	free(text);
	return 0;
}

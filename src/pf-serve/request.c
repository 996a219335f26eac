#include "request.h"

#include <stdlib.h>
#include <string.h>

void
request_release(struct request *r)
{
	size_t i;

	free(r->path);
	for (i = 0; i < REQUEST_WORDS; i++)
		free(r->word[i]);
	for (i = 0; i < r->query_count; i++) {
		free(r->query[i].name);
		free(r->query[i].value);
	}
	free(r->query);
	free(r->if_none_match);
	free(r->last_event_id);
	free(r->idempotency_key);
	buf_release(&r->body);
}

const char *
request_query(const struct request *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->query_count; i++)
		if (strcmp(r->query[i].name, name) == 0)
			return r->query[i].value;
	return NULL;
}

/* The table of destinations. */
#include "destination.h"

#include <stdlib.h>

static const struct destination_scheme *const schemes[] = {
    &destination_exec, &destination_file, &destination_ssh};

const char *
destination_open(struct destination *d, const char *url,
    const struct destination_options *options)
{
	size_t i;

	*d = (struct destination){.options = *options};
	for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		size_t len = strlen(schemes[i]->prefix);

		if (strncmp(url, schemes[i]->prefix, len) != 0)
			continue;
		d->scheme = schemes[i];
		return schemes[i]->open(d, url + len);
	}
	return "not exec:, file:// or ssh://";
}

void
destination_release(struct destination *d)
{
	strvec_release(&d->argv);
	free(d->path);
}

enum delivery
destination_deliver(
    struct destination *d, const struct consignment *c, struct buf *why)
{
	buf_clear(why);
	return d->scheme->deliver(d, c, why);
}

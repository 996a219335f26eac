/* The table of destinations. */
#include "destination.h"

#include <stdlib.h>
#include <sysexits.h>

#include "msg.h"

static const struct destination_scheme *const schemes[] = {&destination_exec,
    &destination_file, &destination_http, &destination_https, &destination_ssh,
    &destination_stdio};

int
destination_open(struct destination *d, const char *url,
    const struct destination_options *options, struct buf *why)
{
	size_t i;

	*d = (struct destination){.options = *options};
	for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		size_t len = strlen(schemes[i]->prefix);

		if (strncmp(url, schemes[i]->prefix, len) != 0)
			continue;
		d->scheme = schemes[i];
		return schemes[i]->open(d, url + len, why);
	}
	buf_add_str(why, "not https://, http://, ssh://, file://, exec: or -");
	return EX_USAGE;
}

/* With the colon or slashes; 0: none. */
static size_t
prefix_len(const char *url)
{
	size_t len = strcspn(url, ":/");

	if (url[len] != ':')
		return 0;
	return strncmp(url + len, "://", 3) == 0 ? len + 3 : len + 1;
}

void
destination_name(struct buf *name, const char *url)
{
	struct buf text = BUF_INIT;
	size_t prefix = prefix_len(url), host = strcspn(url + prefix, "/");
	const char *at = memrchr(url + prefix, '@', host);

	buf_add(&text, url, prefix);
	if (strncmp(url, "file://", 7) == 0)
		buf_add_str(&text, url + prefix);
	else if (strncmp(url, "exec:", 5) != 0) {
		url = at == NULL ? url + prefix : at + 1;
		buf_add(&text, url, strcspn(url, "?#"));
	}
	buf_add_str(name, msg_quote(text.data));
	buf_release(&text);
}

void
destination_close(struct destination *d)
{
	if (d->scheme != NULL && d->scheme->close != NULL)
		d->scheme->close(d);
	strvec_release(&d->argv);
	free(d->path);
	d->path = NULL;
	d->state = NULL;
}

uint64_t
destination_window(const struct destination *d)
{
	return d->scheme->several ? d->options.in_flight : 1;
}

void
destination_send(struct destination *d, struct consignment *c)
{
	buf_clear(&c->why);
	answer_clear(&c->answer);
	c->retry_after_ms = -1;
	c->result = DELIVERY_TEMPORARY;
	d->scheme->send(d, c);
}

struct consignment *
destination_next(struct destination *d)
{
	return d->scheme->next(d);
}

void
destination_keep(struct destination *d, struct consignment *c)
{
	d->waiting = c;
}

void
consignment_init(struct consignment *c)
{
	*c = (struct consignment){.retry_after_ms = -1};
	buf_init(&c->why);
	answer_init(&c->answer);
}

void
consignment_release(struct consignment *c)
{
	buf_release(&c->why);
	answer_release(&c->answer);
}

#include "prometheus.h"
#include "mem.h"
struct prometheus {
	int n;
};
struct prometheus *
prometheus_new(void)
{
	return mem_calloc(1, sizeof(struct prometheus));
}
void
prometheus_free(struct prometheus *t)
{
	free(t);
}
void
prometheus_add(struct prometheus *t, const struct json_t *event)
{
	(void)t;
	(void)event;
}
void
prometheus_clear(struct prometheus *t)
{
	(void)t;
}
void
prometheus_text(const struct prometheus *p, int64_t now_ms, struct buf *out)
{
	(void)p;
	(void)now_ms;
	(void)out;
}

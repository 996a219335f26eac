#include "table.h"
#include "mem.h"
struct table {
	int n;
};
struct table *
table_new(void)
{
	return mem_calloc(1, sizeof(struct table));
}
void
table_free(struct table *t)
{
	free(t);
}
void
table_add(struct table *t, const struct json_t *event)
{
	(void)t;
	(void)event;
}
void
table_clear(struct table *t)
{
	(void)t;
}
void
table_text(const struct table *t, int64_t now_ms, bool by_node, unsigned width,
    struct buf *out)
{
	(void)t;
	(void)now_ms;
	(void)by_node;
	(void)width;
	(void)out;
}

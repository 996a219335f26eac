/* Bodies: what is taken is within its bounds, what is refused is told why. */
#include <jansson.h>

#include "harness.h"
#include "pf-serve/body.h"

#define TEXT_MAX 20

static bool
take(struct body *b, const char **text, const char **list, int64_t *count)
{
	return body_needs(b, "epoch") &&
	    body_count(b, "epoch", 0, 1000, count) &&
	    body_text(b, "reason", TEXT_MAX, text) &&
	    body_names(b, "tiers", list);
}

static void
check_list(const char *list)
{
	json_t *tree = json_loads(list, 0, NULL), *one;
	size_t i;

	MUST(json_is_array(tree));
	json_array_foreach(tree, i, one) MUST(json_string_length(one) > 0);
	json_decref(tree);
}

static void
check_refusal(const struct answer *a)
{
	json_t *tree = json_loads(a->body.data, 0, NULL);

	MUST(a->status == 400);
	MUST(json_string_length(json_object_get(tree, "error")) > 0);
	json_decref(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"epoch", "reason", "tiers", NULL};
	struct request r = {.body = BUF_INIT};
	const char *text = NULL, *list = NULL;
	int64_t count = -1;
	struct answer a;
	struct body b;

	buf_add(&r.body, data, size);
	answer_init(&a);
	if (body_read(&b, &r, &a, names) && take(&b, &text, &list, &count)) {
		MUST(a.status == 200 && a.body.len == 0);
		MUST(count >= 0 && count <= 1000);
		MUST(text == NULL ||
		    (*text != '\0' && strlen(text) <= TEXT_MAX));
		if (list != NULL)
			check_list(list);
	} else {
		check_refusal(&a);
	}
	body_release(&b);
	answer_release(&a);
	request_release(&r);
	return 0;
}

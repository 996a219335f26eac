/* Bytes from outside: written as JSON, read by jansson, decoded: the same. */
#include <jansson.h>

#include "emit.h"
#include "harness.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT, back = BUF_INIT;
	struct emit e;
	json_t *read;

	emit_begin(&e, &text);
	emit_bytes(&e, NULL, data, size);
	read = json_loadb(text.data, text.len, JSON_DECODE_ANY, NULL);
	MUST(json_is_string(read));
	emit_decode(&back, json_string_value(read), json_string_length(read));
	MUST(back.len == size);
	MUST(size == 0 || memcmp(back.data, data, size) == 0);
	buf_clear(&back);
	emit_decode(&back, (const char *)data, size);
	MUST(back.len <= size);
	json_decref(read);
	buf_release(&text);
	buf_release(&back);
	return 0;
}

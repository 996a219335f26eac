/* GET /api/v1/openapi.json: share/openapi.json, as it stands there. */
#include "param.h"
#include "route.h"

__asm__(".pushsection .rodata\n"
	".global openapi_text\n"
	"openapi_text:\n"
	".incbin \"share/openapi.json\"\n"
	".global openapi_end\n"
	"openapi_end:\n"
	".byte 0\n"
	".popsection\n");

extern const char openapi_text[], openapi_end[];

void
route_openapi(struct db *db, const struct request *r, struct answer *a)
{
	static const char *const names[] = {NULL};

	(void)db;
	if (!param_known(r, a, names))
		return;
	buf_add(&a->body, openapi_text, (size_t)(openapi_end - openapi_text));
	answer_tag(a, r);
}

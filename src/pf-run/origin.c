/* Fields of a name, each after a comma. */
#include "origin.h"

static void
emit_field(struct emit *e, const char *key, const char *name, const char *field)
{
	const char *at = strstr(name, field);

	if (at == NULL || at == name || at[-1] != ',')
		return;
	at += strlen(field);
	emit_bytes(e, key, at, strcspn(at, ","));
}

void
origin_of_name(struct emit *e, const char *name)
{
	/* A minimized queue has "orig:" with all of the name before it. */
	emit_field(
	    e, "from", name, strstr(name, ",orig:") != NULL ? "orig:" : "src:");
	emit_field(e, "op", name, "op:");
}

bool
origin_is_renamed(const char *name)
{
	return strncmp(name, "id:", 3) == 0 &&
	    strstr(name, ",orig:id:") != NULL;
}

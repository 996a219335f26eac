/* Exit codes as outcomes. */
#include "judge.h"

#include <sysexits.h>

enum delivery
judge_exit(int code)
{
	switch (code) {
	case 0:
		return DELIVERY_DONE;
	case 1:
		return DELIVERY_REMARKED;
	case EX_DATAERR:
		return DELIVERY_REFUSED;
	case EX_NOPERM:
		return DELIVERY_FORBIDDEN;
	/* These say that the command or its options are wrong. No line is to
	 * blame: to refuse them all would empty the spool. */
	case EX_USAGE:
	case EX_NOINPUT:
	case EX_CONFIG:
	case 126:
	case 127:
		return DELIVERY_UNUSABLE;
	default:
		return DELIVERY_TEMPORARY;
	}
}

/* What the command line and the environment ask for. */
#ifndef PF_SHIP_OPTIONS_H
#define PF_SHIP_OPTIONS_H

#include "deliver.h"
#include "intake.h"
#include "status.h"

enum mode {
	MODE_SHIP,
	MODE_DRAIN,
	MODE_RETRY_REJECTED,
	MODE_SPOOL_ONLY,
	MODE_STATUS
};

struct options {
	enum mode mode;
	const char *to; /* NULL: nowhere */
	const char *spool_given;
	char *spool;
	const char *format_name, *min_free;
	uint64_t breaker_failures;
	const struct status_format *format;
	struct intake_limits limits;
	struct deliver_options deliver;
	struct destination_options destination;
};

/* Ends the program with 64 and the usage when they make no sense. */
void options_parse(struct options *o, int argc, char *argv[]);
void options_release(struct options *o);
/* The same as options_parse ends with, about the destination. */
_Noreturn void options_refuse(const char *sentence);

#endif

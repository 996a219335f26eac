/*
 * The modules that traces name: which of them are files that can be asked
 * about, and of which build.
 */
#ifndef PF_SYMBOL_MODULE_H
#define PF_SYMBOL_MODULE_H

#include <sys/stat.h>
#include <xxhash.h>

#include "elffile.h"
#include "symbol_process.h"

enum module_state {
	MODULE_MISSING, /* there is no such file */
	MODULE_REFUSED, /* it cannot be used, and that was told */
	MODULE_READY
};

struct symbol_module {
	struct symbol_module *next;
	char *path;
	enum module_state state;
	struct stat file; /* as it was when it was looked at */
	struct elffile elf;
	/* What answers are kept by: the build id, else the file itself. */
	XXH128_hash_t build;
	bool told_other_build;
	uint64_t looked;    /* the number of the report it was looked at for */
	uint64_t last_used; /* the number of the question */
	struct symbol_process process;
};

#define MODULE_BUCKETS 512

struct symbol_modules {
	struct symbol_module *bucket[MODULE_BUCKETS];
	size_t count, processes;
};

void symbol_modules_release(struct symbol_modules *modules);
/*
 * Forgets those without a process where there are more than are worth their
 * room: none that was found before is valid any more then.
 */
void symbol_modules_bound(struct symbol_modules *modules);
/*
 * What is known of the file of that name, which is looked at once for each
 * report: it may have been built anew. NULL for no absolute path, and where
 * one report names more files than any program has.
 */
struct symbol_module *symbol_module_find(
    struct symbol_modules *modules, struct span path, uint64_t report);
/*
 * Starts its process, if it has none, and ends the one that was not asked for
 * longest where there are too many. -1 with errno.
 */
int symbol_module_start(struct symbol_modules *modules,
    struct symbol_module *module, const char *program);
void
symbol_module_end(struct symbol_modules *modules, struct symbol_module *module);

#endif

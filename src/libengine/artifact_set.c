/* Artifact names that were seen, in an open-addressed table. */
#include "artifact_set.h"

#include "mem.h"

static const struct {
	const char *prefix;
	enum artifact_kind kind;
} prefixes[] = {
    {"crash-", ARTIFACT_CRASH},
    {"leak-", ARTIFACT_CRASH},
    {"timeout-", ARTIFACT_HANG},
    {"oom-", ARTIFACT_OOM},
};

void
artifact_set_release(struct artifact_set *set)
{
	free(set->slot);
	*set = (struct artifact_set){0};
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The first 60 bits of the SHA-1 and the prefix; never 0. */
static uint64_t
key_of(const char *digits, size_t prefix)
{
	uint64_t key = 0;
	size_t i;

	for (i = 0; i < 15; i++)
		key = key << 4 | (uint64_t)hex(digits[i]);
	return key << 3 | (prefix + 1);
}

static bool
is_sha1(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (hex(text[i]) < 0)
			return false;
	return len == 40;
}

static uint64_t *
slot_of(const struct artifact_set *set, uint64_t key)
{
	size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) &
	    (set->room - 1);

	while (set->slot[i] != 0 && set->slot[i] != key)
		i = (i + 1) & (set->room - 1);
	return &set->slot[i];
}

static void
grow(struct artifact_set *set)
{
	struct artifact_set larger = {.room = set->room ? set->room * 2 : 64};
	size_t i;

	larger.slot = mem_calloc(larger.room, sizeof *larger.slot);
	for (i = 0; i < set->room; i++)
		if (set->slot[i] != 0)
			*slot_of(&larger, set->slot[i]) = set->slot[i];
	free(set->slot);
	set->slot = larger.slot;
	set->room = larger.room;
}

/* Whether it was not there yet. */
static bool
insert(struct artifact_set *set, uint64_t key)
{
	uint64_t *slot;

	if (set->used >= ARTIFACT_SET_MAX)
		return *slot_of(set, key) == 0;
	if (set->used * 2 >= set->room)
		grow(set);
	slot = slot_of(set, key);
	if (*slot == key)
		return false;
	*slot = key;
	set->used++;
	return true;
}

void
artifact_set_add(struct artifact_set *set, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		size_t n = strlen(prefixes[i].prefix);

		if (len < n || memcmp(name, prefixes[i].prefix, n) != 0)
			continue;
		if (is_sha1(name + n, len - n) &&
		    insert(set, key_of(name + n, i)))
			set->count[prefixes[i].kind]++;
		return;
	}
}

int64_t
artifact_set_total(const struct artifact_set *set)
{
	return set->count[ARTIFACT_CRASH] + set->count[ARTIFACT_HANG] +
	    set->count[ARTIFACT_OOM];
}

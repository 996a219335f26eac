/* Two generations of ids. */
#include "told.h"

#include "event.h"
#include "hash.h"
#include "mem.h"

static uint64_t
key_of_hex(const char *hex)
{
	char digits[17];

	memcpy(digits, hex, 16);
	digits[16] = '\0';
	return strtoull(digits, NULL, 16) | 1;
}

/* Of what stands before and behind the number at `number`. */
static uint64_t
key_without(const char *line, const char *number, const char *end)
{
	struct hash_stream *h = hash_begin();
	char hex[HASH_TEXT];

	hash_add(h, line, (size_t)(number - line));
	while (number < end && *number >= '0' && *number <= '9')
		number++;
	hash_add(h, number, (size_t)(end - number));
	hash_end(h, hex);
	return key_of_hex(hex);
}

/*
 * From the hash's part of the id; never 0. A size that was measured is another
 * at each look, and no reason to tell a fuzzer's numbers once more.
 */
static uint64_t
key_of(const char *line, size_t len)
{
	static const char before[] = "\"id\":\"", size[] = "\"rss_bytes\":";
	const char *id = memmem(line, len, before, sizeof before - 1);
	const char *end = line + len, *measured;

	if (id == NULL || end - id < (ptrdiff_t)sizeof before + 32)
		return 1;
	id += sizeof before - 1;
	measured = memmem(id, (size_t)(end - id), size, sizeof size - 1);
	if (measured != NULL)
		return key_without(id + 32, measured + sizeof size - 1, end);
	/* The last digits of the time and the first of the hash. */
	return key_of_hex(id + 8);
}

static uint64_t *
slot_of(const struct told_ids *ids, uint64_t key)
{
	size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) &
	    (ids->room - 1);

	while (ids->slot[i] != 0 && ids->slot[i] != key)
		i = (i + 1) & (ids->room - 1);
	return &ids->slot[i];
}

static void
grow(struct told_ids *ids)
{
	struct told_ids larger = {
	    .used = ids->used, .room = ids->room ? ids->room * 2 : 64};
	size_t i;

	larger.slot = mem_calloc(larger.room, sizeof *larger.slot);
	for (i = 0; i < ids->room; i++)
		if (ids->slot[i] != 0)
			*slot_of(&larger, ids->slot[i]) = ids->slot[i];
	free(ids->slot);
	*ids = larger;
}

bool
told_before(struct told *t, const char *line, size_t len)
{
	uint64_t key = key_of(line, len), *slot;

	if (t->now.used * 2 >= t->now.room)
		grow(&t->now);
	slot = slot_of(&t->now, key);
	t->now.used += *slot == 0;
	*slot = key;
	return t->last.room > 0 && *slot_of(&t->last, key) == key;
}

void
told_next_round(struct told *t)
{
	free(t->last.slot);
	t->last = t->now;
	t->now = (struct told_ids){0};
}

void
told_release(struct told *t)
{
	free(t->now.slot);
	free(t->last.slot);
}

/* No name twice in an object, however many there are. */
#include <sys/random.h>
#include <xxhash.h>

#include "clock.h"
#include "mem.h"
#include "scan_part.h"

/* Up to so many members each is compared with those before it. */
#define FEW 32
#define FILTER_BITS 256

/* Where a table has a member; place 0, which is the root, is free. */
struct scan_slot {
	uint32_t hash, place;
};

static inline bool
names_equal(const struct scan *s, uint32_t a, uint32_t b)
{
	const struct scan_value *v = &s->value[a], *w = &s->value[b];

	return v->name_len == w->name_len &&
	    memcmp(s->text + v->name, s->text + w->name, v->name_len) == 0;
}

/* Is the name of `member`, which has no escape, one of those before it? */
static bool
is_before(const struct scan *s, uint32_t object, uint32_t member)
{
	uint32_t i;

	for (i = object + 1; i < member; i = s->value[i].next)
		if (names_equal(s, i, member))
			return true;
	return false;
}

/* Some bits of a name; of an empty one the quotes around it are read. */
static inline unsigned
filter_bit(const struct scan *s, const struct scan_value *v)
{
	const unsigned char *name = (const unsigned char *)s->text + v->name;
	uint32_t n = v->name_len;

	return (n * 37 + name[0] * 7 + name[n / 2] * 19 + (name - 1)[n] * 3) %
	    FILTER_BITS;
}

/* False when there is an escape: the names are to be compared otherwise. */
static bool
twice_of_few(const struct scan *s, uint32_t object, uint32_t *twice)
{
	uint64_t filter[FILTER_BITS / 64] = {0};
	uint32_t i, end = s->value[object].next;

	*twice = 0;
	for (i = object + 1; i < end; i = s->value[i].next) {
		const struct scan_value *v = &s->value[i];
		unsigned bit = filter_bit(s, v);
		uint64_t mask = (uint64_t)1 << (bit % 64);

		if (v->name_escaped)
			return false;
		if ((filter[bit / 64] & mask) != 0 && is_before(s, object, i)) {
			*twice = i;
			return true;
		}
		filter[bit / 64] |= mask;
	}
	return true;
}

/* Nobody who writes lines knows the seed. */
static void
make_seed(struct scan *s)
{
	if (getrandom(&s->seed, sizeof s->seed, GRND_NONBLOCK) !=
	    (ssize_t)sizeof s->seed)
		s->seed =
		    (uint64_t)(uintptr_t)s ^ (uint64_t)clock_monotonic() << 20;
	s->seed |= 1;
}

/* Gives a table without members that is at least half free. */
static size_t
clear_slots(struct scan *s, uint32_t members)
{
	size_t size = 2 * FEW;

	while (size < 2 * (size_t)members)
		size *= 2;
	if (size > s->slot_cap) {
		s->slot = mem_realloc_array(s->slot, size, sizeof *s->slot);
		s->slot_cap = size;
	}
	memset(s->slot, 0, size * sizeof *s->slot);
	return size;
}

/* Enters a member; false when its name is there already. */
static bool
enter(struct scan *s, size_t size, uint32_t member)
{
	const struct scan_value *v = &s->value[member];
	const char *name = s->text + v->name;
	size_t len = v->name_len, at;
	uint64_t hash;

	if (v->name_escaped) {
		buf_clear(&s->room);
		scan_decode(&s->room, name, name + len);
		name = s->room.data;
		len = s->room.len;
	}
	hash = XXH3_64bits_withSeed(name, len, s->seed);
	for (at = hash & (size - 1); s->slot[at].place != 0;
	     at = (at + 1) & (size - 1)) {
		const struct scan_value *w = &s->value[s->slot[at].place];
		const char *other = s->text + w->name;

		if (s->slot[at].hash == hash >> 32 &&
		    scan_decodes_to(other, other + w->name_len, name, len))
			return false;
	}
	s->slot[at].hash = (uint32_t)(hash >> 32);
	s->slot[at].place = member;
	return true;
}

static uint32_t
twice_of_many(struct scan *s, uint32_t object)
{
	size_t size = clear_slots(s, s->value[object].count);
	uint32_t i;

	if (s->seed == 0)
		make_seed(s);
	for (i = object + 1; i < s->value[object].next; i = s->value[i].next)
		if (!enter(s, size, i))
			return i;
	return 0;
}

uint32_t
scan_name_twice(struct scan *s, uint32_t object)
{
	uint32_t twice;

	if (s->value[object].count <= FEW && twice_of_few(s, object, &twice))
		return twice;
	return twice_of_many(s, object);
}

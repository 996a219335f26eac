/*
 * labels - reads messages with names in the manner of DNS: records of a kind
 * and a name; a name is labels of a length and letters, ended by 0, and 0xc0
 * or 0xe0 with an offset goes on elsewhere.
 *
 * N name, T name and type, L name and lifetime, A alias of another record.
 */
#include <stdlib.h>
#include <string.h>

#include "planted.h"

#define MESSAGE_MAX 512
#define NAME_ROOM 32
#define LABEL_MAX 31
#define POINTER 0xc0
#define FAR_POINTER 0xe0
#define HOPS_MAX 8

struct message {
	const uint8_t *data;
	size_t size;
	size_t depth; /* aliases that are being followed */
};

static size_t record_walk(struct message *, size_t at);

/* The caller has checked the offset. */
NOINLINE static unsigned
read_u8(const struct message *message, size_t at)
{
	return message->data[at];
}

/* The name is put together in a room that is sometimes too small. */
NOINLINE static void
label_join(char *name, size_t used, const uint8_t *letters, size_t length)
{
	if (used + length > NAME_ROOM)
		PLANTED("labels-name-write");
	for (size_t i = 0; i < length; i++)
		name[used + i] = (char)letters[i];
}

static int
is_pointer(uint8_t c)
{
	return c == POINTER || c == FAR_POINTER;
}

/*
 * Returns where the name goes on from a near pointer.  A ring of pointers is
 * left after some hops, but a far pointer starts the count anew.
 */
NOINLINE static size_t
pointer_follow(const struct message *message, size_t at)
{
	size_t hops = 0, steps = 0;

	while (at + 1 < message->size && is_pointer(message->data[at])) {
		if (++steps > message->size * (HOPS_MAX + 1))
			PLANTED("labels-pointer-hang");
		if (message->data[at] == FAR_POINTER)
			hops = 0;
		else if (++hops > HOPS_MAX)
			break;
		at = message->data[at + 1];
		keep((unsigned)steps);
	}
	return at;
}

/* Reads a name and returns the offset behind it. */
NOINLINE static size_t
name_read(const struct message *message, size_t at)
{
	char *name = malloc(NAME_ROOM);
	size_t used = 0, length, behind = 0;

	while (at < message->size) {
		if (message->data[at] == POINTER && behind == 0) {
			behind = at + 2;
			at = pointer_follow(message, at);
			continue;
		}
		length = message->data[at] & LABEL_MAX;
		if (length == 0 || length > message->size - at - 1)
			break;
		label_join(name, used, message->data + at + 1, length);
		used += length;
		at += 1 + length;
	}
	keep(used > 0 ? (unsigned)name[0] : 0);
	free(name);
	return behind > 0 ? behind : at + 1;
}

/* The type is one byte, but "t" announces another. */
NOINLINE static size_t
type_read(const struct message *message, size_t at)
{
	if (at >= message->size)
		return at;
	if (read_u8(message, at) != 't')
		return at + 1;
	if (at + 1 >= message->size)
		PLANTED("labels-type-read");
	keep(read_u8(message, at + 1));
	return at + 2;
}

/* The lifetime is a unit; "d" announces a number of days. */
NOINLINE static size_t
lifetime_read(const struct message *message, size_t at)
{
	if (at >= message->size)
		return at;
	if (read_u8(message, at) != 'd')
		return at + 1;
	if (at + 1 >= message->size)
		PLANTED("labels-lifetime-read");
	keep(read_u8(message, at + 1));
	return at + 2;
}

/* An alias of itself is refused, a ring of two is followed for ever. */
NOINLINE static size_t
alias_follow(struct message *message, size_t at)
{
	size_t end;

	if (at >= message->size || message->data[at] == at - 1)
		return at;
	if (++message->depth > message->size)
		PLANTED("labels-alias-recursion");
	end = record_walk(message, message->data[at]);
	message->depth--;
	keep((unsigned)end);
	return at + 1;
}

/* Reads one record and returns the offset behind it. */
NOINLINE static size_t
record_walk(struct message *message, size_t at)
{
	size_t next = at + 1;

	if (at >= message->size)
		return at;
	switch (message->data[at]) {
	case 'N':
		next = name_read(message, next);
		break;
	case 'T':
		next = type_read(message, name_read(message, next));
		break;
	case 'L':
		next = lifetime_read(message, name_read(message, next));
		break;
	case 'A':
		next = alias_follow(message, next);
		break;
	}
	keep((unsigned)next);
	return next;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message message = {data, size, 0};
	size_t at = 0;

	if (size > MESSAGE_MAX)
		return 0;
	while (at < size)
		at = record_walk(&message, at);
	return 0;
}

/*
 * What a group's page needs beside the group itself: each of its crashes in a
 * few words, and one of them whole, as the example.
 */
#ifndef PF_DETAILS_H
#define PF_DETAILS_H

#include <jansson.h>
#include <stddef.h>

#include "buf.h"
#include "groups.h"
#include "strvec.h"

struct detail {
	/* JSON objects: id, time, severity, stack, input, verdict. */
	struct strvec members;
	/*
	 * Of the worst rated crashes one that tells its command, of these the
	 * smallest: an event's tree.
	 */
	json_t *example;
};

struct details {
	struct detail *of; /* by the group's index */
	size_t cap;
	struct strvec unresolved; /* inputs, as msg_quote shows them */
};

/* Takes the crash event of the group with this index. */
void details_add(struct details *details, size_t index, json_t *event);
/* That group's, its members in the order of their ids and each once. */
struct detail *details_of(struct details *details, size_t index);
void details_release(struct details *details);

/* For the pages: parts of an event, as its text has them; NULL without. */
const char *event_text(const json_t *event, const char *key);
const char *data_text(const json_t *event, const char *key);
const char *input_text(const json_t *event, const char *key);
/* Where the example's input is: its path, else its name, else "INPUT". */
const char *example_input(const json_t *event);
/* Appends "#0 copy_bytes chunks.c:32:5" or "#1 ?? (lib.so+0x12)". */
void frame_text(struct buf *out, size_t number, const json_t *frame);
/* The frame that the site begins with, else the first; NULL without frames. */
const json_t *site_frame(const json_t *event, const char *site);
/* The first function that the site names, up to its place: "copy_bytes". */
void site_function(struct buf *out, const char *site);

#endif

/*
 * runs - unpacks a run-length image: width, height, then operations of a code
 * and an argument.
 *
 * p one pixel from the palette, w switch palettes, f fill, u scroll up,
 * d depth, i interlace.
 */
#include <stdlib.h>
#include <string.h>

#include "planted.h"

#define SHADES 16
#define FILL_MIN 32

struct image {
	uint8_t *canvas;
	size_t area;
	size_t at;
	unsigned width;
	unsigned height;
	const uint8_t *palette;
};

static const uint8_t warm_palette[SHADES] = {
    0, 9, 25, 36, 49, 64, 81, 100, 121, 144, 160, 169, 196, 210, 225, 255};
static const uint8_t cold_palette[SHADES] = {
    0, 2, 4, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224};

/* The argument has five bits, the palette only sixteen shades. */
NOINLINE static uint8_t
shade_of(const uint8_t *palette, unsigned shade)
{
	if (shade >= SHADES)
		PLANTED("runs-palette-read");
	return palette[shade];
}

static void
pixel_set(struct image *image, uint8_t argument)
{
	if (image->at < image->area && (argument & 0xc0) == 0x40)
		image->canvas[image->at++] =
		    shade_of(image->palette, argument & 31);
}

/* A fill may be longer than what is left of the canvas. */
NOINLINE static void
fill_run(struct image *image, uint8_t argument)
{
	size_t count = FILL_MIN + (argument & 31);

	if (count > image->area - image->at)
		PLANTED("runs-fill-write");
	memset(image->canvas + image->at, argument, count);
	image->at += count;
}

/* Scrolls up from a row; one below the last makes the size negative. */
NOINLINE static void
scroll_up(struct image *image, uint8_t row)
{
	size_t from = (size_t)row * image->width;

	if ((row & 0xe0) != 0)
		return;
	if (from > image->area)
		PLANTED("runs-scroll-size");
	memmove(image->canvas, image->canvas + from, image->area - from);
}

/* Any depth is believed, not only those up to 31 bits. */
NOINLINE static void
depth_set(uint8_t depth)
{
	if (depth < 'A' || depth > 'Z')
		depth &= 15;
	if (depth > 31)
		PLANTED("runs-depth-shift");
	keep(1U << depth);
}

/* "ii" and a step: a step of no rows does not come to the end. */
NOINLINE static void
interlace(struct image *image, uint8_t step)
{
	unsigned row = 0;

	step &= 7;
	if (step == 0)
		PLANTED("runs-interlace-hang");
	while (row < image->height) {
		keep(image->canvas[row * image->width]);
		row += step;
	}
}

/* Runs one operation and returns how many bytes it took. */
static size_t
operation_run(struct image *image, const uint8_t *at, size_t left)
{
	switch (at[0]) {
	case 'p':
		pixel_set(image, at[1]);
		return 2;
	case 'w':
		image->palette = at[1] & 1 ? warm_palette : cold_palette;
		return 2;
	case 'f':
		fill_run(image, at[1]);
		return 2;
	case 'u':
		scroll_up(image, at[1]);
		return 2;
	case 'd':
		depth_set(at[1]);
		return 2;
	case 'i':
		if (at[1] == 'i' && left > 2)
			interlace(image, at[2]);
		return 3;
	}
	return 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image image = {.palette = cold_palette};
	size_t at = 2;

	if (size < 4)
		return 0;
	image.width = 8 + (data[0] & 7);
	image.height = 8 + (data[1] & 7);
	image.area = (size_t)image.width * image.height;
	image.canvas = calloc(1, image.area);
	while (at + 1 < size)
		at += operation_run(&image, data + at, size - at);
	keep(image.canvas[0]);
	free(image.canvas);
	return 0;
}

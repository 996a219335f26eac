/*
 * runs - unpacks a run-length image: width, height, then operations of a code
 * and an argument.
 *
 * p one pixel from the palette, w switch palettes (x: wide shades), f fill, u
 * scroll up, d depth, i interlace.
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
	int is_wide;
};

static const uint8_t warm_palette[SHADES] = {
    0, 9, 25, 36, 49, 64, 81, 100, 121, 144, 160, 169, 196, 210, 225, 255};
static const uint8_t cold_palette[SHADES] = {
    0, 2, 4, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224};

/* Wide shades have five bits, but the palettes only sixteen entries. */
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
	unsigned shade = argument & (image->is_wide ? 31 : 15);

	if (image->at < image->area)
		image->canvas[image->at++] = shade_of(image->palette, shade);
}

/* A call, so that coverage tells a wide image from others. */
NOINLINE static void
image_widen(struct image *image)
{
	image->is_wide = 1;
}

static void
palette_switch(struct image *image, uint8_t argument)
{
	if (argument == 'x')
		image_widen(image);
	else
		image->palette = argument & 1 ? warm_palette : cold_palette;
}

/* A fill that would not fit is left out, but not where "!" asks for it. */
NOINLINE static void
fill_run(struct image *image, uint8_t argument)
{
	size_t count = FILL_MIN + (argument & 31);

	if (count > image->area - image->at) {
		if (argument != '!')
			return;
		PLANTED("runs-fill-write");
	}
	memset(image->canvas + image->at, argument, count);
	image->at += count;
}

/* Scrolls up from row 0 to 9; an image of eight rows makes the size negative.
 */
NOINLINE static void
scroll_up(struct image *image, uint8_t row)
{
	size_t from;

	if (row < '0' || row > '9')
		return;
	from = (size_t)(row - '0') * image->width;
	if (from > image->area)
		PLANTED("runs-scroll-size");
	memmove(image->canvas, image->canvas + from, image->area - from);
}

/* "x" stands for the greatest depth, which is one bit too much. */
NOINLINE static void
depth_set(uint8_t depth)
{
	unsigned bits = depth == 'x' ? 32 : depth & 15;

	if (bits > 31)
		PLANTED("runs-depth-shift");
	keep(1U << bits);
}

/* No step of 0 is taken, but in a wide image the step is halved after that. */
NOINLINE static void
interlace(struct image *image, unsigned step)
{
	unsigned row = 0;

	if (step == 0)
		return;
	if (image->is_wide)
		step /= 2;
	if (step == 0)
		PLANTED("runs-interlace-hang");
	while (row < image->height) {
		keep(image->canvas[row * image->width]);
		row += step;
	}
}

/* Runs one operation and returns how many bytes it took. */
static size_t
operation_run(struct image *image, const uint8_t *at)
{
	switch (at[0]) {
	case 'p':
		pixel_set(image, at[1]);
		return 2;
	case 'w':
		palette_switch(image, at[1]);
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
		interlace(image, at[1]);
		return 2;
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
		at += operation_run(&image, data + at);
	keep(image.canvas[0]);
	free(image.canvas);
	return 0;
}

/* Comma separated cells. */
#include "cell.h"

const char *
cell_next(const char **at, const char *end, size_t *len)
{
	const char *cell = *at, *comma;

	if (cell == NULL)
		return NULL;
	comma = memchr(cell, ',', (size_t)(end - cell));
	*at = comma == NULL ? NULL : comma + 1;
	if (comma == NULL)
		comma = end;
	while (cell < comma && *cell == ' ')
		cell++;
	while (comma > cell && (comma[-1] == ' ' || comma[-1] == '\r'))
		comma--;
	*len = (size_t)(comma - cell);
	return cell;
}

/*
 * Where the engines' SQL differs: words in braces, of which each engine has
 * its own form.
 *
 *	{integer}      a column of 64-bit integers
 *	{real}         of double precision
 *	{text}         of text, compared byte by byte
 *	{json COLUMN}  of JSON, kept as the text it is, or NULL
 *	{number}       a primary key that counts by itself
 *	{strict}       what ends a table whose primary key is its own
 *	{strict rowid} what ends one with {number}
 *	{hex COLUMN}   a condition: nothing but lower-case hex digits
 *	{in ?N}        a condition's end: is one of a JSON array's texts
 *	{each ?N}      the elements of a JSON array of texts
 *	{array}        the function that makes a JSON array
 *	{for update}   ends a SELECT whose rows are then held
 *	{skip locked}  the same, of rows which nobody else holds
 */
#ifndef PF_DIALECT_H
#define PF_DIALECT_H

#include "buf.h"

enum dialect { DIALECT_SQLITE, DIALECT_POSTGRESQL };

/* Appends `sql` in the dialect's form. A word that is not known is a bug and
 * ends the program. */
void dialect_write(struct buf *out, enum dialect dialect, const char *sql);

#endif

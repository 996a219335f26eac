/*
 * sheet - a spreadsheet of eight cells: "a=1+2;b=(a+4)*3;b" defines two cells
 * and asks for one.  Operators: + - * / % <, and @(x,y,...) for the mean.
 */
#include <assert.h>
#include <string.h>

#include "planted.h"

#define CELLS 8
#define VALUE_MAX 1000000000
#define PARENTHESES_MAX 16

struct cell {
	const uint8_t *formula; /* NULL: not defined */
	int value;
	int is_known;
};

struct sheet {
	struct cell cells[CELLS];
	const uint8_t *end;
	unsigned depth;       /* cells that are being worked out */
	unsigned parentheses; /* that are open in the present cell */
};

static int sum_value(struct sheet *, const uint8_t **at);

static int
clamp(long long value)
{
	if (value > VALUE_MAX)
		return VALUE_MAX;
	return value < -VALUE_MAX ? -VALUE_MAX : (int)value;
}

static int
peek(const struct sheet *sheet, const uint8_t *at)
{
	return at < sheet->end ? *at : -1;
}

NOINLINE static int
remainder_of(int left, int right)
{
	if (right == 0)
		PLANTED("sheet-remainder-by-zero");
	return left % right;
}

static int
quotient(int left, int right)
{
	return right == 0 ? 0 : left / right;
}

NOINLINE static int
product(int left, int right)
{
	long long exact = (long long)left * right;

	if (exact != (int)exact)
		PLANTED("sheet-multiply-overflow");
	return left * right;
}

NOINLINE static int
shifted(int left, int right)
{
	if (right < 0 || right > 31)
		PLANTED("sheet-shift-exponent");
	return (int)(((unsigned)left << right) & 0xffff);
}

/* A cell that refers to itself, directly or by way of others, never ends. */
NOINLINE static int
cell_value(struct sheet *sheet, unsigned name)
{
	struct cell *cell = &sheet->cells[name];
	unsigned parentheses = sheet->parentheses;
	const uint8_t *at = cell->formula;

	if (at == NULL || cell->is_known)
		return cell->value;
	sheet->depth++;
	if (sheet->depth > CELLS)
		PLANTED("sheet-cell-cycle");
	sheet->parentheses = 0;
	cell->value = sum_value(sheet, &at);
	sheet->parentheses = parentheses;
	cell->is_known = 1;
	sheet->depth--;
	return cell->value;
}

/* "@(1,2,3)": the list is taken to have something in it. */
NOINLINE static int
mean_value(struct sheet *sheet, const uint8_t **at)
{
	long long sum = 0;
	int count = 0;

	while (peek(sheet, *at) != ')' && *at < sheet->end) {
		sum += sum_value(sheet, at);
		count++;
		if (peek(sheet, *at) != ',')
			break;
		++*at;
	}
	if (peek(sheet, *at) != ')')
		return 0;
	++*at;
	if (count == 0)
		PLANTED("sheet-mean-assert");
	assert(count > 0);
	return clamp(sum / count);
}

/* An operand that is left out is 1. */
static int
number_value(struct sheet *sheet, const uint8_t **at)
{
	const uint8_t *start = *at;
	long long value = 0;

	while (peek(sheet, *at) >= '0' && peek(sheet, *at) <= '9') {
		value = clamp(value * 10 + (**at - '0'));
		++*at;
	}
	return *at == start ? 1 : (int)value;
}

NOINLINE static int
atom_value(struct sheet *sheet, const uint8_t **at)
{
	int value = 0, c = peek(sheet, *at);

	if (c >= 'a' && c < 'a' + CELLS) {
		++*at;
		value = cell_value(sheet, (unsigned)c - 'a');
	} else if (c == '@' && peek(sheet, *at + 1) == '(' &&
	    sheet->parentheses < PARENTHESES_MAX) {
		*at += 2;
		sheet->parentheses++;
		value = mean_value(sheet, at);
		sheet->parentheses--;
	} else if (c == '(' && sheet->parentheses < PARENTHESES_MAX) {
		++*at;
		sheet->parentheses++;
		value = sum_value(sheet, at);
		sheet->parentheses--;
		if (peek(sheet, *at) == ')')
			++*at;
	} else {
		value = number_value(sheet, at);
	}
	return value;
}

NOINLINE static int
term_value(struct sheet *sheet, const uint8_t **at)
{
	int value = atom_value(sheet, at);

	for (;;) {
		int c = peek(sheet, *at);

		if (c != '*' && c != '/' && c != '%' && c != '<')
			return value;
		++*at;
		if (c == '*')
			value = product(value, atom_value(sheet, at));
		else if (c == '/')
			value = quotient(value, atom_value(sheet, at));
		else if (c == '%')
			value = remainder_of(value, atom_value(sheet, at));
		else
			value = shifted(value, atom_value(sheet, at));
		value = clamp(value);
	}
}

NOINLINE static int
sum_value(struct sheet *sheet, const uint8_t **at)
{
	int value = term_value(sheet, at);

	for (;;) {
		int c = peek(sheet, *at);

		if (c != '+' && c != '-')
			return value;
		++*at;
		if (c == '+')
			value = clamp((long long)value + term_value(sheet, at));
		else
			value = clamp((long long)value - term_value(sheet, at));
	}
}

/* One statement: "c=FORMULA" or "FORMULA". */
static void
statement_read(struct sheet *sheet, const uint8_t *at)
{
	int c = peek(sheet, at);

	if (c >= 'a' && c < 'a' + CELLS && peek(sheet, at + 1) == '=')
		sheet->cells[c - 'a'].formula = at + 2;
	else
		keep((unsigned)sum_value(sheet, &at));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sheet sheet = {.end = data + size};
	const uint8_t *at = data;

	while (at < sheet.end) {
		const uint8_t *next = at;

		statement_read(&sheet, at);
		while (next < sheet.end && *next != ';')
			next++;
		at = next < sheet.end ? next + 1 : next;
	}
	return 0;
}

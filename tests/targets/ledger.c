/*
 * ledger - keeps four accounts as the input tells it, three bytes at a time:
 * an operation, an account and a value.
 *
 * O open, D deposit, T transfer, B balance, M memo, C close, J journal.
 */
#include <stdlib.h>
#include <string.h>

#include "planted.h"

#define ACCOUNTS 4
#define ENTRIES 4
#define JOURNAL_MIN ((size_t)1 << 10)
#define JOURNAL_MAX ((size_t)1 << 30)

struct account {
	int entries[ENTRIES];
	char *memo;
};

struct ledger {
	struct account *accounts[ACCOUNTS];
	int is_open[ACCOUNTS];
	char *journal;
};

static void
account_open(struct ledger *ledger, unsigned number)
{
	if (ledger->is_open[number])
		return;
	ledger->accounts[number] = calloc(1, sizeof(struct account));
	ledger->is_open[number] = 1;
}

/* An account that was closed is still in the table. */
NOINLINE static void
entry_post(struct ledger *ledger, unsigned number, uint8_t value)
{
	struct account *account = ledger->accounts[number];

	if (account == NULL)
		return;
	if (!ledger->is_open[number])
		PLANTED("ledger-post-to-closed");
	account->entries[value % ENTRIES] = value;
}

NOINLINE static void
deposit_make(struct ledger *ledger, unsigned number, uint8_t value)
{
	if (value > 0)
		entry_post(ledger, number, value);
}

NOINLINE static void
transfer_make(struct ledger *ledger, unsigned from, uint8_t value)
{
	if (ledger->is_open[from] && ledger->accounts[from]->entries[0] > 0)
		entry_post(ledger, value % ACCOUNTS, value);
}

/* An account that never was opened is not there at all. */
NOINLINE static void
balance_show(struct ledger *ledger, unsigned number, uint8_t value)
{
	struct account *account = ledger->accounts[number];

	if (account != NULL && !ledger->is_open[number])
		return;
	if (value != '?')
		return;
	if (account == NULL)
		PLANTED("ledger-balance-null");
	keep((unsigned)account->entries[1]);
}

/* A second memo takes the place of the first, which nobody frees. */
NOINLINE static void
memo_write(struct ledger *ledger, unsigned number, uint8_t value)
{
	struct account *account = ledger->accounts[number];

	if (!ledger->is_open[number])
		return;
	if (account->memo != NULL)
		PLANTED_AT_END("ledger-memo-leak");
	account->memo = malloc(32);
	memset(account->memo, value, 32);
}

NOINLINE static void
account_close(struct ledger *ledger, unsigned number)
{
	struct account *account = ledger->accounts[number];

	if (account == NULL)
		return;
	if (ledger->is_open[number])
		free(account->memo);
	else
		PLANTED("ledger-close-twice");
	free(account);
	ledger->is_open[number] = 0;
}

/*
 * The value is a letter and counts kilobytes, "A" for none: at "@" the size is
 * huge and the journal grows until it meets the bound.
 */
NOINLINE static void
journal_reserve(struct ledger *ledger, unsigned number, uint8_t value)
{
	size_t wanted = ((size_t)value - 'A') << 10;
	size_t room = JOURNAL_MIN;

	if (ledger->journal != NULL || !ledger->is_open[number] || value < '@')
		return;
	if (wanted > JOURNAL_MAX)
		PLANTED("ledger-journal-growth");
	for (;;) {
		ledger->journal = malloc(room);
		if (room >= wanted || room >= JOURNAL_MAX)
			break;
		free(ledger->journal);
		room *= 4;
	}
	keep(ledger->journal != NULL);
}

static void
operation_run(struct ledger *ledger, uint8_t code, unsigned n, uint8_t value)
{
	switch (code) {
	case 'O':
		account_open(ledger, n);
		break;
	case 'D':
		deposit_make(ledger, n, value);
		break;
	case 'T':
		transfer_make(ledger, n, value);
		break;
	case 'B':
		balance_show(ledger, n, value);
		break;
	case 'M':
		memo_write(ledger, n, value);
		break;
	case 'C':
		account_close(ledger, n);
		break;
	case 'J':
		journal_reserve(ledger, n, value);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ledger ledger = {0};

	for (size_t at = 0; size - at >= 3; at += 3)
		operation_run(
		    &ledger, data[at], data[at + 1] % ACCOUNTS, data[at + 2]);
	for (unsigned i = 0; i < ACCOUNTS; i++)
		if (ledger.is_open[i])
			account_close(&ledger, i);
	free(ledger.journal);
	return 0;
}

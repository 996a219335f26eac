/* gdb's batch output: the signal, then the frames of `bt`. */
#include <signal.h>
#include <string.h>

#include "trace.h"

/* Where the arguments " (x=1)" begin, outside of all brackets. */
static size_t
arguments_at(struct span s)
{
	int depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (c == 'o' && span_starts(span_skip(s, i), "operator")) {
			i += strlen("operator");
			while (i < s.len && memchr("<>-=", s.at[i], 4) != NULL)
				i++;
			if (span_starts(span_skip(s, i), "()"))
				i += 2;
			i--;
		} else if (c == '(' && depth == 0 && i > 0 &&
		    s.at[i - 1] == ' ' &&
		    !span_starts(span_skip(s, i), "(anonymous"))
			return i - 1;
		else if (c == '(' || c == '<' || c == '[')
			depth++;
		else if ((c == ')' || c == ']' ||
			     (c == '>' && s.at[i - (i > 0)] != '-')) &&
		    depth > 0)
			depth--;
	}
	return s.len;
}

/* "… at FILE:LINE" or "… from LIBRARY": the last such words count. */
static void
take_place(struct frame *frame, struct span rest)
{
	struct span at, from = SPAN_NONE, next = rest;
	uint64_t line;

	while ((next = span_after(next, ") at ")).at != NULL)
		from = next;
	if (from.at != NULL) {
		for (size_t i = from.len; i > 0; i--)
			if (from.at[i - 1] == ':') {
				at = span_skip(from, i);
				if (!span_decimal(&at, &line))
					break;
				frame->line = (unsigned)line;
				from.len = i - 1;
				break;
			}
		frame->file = from;
		return;
	}
	frame->module = span_trim(span_after(rest, ") from "));
}

bool
frame_gdb(struct frame *frame, struct span line)
{
	struct span s = line, address;
	uint64_t number;

	if (s.len < 4 || s.at[0] != '#')
		return false;
	s = span_skip(s, 1);
	if (!span_decimal(&s, &number) || s.len < 2 || s.at[0] != ' ')
		return false;
	memset(frame, 0, sizeof *frame);
	s = address = span_trim(s);
	if (span_starts(s, "0x") && span_hex(&address, &frame->pc) &&
	    span_starts(address, " in ")) {
		frame->has_pc = true;
		s = span_skip(address, 4);
	}
	frame->function = s;
	frame->function.len = arguments_at(s);
	take_place(frame, span_skip(s, frame->function.len));
	if (span_is(frame->function, "??") || frame->function.len == 0)
		frame->function = SPAN_NONE;
	return true;
}

/* "Program received signal SIGSEGV, …", "Thread 1 "x" received signal …". */
static bool
gdb_begin(struct report *report, struct span line)
{
	struct span name = SPAN_NONE;
	struct frame frame;

	if (span_starts(line, "Program ") || span_starts(line, "Thread "))
		name = span_after(line, " received signal ");
	if (name.at == NULL)
		name = span_after(line, "Program terminated with signal ");
	name = span_word(name);
	if (name.len > 0) {
		report->signal = report_signal(name);
		report->kind = name;
		if (report->signal != 0)
			report->kind =
			    span_text(report_signal_kind(report->signal));
		return true;
	}
	/* `bt` alone: its first line must be unmistakably gdb's. */
	if (!span_starts(line, "#0  ") || !frame_gdb(&frame, line) ||
	    (frame.file.at == NULL && frame.module.at == NULL))
		return false;
	report->kind = SPAN("unknown");
	report_frame(report, &frame);
	return true;
}

/* Without prefixes that change nothing here. */
static struct span
bare_instruction(struct span code)
{
	static const char *const prefixes[] = {
	    "notrack ", "bnd ", "repz ", "rep "};

	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (span_starts(code, prefixes[i]))
			code = span_trim(span_skip(code, strlen(prefixes[i])));
	return code;
}

static bool
is_return(struct span code)
{
	return span_is(span_word(code), "ret") ||
	    span_is(span_word(code), "retq");
}

static bool
is_call(struct span code)
{
	static const char *const words[] = {
	    "call", "callq", "jmp", "jmpq", "br", "blr"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (span_is(span_word(code), words[i]))
			return true;
	return false;
}

/* As AddressSanitizer tells an exhausted stack (IsStackAccess). */
static bool
is_stack_access(const struct report *report)
{
	return report->has_address && report->has_sp &&
	    report->address + 512 > report->sp &&
	    report->address < report->sp + 0xffff;
}

/*
 * "=> 0x55: mov %eax,(%rdx)": what the faulting instruction does with memory.
 * AT&T order: what is written stands last.
 */
static void
instruction_line(struct report *report, struct span line)
{
	static const char *const readers[] = {
	    "cmp", "test", "call", "jmp", "push", "ucomis", "comis", "bt "};
	struct span code = bare_instruction(span_trim(span_after(line, ":\t")));

	if (is_stack_access(report) && !is_return(code))
		report->kind = SPAN("stack-overflow");
	report->branches = is_return(code) || is_call(code);
	/* Where it goes is no address at all, for which the kernel tells 0. */
	if (report->branches && report->address == 0 && !span_has(code, "("))
		report->has_address = false;
	if (report->access != ACCESS_UNKNOWN || !span_has(code, "("))
		return;
	report->access = ACCESS_READ;
	if (!span_ends(code, ")") || report->branches)
		return;
	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
		if (span_starts(code, readers[i]))
			return;
	/* One operand in memory and no other: it is changed. */
	report->access = ACCESS_WRITE;
}

/* Of other signals si_addr is who sent it: the pid. */
static bool
is_fault(int number)
{
	return number == SIGSEGV || number == SIGBUS || number == SIGFPE ||
	    number == SIGILL || number == SIGTRAP;
}

/* What stands around the frames: registers, address, instruction. */
static void
detail_line(struct report *report, struct span line)
{
	struct span value;

	if (span_starts(line, "rip ") || span_starts(line, "pc ")) {
		value = span_after(line, "0x");
		report->has_pc = span_hex(&value, &report->pc);
	} else if (span_starts(line, "rsp ") || span_starts(line, "sp ")) {
		value = span_after(line, "0x");
		report->has_sp = span_hex(&value, &report->sp);
	} else if (span_starts(line, "$1 = (void *) 0x") &&
	    is_fault(report->signal)) {
		value = span_after(line, "(void *) ");
		report->has_address = span_hex(&value, &report->address);
	} else if (span_is(line, "$2 = 128")) {
		/* SI_KERNEL: no address is like it, and it is not told. */
		report->has_address = false;
	} else if (span_starts(line, "=> ") && report->signal == SIGSEGV)
		instruction_line(report, line);
}

static bool
gdb_line(struct report *report, struct span line)
{
	struct frame frame;

	if (line.len > 0 && line.at[0] == '#' && frame_gdb(&frame, line)) {
		report_frame(report, &frame);
		return true;
	}
	if (span_has(line, " received signal ") ||
	    span_starts(line, "Program terminated"))
		return false;
	/* A line of another thread's stack, or the registers after it. */
	if (report->stack_count > 0)
		report->in_stack = false;
	detail_line(report, line);
	return true;
}

const struct trace_parser parser_gdb = {
    .name = "gdb",
    .rank = RANK_WHOLE,
    .open_ended = true,
    .marks = {" received signal ", "terminated with signal ", "#0  "},
    .begin = gdb_begin,
    .line = gdb_line,
};

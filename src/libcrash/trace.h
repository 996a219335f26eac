/*
 * What a sanitizer, a fuzzer, a debugger or libc said about one crash. Parsed
 * in place: every span points into the text that was read, which must outlive
 * the report, or at text of our own or of the report's.
 */
#ifndef PF_TRACE_H
#define PF_TRACE_H

#include "span.h"

struct symbolizer;

/* Frames of one stack beyond this are not looked at. */
#define TRACE_STACK_MAX 1024
#define TRACE_STACKS_MAX 16

enum access { ACCESS_UNKNOWN, ACCESS_READ, ACCESS_WRITE };

enum stack_role {
	STACK_CRASH,  /* where it went wrong */
	STACK_SECOND, /* the other side of a race or a lock order */
	STACK_FREED,
	STACK_ALLOCATED,
	STACK_OTHER, /* thread creation, origins, further leaks */
};

struct frame {
	/* As printed, with arguments and templates; absent without symbols. */
	struct span function;
	struct span file;
	struct span module;
	struct span build_id;  /* the module's, in hexadecimal; may be absent */
	unsigned line, column; /* 0: not known */
	uint64_t pc;
	uint64_t offset; /* into module, when that is there */
	bool has_pc, has_offset;
};

struct stack {
	enum stack_role role;
	size_t first, count; /* in report.frames */
};

struct report {
	const char *sanitizer; /* who tells: the parser's name */
	/* heap-buffer-overflow, segv, leak, timeout, assertion… */
	struct span kind;
	struct span error_line; /* the line that it begins with */
	/* The line that says why, where the report itself does not. */
	struct span cause;
	struct span expression; /* what an assertion or a panic says */
	struct span stated;     /* FuzzerSecurityIssue…: Critical, High… */
	struct span program;    /* its basename, where the text tells */
	/* Where an error without a stack says it is (UBSan, assertions). */
	struct frame place;
	enum access access;
	uint64_t access_bytes, address, pc, sp;
	bool has_access_bytes, has_address, has_pc, has_sp;
	bool branches; /* the faulting instruction returns, calls or jumps */
	int signal;    /* 0: not known */

	struct stack stacks[TRACE_STACKS_MAX];
	size_t stack_count;
	struct frame *frames;
	size_t frame_count, frame_cap;
	/* What it has read before, kept by report_clear; NULL at first. */
	struct tail_memo *memo;

	/* Asked for the names that frames lack; the caller's, NULL: nobody. */
	struct symbolizer *symbolizer;
	/* Another machine's: a module here is its only with its build id. */
	bool elsewhere;
	char *names;       /* what it said; frames point into it */
	size_t symbolized; /* frames, as printed, that got names so */

	/*
	 * The reader's own: what the next stack is, whether one is open, and
	 * whether there are more than are kept.
	 */
	enum stack_role next_role;
	bool in_stack, lost;
	bool mere_end;     /* as printed it says only that it ended */
	bool in_goroutine; /* Go's: a stack is being told */
	bool in_chain;     /* Python's: another exception follows */
};

/* What a report is worth beside others in the same text. */
enum report_rank {
	RANK_WHOLE, /* a crash of its own: the first one is told */
	/*
	 * A language's word on why the program ends: told where nothing else
	 * is, and instead of the mere signal or exit that it ends with.
	 */
	RANK_LANGUAGE,
	RANK_UNDEFINED, /* the program goes on after it */
	RANK_MESSAGE,   /* one line: told where nobody else tells */
};

#define TRACE_MARKS_MAX 16

/* One printer of reports: a row of the table in trace.c, a file each. */
struct trace_parser {
	const char *name;
	enum report_rank rank;
	/* Nothing tells where its report ends but what begins after it. */
	bool open_ended;
	/* Of these a line has one if a report begins on it. */
	const char *marks[TRACE_MARKS_MAX];
	/* Does a report begin on this line? Fills what the line says. */
	bool (*begin)(struct report *report, struct span line);
	/* Takes a further line; false when the report ends before it. */
	bool (*line)(struct report *report, struct span line);
	/* After the last line; may be NULL. */
	void (*end)(struct report *report);
};

void report_init(struct report *report);
void report_release(struct report *report);
/* Forgets what was read and keeps the room and who is asked for names. */
void report_clear(struct report *report);
/*
 * Reads the first report in `text` that is not a mere warning beside another
 * one. False when there is none. May be called again with the same report.
 */
bool report_read(struct report *report, const char *text, size_t len);
/*
 * The same for a log of many: takes what belongs to the report off `rest`, so
 * that the next call reads the next one. A warning is beside a report that
 * follows within 8 KiB, unless libFuzzer has started anew between them.
 */
bool report_next(struct report *report, struct span *rest);
/*
 * What the caller knows of the kind beside the text: a run that was ended by a
 * signal because its time was over is a "timeout", not an abort.
 */
void report_known_kind(struct report *report, const char *kind);
/*
 * Makes a report of the kind alone where there is no text: a hang that left no
 * trace is still one of its target. False for other kinds.
 */
bool report_of_kind(struct report *report, const char *kind);
/* Of the line "a.b.C: message" of an exception, Java's or Python's. */
void report_exception(struct report *report, struct span line);
/* The first stack of that role, or NULL. */
const struct stack *
report_stack(const struct report *report, enum stack_role role);
/* SIGSEGV for "SEGV" or "SIGSEGV"; 0 for no name of a signal. */
int report_signal(struct span name);
/* "segv" for SIGSEGV; "trap" for what has no kind of its own. */
const char *report_signal_kind(int signal);

/*
 * For the parsers: appends a frame to the open stack, or opens one of the
 * role that was announced.
 */
void report_frame(struct report *report, const struct frame *frame);
/* The open stack, if any, has ended; the next one has this role. */
void report_expect(struct report *report, enum stack_role role);
/* What the open stack has so far is not where it went wrong: forget it. */
void report_restart_stack(struct report *report);
/* The stack that was the crash's until now is another's. */
void report_demote_crash(struct report *report);
/* So many frames at the top of the crash's stack only told of it. */
void report_cut_above(struct report *report, size_t frames);
/* The last frame that was taken; NULL when there is none. */
struct frame *report_last_frame(struct report *report);
/* "    #0 0x55 in f /a.c:3:1 (prog+0x12)"; false for any other line. */
bool frame_sanitizer(struct frame *frame, struct span line);
/* The same in two steps: up to the address, and what stands behind it. */
bool frame_head(struct frame *frame, struct span line, struct span *tail);
void frame_tail(struct frame *frame, struct span tail);
/* "#0  0x55 in f (x=1) at a.c:3" or "… from /lib/x.so"; false otherwise. */
bool frame_gdb(struct frame *frame, struct span line);
/* Takes "FILE:LINE" or "FILE:LINE:COLUMN" apart; false without a line. */
bool frame_place(struct frame *frame, struct span place);
/* Frames, access lines and headings, as all sanitizers print them. */
bool sanitizer_line(struct report *report, struct span line);
/* The rest of "…ERROR: NAME: rest" or "…WARNING: NAME: rest". */
struct span sanitizer_error(struct span line, const char *name);
/* The signals that every sanitizer's runtime catches: SEGV, FPE, ABRT… */
bool sanitizer_signal(struct report *report, struct span rest);

/* The same, else an error by its phrase or its name: "double-free". */
bool sanitizer_named(struct report *report, struct span rest);

extern const struct trace_parser parser_address, parser_hwaddress,
    parser_memory, parser_thread, parser_leak, parser_undefined,
    parser_undefined_signal, parser_libfuzzer, parser_gdb, parser_libc,
    parser_check, parser_chromium, parser_rust, parser_go, parser_go_race,
    parser_java, parser_python;

#endif

#include "symbolize.h"

#include <errno.h>
#include <stdlib.h>

#include "mem.h"
#include "msg.h"
#include "program.h"
#include "symbol_cache.h"
#include "symbol_module.h"

/* The first LLVM whose llvm-symbolizer writes JSON, and one far away. */
#define VERSION_MIN 13
#define VERSION_MAX 40
/* After so many in a row that do not answer, no more are tried. */
#define FAILURES_MAX 4
/* Of the names of one report, in bytes: a hostile module has long ones. */
#define NAMES_MAX ((size_t)16 << 20)

struct symbolizer {
	char *program; /* NULL: not looked for yet, or there is none */
	int64_t limit_ms;
	bool looked_for, told_missing;
	bool off; /* no more is tried, and that was told */
	/*
	 * The crash's stack has no place in a file. Else its sanitizer had a
	 * symbolizer, and what that could not name is not worth a word.
	 */
	bool needed;
	bool elsewhere; /* as the report has it */
	unsigned failures;
	uint64_t reports, questions;
	struct symbol_modules modules;
	struct symbol_cache cache;
	struct buf reply;
};

struct symbolizer *
symbolizer_new(const char *program, int64_t limit_ms)
{
	struct symbolizer *s = mem_calloc(1, sizeof *s);

	s->program = program == NULL ? NULL : mem_dup(program);
	s->looked_for = program != NULL;
	s->limit_ms = limit_ms;
	buf_init(&s->reply);
	return s;
}

void
symbolizer_free(struct symbolizer *s)
{
	if (s == NULL)
		return;
	symbol_modules_release(&s->modules);
	symbol_cache_release(&s->cache);
	buf_release(&s->reply);
	free(s->program);
	free(s);
}

char *
symbolizer_program(void)
{
	static const char *const variables[] = {
	    "LLVM_SYMBOLIZER_PATH", "ASAN_SYMBOLIZER_PATH"};
	char name[32], *found;

	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
		const char *path = getenv(variables[i]);

		/* ASan's may name an addr2line as well. */
		if (path != NULL &&
		    span_starts(
			span_basename(span_text(path)), "llvm-symbolizer") &&
		    (found = program_find(path)) != NULL)
			return found;
	}
	found = program_find("llvm-symbolizer");
	for (int v = VERSION_MAX; found == NULL && v >= VERSION_MIN; v--) {
		snprintf(name, sizeof name, "llvm-symbolizer-%d", v);
		found = program_find(name);
	}
	return found;
}

/* Whether there is a program; that there is none is told once. */
static bool
has_program(struct symbolizer *s)
{
	if (!s->looked_for)
		s->program = symbolizer_program();
	s->looked_for = true;
	if (s->program == NULL && s->needed && !s->told_missing) {
		s->told_missing = true;
		msg_warnx("there is no llvm-symbolizer in PATH: frames without "
			  "a function stay so");
	}
	return s->program != NULL;
}

/* It is of no use for this module: that is left. */
static void
refuse(struct symbolizer *s, struct symbol_module *m, const char *why)
{
	symbol_module_end(&s->modules, m);
	m->state = MODULE_REFUSED;
	msg_warnx("%s %s: %s is not symbolized", msg_quote(s->program), why,
	    msg_quote(m->path));
}

/* It does not work: after some of them in a row none is tried any more. */
static void
fail(struct symbolizer *s, struct symbol_module *m, const char *why)
{
	refuse(s, m, why);
	if (++s->failures < FAILURES_MAX)
		return;
	s->off = true;
	msg_warnx("%s is not used any more", msg_quote(s->program));
}

/* The answer, if it is one; NULL after that was told. */
static struct symbol_answer *
read_answer(struct symbolizer *s, struct symbol_module *m, uint64_t offset)
{
	struct symbol_answer *answer = symbol_answer_new(
	    (struct span){s->reply.data, s->reply.len}, offset);

	if (answer == NULL) {
		fail(s, m, "does not answer as llvm-symbolizer does");
		return NULL;
	}
	s->failures = 0;
	if (!answer->refused)
		return answer;
	refuse(s, m, "cannot read it");
	symbol_answer_free(answer);
	return NULL;
}

static struct symbol_answer *
question(struct symbolizer *s, struct symbol_module *m, uint64_t offset)
{
	if (symbol_module_start(&s->modules, m, s->program) < 0) {
		fail(s, m, strerror(errno));
		return NULL;
	}
	m->last_used = ++s->questions;
	switch (
	    symbol_process_ask(&m->process, offset, s->limit_ms, &s->reply)) {
	case SYMBOL_REPLY:
		return read_answer(s, m, offset);
	case SYMBOL_ENDED:
		fail(s, m, "ended without an answer");
		break;
	case SYMBOL_LATE:
		fail(s, m, "did not answer in time");
		break;
	case SYMBOL_NONSENSE:
		fail(s, m, "does not answer as llvm-symbolizer does");
		break;
	}
	return NULL;
}

/* Is the module on disk the one that the trace is of? */
static bool
is_build(
    const struct symbolizer *s, struct symbol_module *m, struct span build_id)
{
	if (build_id.len == 0)
		return !s->elsewhere;
	if (elffile_is_build(&m->elf, build_id))
		return true;
	if (!s->needed || m->told_other_build)
		return false;
	m->told_other_build = true;
	msg_warnx("%s is another build than the trace's: not symbolized",
	    msg_quote(m->path));
	return false;
}

static bool
lacks_name(const struct frame *f)
{
	return f->function.len == 0 && f->has_offset && f->file.len == 0;
}

static bool
has_place(const struct report *report)
{
	const struct stack *stack = report_stack(report, STACK_CRASH);

	for (size_t i = 0; stack != NULL && i < stack->count; i++)
		if (report->frames[stack->first + i].file.len > 0)
			return true;
	return false;
}

static const struct symbol_answer *
ask(struct symbolizer *s, const struct frame *f)
{
	struct symbol_module *m =
	    symbol_module_find(&s->modules, f->module, s->reports);
	const struct symbol_answer *known;
	struct symbol_answer *answer;

	/* Of what is no code a symbolizer tells the nearest symbol. */
	if (m == NULL || m->state != MODULE_READY ||
	    !is_build(s, m, f->build_id) ||
	    !elffile_has_code(&m->elf, f->offset))
		return NULL;
	known = symbol_cache_get(&s->cache, m->build, f->offset);
	if (known != NULL || s->off || !has_program(s))
		return known;
	answer = question(s, m, f->offset);
	if (answer != NULL)
		symbol_cache_put(&s->cache, m->build, f->offset, answer);
	return answer;
}

/* The frames that are made, and the text that their names lie in. */
struct naming {
	struct frame *frames;
	size_t count, cap;
	char *text;
	size_t len;
};

static struct span
keep(struct naming *n, struct span s)
{
	struct span kept = {n->text + n->len, s.len};

	if (s.len == 0)
		return SPAN_NONE;
	memcpy(n->text + n->len, s.at, s.len);
	n->len += s.len;
	return kept;
}

/* One frame, or as many as functions are inlined into each other there. */
static void
add_frames(struct naming *n, const struct frame *f,
    const struct symbol_answer *answer, size_t room)
{
	size_t count = answer == NULL ? 0 : answer->count;

	for (size_t i = 0; i < (count > 0 ? count : 1) && i < room; i++) {
		MEM_GROW(n->frames, n->count, n->cap);
		n->frames[n->count] = *f;
		if (count > 0) {
			const struct frame *a = &answer->frames[i];
			struct frame *named = &n->frames[n->count];

			named->function = keep(n, a->function);
			named->file = keep(n, a->file);
			named->line = a->line;
			named->column = a->column;
		}
		n->count++;
	}
}

static void
rewrite(struct report *report, const struct symbol_answer *const *answers,
    size_t text_len)
{
	struct naming n = {.text = mem_alloc(text_len + 1)};

	for (size_t i = 0; i < report->stack_count; i++) {
		struct stack *stack = &report->stacks[i];
		size_t first = n.count;

		for (size_t k = 0; k < stack->count; k++)
			add_frames(&n, &report->frames[stack->first + k],
			    answers[stack->first + k],
			    first + TRACE_STACK_MAX - n.count);
		stack->first = first;
		stack->count = n.count - first;
	}
	free(report->frames);
	report->frames = n.frames;
	report->frame_count = n.count;
	report->frame_cap = n.cap;
	free(report->names);
	report->names = n.text;
}

void
symbolizer_report(struct symbolizer *s, struct report *report)
{
	const struct symbol_answer **answers;
	size_t len = 0, i = 0;

	while (i < report->frame_count && !lacks_name(&report->frames[i]))
		i++;
	if (i == report->frame_count)
		return;
	s->reports++;
	s->needed = !has_place(report);
	s->elsewhere = report->elsewhere;
	symbol_cache_bound(&s->cache);
	symbol_modules_bound(&s->modules);
	answers = mem_calloc(report->frame_count, sizeof *answers);
	for (; i < report->frame_count && len < NAMES_MAX; i++) {
		if (!lacks_name(&report->frames[i]))
			continue;
		answers[i] = ask(s, &report->frames[i]);
		if (answers[i] == NULL || answers[i]->count == 0)
			continue;
		len += answers[i]->text_len;
		report->symbolized++;
	}
	if (report->symbolized > 0)
		rewrite(report, answers, len);
	free(answers);
}

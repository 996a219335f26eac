# targets.mk - the example fuzz targets, each in four builds.
#
# Included by the top-level Makefile, which sets build.  "make targets" makes
# $(build)/targets/NAME.libfuzzer, .afl, .oracle and .asan-gcc for every NAME
# in $(targets).

targets := chunks clean dates ini labels ledger runs sheet

FUZZ_CC ?= clang
AFL_CC ?= afl-clang-fast
GCC ?= gcc

targets_src := tests/targets
targets_out := $(build)/targets

# Every frame stays in the trace: none is left out or reused by a tail call.
targets_cflags := -std=gnu11 -g -O1 -Wall -Wextra -MMD -MP \
	-fno-omit-frame-pointer -fno-optimize-sibling-calls
targets_sanitize := -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined

targets_kinds := libfuzzer afl oracle asan-gcc
targets_files := $(foreach kind,$(targets_kinds),\
	$(targets:%=$(targets_out)/%.$(kind)))

.PHONY: targets
targets: $(targets_files)

$(targets_out):
	mkdir -p $@

# libFuzzer brings its own main.
$(targets:%=$(targets_out)/%.libfuzzer.o): $(targets_out)/%.libfuzzer.o: \
		$(targets_src)/%.c | $(targets_out)
	$(FUZZ_CC) $(targets_cflags) $(targets_sanitize) -fsanitize=fuzzer-no-link \
		-c -o $@ $<

$(targets:%=$(targets_out)/%.libfuzzer): $(targets_out)/%.libfuzzer: \
		$(targets_out)/%.libfuzzer.o
	$(FUZZ_CC) $(targets_sanitize) -fsanitize=fuzzer -o $@ $^

# AFL_USE_UBSAN would trap without a word, so the flags are given outright.
$(targets:%=$(targets_out)/%.afl.o) $(targets_out)/afl_main.afl.o: \
		$(targets_out)/%.afl.o: $(targets_src)/%.c | $(targets_out)
	AFL_QUIET=1 $(AFL_CC) $(targets_cflags) $(targets_sanitize) -c -o $@ $<

$(targets:%=$(targets_out)/%.afl): $(targets_out)/%.afl: \
		$(targets_out)/%.afl.o $(targets_out)/afl_main.afl.o
	AFL_QUIET=1 $(AFL_CC) $(targets_sanitize) -o $@ $^

# The oracle has no sanitizer: it ends before the bug.
$(targets:%=$(targets_out)/%.oracle.o) $(targets_out)/oracle_main.oracle.o: \
		$(targets_out)/%.oracle.o: $(targets_src)/%.c | $(targets_out)
	$(CC) $(targets_cflags) -O0 -DORACLE -c -o $@ $<

$(targets:%=$(targets_out)/%.oracle): $(targets_out)/%.oracle: \
		$(targets_out)/%.oracle.o $(targets_out)/oracle_main.oracle.o
	$(CC) -o $@ $^

$(targets:%=$(targets_out)/%.asan-gcc.o) \
		$(targets_out)/oracle_main.asan-gcc.o: \
		$(targets_out)/%.asan-gcc.o: $(targets_src)/%.c | $(targets_out)
	$(GCC) $(targets_cflags) $(targets_sanitize) -c -o $@ $<

$(targets:%=$(targets_out)/%.asan-gcc): $(targets_out)/%.asan-gcc: \
		$(targets_out)/%.asan-gcc.o $(targets_out)/oracle_main.asan-gcc.o
	$(GCC) $(targets_sanitize) -o $@ $^

-include $(wildcard $(targets_out)/*.d)

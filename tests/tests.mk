# Tests: how they are built and run.


unit_sources := $(wildcard tests/unit/*.c)
unit_tests := $(unit_sources:tests/unit/%.c=$(build)/unit/%)

# A unit test links every library of ours; the linker takes what it needs.
unit_pkgs := cmocka libpcre2-8 libxxhash jansson $(store_pkgs)
$(unit_tests): $(build)/unit/%: $(build)/obj/tests/unit/%.o \
		$(call archives_of,store engine crash pf)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ \
		-Wl,--start-group $^ -Wl,--end-group \
		$(shell $(PKG_CONFIG) --libs $(unit_pkgs)) $(LDLIBS)

# Where recorded files are, wherever a test is run from.
$(build)/obj/tests/unit/%.o: \
	cppflags += -DUNIT_FIXTURES='"$(abspath tests/fixtures)"'

# A fuzz harness is built twice: with a main that replays its corpus, which is
# one test, and as a libFuzzer target.
fuzz_names := $(patsubst tests/fuzz/%.c,%,\
	$(filter-out %/replay_main.c,$(wildcard tests/fuzz/*.c)))
fuzz_replays := $(fuzz_names:%=$(build)/unit/fuzz_%)
fuzz_targets := $(fuzz_names:%=$(build)/bin/fuzz_%)
fuzz_pkgs := libpcre2-8 libxxhash jansson $(store_pkgs) libzstd zlib
fuzz_archives := $(call archives_of,store engine crash pf)
fuzz_objects := $(fuzz_names:%=$(build)/obj/tests/fuzz/%.o)
.SECONDARY: $(fuzz_objects)

$(build)/obj/tests/fuzz/record.o: \
	cppflags += $(shell $(PKG_CONFIG) --cflags libpq)
$(fuzz_replays): $(build)/unit/fuzz_%: tests/fuzz/replay_main.c \
		$(build)/obj/tests/fuzz/%.o $(fuzz_archives)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(compile) -MF $(build)/obj/tests/fuzz/$*.replay.d $(LDFLAGS) \
		-DFUZZ_CORPUS='"$(abspath tests/fuzz/corpus/$*)"' -o $@ \
		-Wl,--start-group $^ -Wl,--end-group \
		$(shell $(PKG_CONFIG) --libs $(fuzz_pkgs)) $(LDLIBS)

$(fuzz_targets): $(build)/bin/fuzz_%: $(build)/obj/tests/fuzz/%.o \
		$(fuzz_archives)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ \
		-Wl,--start-group $^ -Wl,--end-group \
		$(shell $(PKG_CONFIG) --libs $(fuzz_pkgs)) $(LDLIBS)

# tests/unit/ship_backoff.c is of pf-ship, as is a harness of that name: it
# links that program's objects too, all but the one with main.
define test_of_program
$(build)/lib/$(1).a: $$(filter-out %/$(1).o,$$(call objects_of,src/$(1)))
	@mkdir -p $$(@D)
	$$(call say,AR,$$@)
	$$(quiet)rm -f $$@ && $$(AR) rcs $$@ $$^
$(2): $(build)/lib/$(1).a
$(2): unit_pkgs += $($(1)_pkgs)
$(2): fuzz_pkgs += $($(1)_pkgs)
endef
tests_of = $(filter $(foreach d,unit/ unit/fuzz_ bin/fuzz_,\
	$(1:pf-%=$(build)/$(d)%_%)),$(unit_tests) $(fuzz_replays) $(fuzz_targets))
$(foreach p,$(programs),$(if $(call tests_of,$(p)),$(eval \
	$(call test_of_program,$(p),$(call tests_of,$(p))))))

# make fuzz: each target for FUZZ_SECONDS; what it finds goes to build/fuzz.
FUZZ_SECONDS ?= 10
fuzz_flags := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
.PHONY: fuzz fuzz-run
fuzz:
	+$(MAKE) --no-print-directory build=$(build)/fuzz CC=$(FUZZ_CC) \
		CFLAGS='$(fuzz_flags)' LDFLAGS='-fsanitize=address,undefined' \
		FUZZ_SECONDS=$(FUZZ_SECONDS) fuzz-run
fuzz-run: $(fuzz_targets)
	for name in $(fuzz_names); do \
		mkdir -p $(build)/corpus/$$name && \
		$(build)/bin/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) \
			-print_final_stats=1 -max_len=8192 \
			-artifact_prefix=$(build)/$$name- \
			$(build)/corpus/$$name tests/fuzz/corpus/$$name || exit; \
	done

# Some tests run the README's commands and must not run them again.
.PHONY: test-programs run-tests
test-programs: all $(unit_tests) $(fuzz_replays)

run-tests: test-programs
	PF_BUILD=$(abspath $(build)) tests/run

check: deps
	+$(MAKE) --no-print-directory targets
	+$(MAKE) --no-print-directory WERROR=1 run-tests

asan_flags := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
asan: deps
	+$(MAKE) --no-print-directory targets
	+$(MAKE) --no-print-directory build=build/asan WERROR=1 \
		CFLAGS='$(asan_flags)' LDFLAGS='$(asan_flags)' run-tests

bench_names := $(patsubst tests/bench/%.c,%,$(wildcard tests/bench/*.c))
bench_programs := $(bench_names:%=$(build)/bench/%)
$(build)/obj/tests/bench/store.o $(build)/obj/tests/bench/claims.o: \
	cppflags += $(shell $(PKG_CONFIG) --cflags libpq)

$(bench_programs): $(build)/bench/%: $(build)/obj/tests/bench/%.o \
		$(call archives_of,store crash pf)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$(shell $(PKG_CONFIG) --libs $(fuzz_pkgs)) $(LDLIBS)

bench: all $(bench_programs)
	tests/bench/run

c_files = $(wildcard src/*/*.[ch] tests/*/*.[ch])
sh_files = $(wildcard bin/* tests/run tests/postgresql tests/validate tests/demo tests/lint \
	tests/bench/run $(filter-out %/dedup.bench,$(wildcard tests/bench/*.bench)) tests/targets/check tests/targets/grouping tests/targets/sanitized \
	tests/fakes/honggfuzz cron/*.sh) .ci/run

lint: deps
	+$(MAKE) --no-print-directory lint-only
.PHONY: lint-only
lint-only: cppflags += $(shell $(PKG_CONFIG) --cflags libpq)
lint-only:
	clang-format --dry-run -Werror $(c_files)
	shellcheck $(sh_files)
	mandoc -T lint -W warning $(pages)
	@printf '%s\n' $(filter src/%.c,$(c_files)) | xargs -P 2 -n 12 \
		sh -c 'clang-tidy --quiet "$$@" -- -std=c11 $(subst ','\'',$(cppflags))' \
		clang-tidy >$(build)/tidy.log 2>&1 || \
		{ grep -E -A 4 'error:|warning:' $(build)/tidy.log; exit 1; }

format:
	clang-format -i $(c_files)

demo: deps
	+$(MAKE) --no-print-directory all targets
	tests/demo

# Tests: how they are built and run.

-include tests/fuzz/fuzz.mk

unit_sources := $(wildcard tests/unit/*.c)
unit_tests := $(unit_sources:tests/unit/%.c=$(build)/unit/%)

# A unit test links every library of ours; the linker takes what it needs.
unit_pkgs := cmocka libpcre2-8 libxxhash jansson sqlite3
$(unit_tests): $(build)/unit/%: $(build)/obj/tests/unit/%.o \
		$(call archives_of,store engine crash pf)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$(shell $(PKG_CONFIG) --libs $(unit_pkgs)) $(LDLIBS)

# Some tests run the README's commands and must not run them again.
.PHONY: test-programs run-tests
test-programs: all $(unit_tests)

run-tests: test-programs
	PF_BUILD=$(abspath $(build)) tests/run

check: deps
	+$(MAKE) --no-print-directory WERROR=1 run-tests

asan_flags := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
asan: deps
	+$(MAKE) --no-print-directory build=build/asan WERROR=1 \
		CFLAGS='$(asan_flags)' LDFLAGS='$(asan_flags)' run-tests

bench: all
	tests/bench/run

c_files = $(wildcard src/*/*.[ch] tests/*/*.[ch])
sh_files = $(wildcard bin/* tests/run tests/validate tests/demo tests/lint \
	tests/bench/run tests/targets/check cron/*.sh) .ci/run

lint: deps
	+$(MAKE) --no-print-directory lint-only
.PHONY: lint-only
lint-only:
	clang-format --dry-run -Werror $(c_files)
	shellcheck $(sh_files)
	mandoc -T lint -W warning $(pages)
	clang-tidy --quiet $(filter src/%.c,$(c_files)) -- \
		-std=c11 $(cppflags)

format:
	clang-format -i $(c_files)

demo: deps
	+$(MAKE) --no-print-directory all targets
	tests/demo

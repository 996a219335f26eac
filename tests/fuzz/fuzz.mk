# fuzz.mk - the libFuzzer harnesses: tests/fuzz/NAME.c is build/fuzz/NAME.
#
#	make fuzz                    builds them
#	build/fuzz/NAME -max_total_time=600 DIR [FIXTURES]

FUZZ_CC ?= clang
fuzz_flags := -O1 -g -fno-omit-frame-pointer \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
fuzz_libs := $(wildcard src/libcrash/*.c src/libpf/*.c)
fuzz_pkgs := libpcre2-8 libxxhash jansson
fuzz_sources := $(wildcard tests/fuzz/*.c)
fuzz_harnesses := $(fuzz_sources:tests/fuzz/%.c=$(build)/fuzz/%)

.PHONY: fuzz
fuzz: $(fuzz_harnesses)

$(fuzz_harnesses): $(build)/fuzz/%: tests/fuzz/%.c $(fuzz_libs) \
		share/pf-dedup.rules
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(quiet)$(FUZZ_CC) -std=c11 $(cppflags) $(fuzz_flags) -o $@ \
		$< $(fuzz_libs) $(shell $(PKG_CONFIG) --libs $(fuzz_pkgs))

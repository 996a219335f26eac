# pf: continuous fuzzing as Unix filters.
#
#	make            build/bin holds every program and script
#	make demo       fuzz the example targets, build/demo/report.html
#	make check      every test
#	make asan       the tests under AddressSanitizer and UBSan
#	make lint bench install uninstall clean
#
# CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR are yours to set.

VERSION := 0.1

build ?= build
PREFIX ?= /usr/local
bindir ?= $(PREFIX)/bin
mandir ?= $(PREFIX)/share/man
datadir ?= $(PREFIX)/share/pf

programs := pf-backup pf-dedup pf-ingest pf-job pf-reap pf-replay pf-report \
	pf-run pf-serve pf-ship pf-stats
scripts := $(notdir $(wildcard bin/pf-*))

store_pkgs := sqlite3 libpq
# What each program stands on: our libraries in link order, then pkg-config's.
pf-backup_libs := pf
pf-backup_pkgs := libarchive libzstd libxxhash jansson
pf-dedup_libs := crash pf
pf-dedup_pkgs := libpcre2-8 libxxhash jansson
pf-ingest_libs := store pf
pf-ingest_pkgs := $(store_pkgs) libxxhash jansson libzstd zlib
pf-job_libs := store engine pf
pf-job_pkgs := $(store_pkgs) libconfuse libxxhash jansson
pf-reap_libs := store pf
pf-reap_pkgs := $(store_pkgs) libxxhash jansson
pf-replay_libs := crash pf
pf-replay_pkgs := libpcre2-8 libxxhash jansson
pf-report_libs := store pf
pf-report_pkgs := $(store_pkgs) libxxhash jansson
pf-run_libs := engine pf
pf-run_pkgs := libxxhash jansson
pf-serve_libs := store pf
pf-serve_pkgs := $(store_pkgs) libmicrohttpd libcrypto libconfuse libxxhash \
	jansson libzstd zlib
pf-ship_libs := pf
pf-ship_pkgs := libcurl libxxhash jansson libzstd zlib
pf-stats_libs := engine pf
pf-stats_pkgs := libxxhash jansson
libraries := pf engine crash store

warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings \
	-Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough -Wnull-dereference \
	-Werror=implicit-function-declaration
hardening := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
CFLAGS ?= -O2 -g $(hardening)
LDFLAGS ?= -pie -Wl,-z,relro,-z,now
PKG_CONFIG ?= pkg-config
# WERROR=1 in check, asan and CI: a new compiler's warning does not stop a user.
werror := $(if $(WERROR),-Werror)

cppflags := -D_GNU_SOURCE -DPF_VERSION='"$(VERSION)"' -Isrc -Isrc/libpf \
	-include src/libpf/banned.h
compile = $(CC) -std=c11 $(cppflags) $(warnings) $(werror) $(CPPFLAGS) \
	$(CFLAGS) -MMD -MP

objects_of = $(patsubst %.c,$(build)/obj/%.o,$(wildcard $(1)/*.c))
archives_of = $(patsubst %,$(build)/lib/lib%.a,$(1))

# One short line a step; V=1 shows the commands.
say = @$(if $(V),:,printf '  %-4s %s\n' $(1) $(2))
quiet := $(if $(V),,@)

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all asan bench check clean demo deps format install lint uninstall

all: $(programs:%=$(build)/bin/%) $(scripts:%=$(build)/bin/%)

$(build)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(quiet)$(compile) -c -o $@ $<

define library
$(build)/lib/lib$(1).a: $$(call objects_of,src/lib$(1))
	@mkdir -p $$(@D)
	$(call say,AR,$$@)
	$(quiet)rm -f $$@ && $(AR) rcs $$@ $$^
endef
$(foreach l,$(libraries),$(eval $(call library,$(l))))

$(build)/obj/src/libstore/%.o: cppflags += $(shell $(PKG_CONFIG) --cflags libpq)

# The default rules are compiled in.
$(build)/obj/src/libcrash/rules_default.o: share/pf-dedup.rules
# So is what can be asked.
$(build)/obj/src/pf-serve/openapi.o: share/openapi.json

define program
$(build)/bin/$(1): $$(call objects_of,src/$(1)) $$(call archives_of,$$($(1)_libs))
	@mkdir -p $$(@D)
	$(call say,LD,$$@)
	$(quiet)$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ \
		$$(shell $(PKG_CONFIG) --libs $$($(1)_pkgs)) $$(LDLIBS)
endef
$(foreach p,$(programs),$(eval $(call program,$(p))))

$(scripts:%=$(build)/bin/%): $(build)/bin/%: bin/%
	@mkdir -p $(@D) && cp $< $@ && chmod 755 $@

-include tests/targets/targets.mk
include tests/tests.mk

deps:
	@bin/deps --install build test

pages := $(wildcard man/*.[1-8]) $(wildcard src/pf-*/pf-*.1)

install: all
	mkdir -p $(DESTDIR)$(bindir) $(DESTDIR)$(datadir) \
		$(DESTDIR)$(mandir)/man1 $(DESTDIR)$(mandir)/man5 \
		$(DESTDIR)$(mandir)/man7
	install -m 755 $(programs:%=$(build)/bin/%) $(scripts:%=bin/%) \
		$(DESTDIR)$(bindir)
	install -m 644 $(wildcard share/*) $(DESTDIR)$(datadir)
	for page in $(pages); do install -m 644 $$page \
		$(DESTDIR)$(mandir)/man$${page##*.}/ || exit 1; done

uninstall:
	rm -f $(addprefix $(DESTDIR)$(bindir)/,$(programs) $(scripts))
	rm -f $(addprefix $(DESTDIR)$(datadir)/,$(notdir $(wildcard share/*)))
	for page in $(notdir $(pages)); do \
		rm -f $(DESTDIR)$(mandir)/man$${page##*.}/$$page || exit 1; done
	rmdir $(DESTDIR)$(datadir)

clean:
	rm -rf $(build)

-include $(shell find $(build)/obj -name '*.d' 2>/dev/null)

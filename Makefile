# SPDX-License-Identifier: Apache-2.0
#
# Weighbridge. `make help` lists the targets.
#
# Everything that is built lies below build/; one folder per variant:
#   build/        release        build/asan/  AddressSanitizer and UBSan
#   build/tsan/   ThreadSanitizer build/fuzz/ libFuzzer (clang)

VERSION := $(shell sed -n 's/^\#define WB_VERSION "\(.*\)"/\1/p' \
	engine/weighbridge.h)
SOVERSION := 0

CC ?= gcc
CLANG ?= clang
AR ?= ar
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build
RUNS ?= 100000
PAIRS ?= 1000000

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes
OPT ?= -O2 -g
SANITIZE ?=

# ---- what the project stands on (Debian 12 names) ----

LIB_PACKAGES := libpcre2-8 yaml-0.1 libsodium libmaxminddb
APP_PACKAGES := libmicrohttpd
DEPS := gcc libc6-dev make pkg-config libpcre2-dev libyaml-dev libsodium-dev \
	libmaxminddb-dev libmicrohttpd-dev
LINT_DEPS := clang clang-format
CHECK_DEPS := $(LINT_DEPS) libclang-rt-14-dev g++ python3 python3-yaml \
	python3-jsonschema curl nginx valgrind libjansson-dev procps mandoc caddy \
	haproxy zstd chromium apache2 redis-server prometheus parallel iproute2
# Node may be there without Debian's package of it.
CHECK_DEPS += $(shell command -v npm >/dev/null || echo nodejs npm)

# Features: on when their library is found; WITH_X=0 leaves one out.
#   feature X, the command that finds it, its package, VARIABLE, what goes there
define feature
WITH_$(1) ?= $$(shell $(2) >/dev/null 2>&1 && echo 1 || echo absent)
ifneq ($$(WITH_$(1)),0)
DEPS += $(3)
endif
ifeq ($$(WITH_$(1)),1)
$(4) += $(5)
CPPFLAGS += -DWITH_$(1)
endif
endef
found = $(PKG_CONFIG) --exists

$(eval $(call feature,SECP256K1,$(found) 'libsecp256k1 >= 0.2',\
	libsecp256k1-dev,LIB_PACKAGES,libsecp256k1))
# LMDB has no pkg-config file in Debian 12: its header is asked for.
$(eval $(call feature,LMDB,echo '\#include <lmdb.h>' | $(CC) $(CPPFLAGS) -E -,\
	liblmdb-dev,PLAIN_LIBS,-llmdb))
# Claims that several nodes share, in a server of the Redis protocol.
$(eval $(call feature,HIREDIS,$(found) hiredis,\
	libhiredis-dev,LIB_PACKAGES,hiredis))
# Logs that are compressed: libraries of the program, not of libweighbridge.
$(eval $(call feature,ZLIB,$(found) zlib,zlib1g-dev,REPLAY_PACKAGES,zlib))
$(eval $(call feature,ZSTD,$(found) libzstd,libzstd-dev,REPLAY_PACKAGES,libzstd))

pc = $(shell $(PKG_CONFIG) $(1) $(2) 2>/dev/null)

CPPFLAGS += -Iengine -D_GNU_SOURCE
CFLAGS += -std=c11 $(OPT) $(WARN) -fvisibility=hidden -fPIC -pthread \
	-fno-strict-aliasing $(SANITIZE)
LDFLAGS += -pthread $(SANITIZE)
LIB_CFLAGS = $(call pc,--cflags,$(LIB_PACKAGES) $(APP_PACKAGES) \
	$(REPLAY_PACKAGES))
LIB_LIBS = $(call pc,--libs,$(LIB_PACKAGES)) $(PLAIN_LIBS)
REPLAY_LIBS = $(call pc,--libs,$(REPLAY_PACKAGES)) -lm
APP_LIBS = $(call pc,--libs,$(APP_PACKAGES)) $(REPLAY_LIBS) -lm

# ---- what there is ----

FLOORS := base config request state classify payment pricing
LIB_SRC := $(foreach f,$(FLOORS),$(wildcard engine/$(f)/*.c)) \
	$(wildcard engine/*.c)
APP_SRC := $(wildcard engine/sidecar/*.c engine/replay/*.c engine/cli/*.c)
UNIT_SRC := $(wildcard test/unit/*.c)
TOOL_SRC := $(wildcard test/tools/*.c)
FUZZ_SRC := $(wildcard test/fuzz/*_fuzz.c)
BENCH_SRC := $(wildcard bench/*.c)
SHIPPED := $(wildcard rules/*.yaml policy/*.yaml)
SNIPPETS := $(wildcard engine/cli/snippets/*/*)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_OBJ := $(call obj,$(LIB_SRC)) $(BUILD)/obj/shipped.o
APP_OBJ := $(call obj,$(APP_SRC)) $(BUILD)/obj/snippets.o
UNIT_BIN := $(patsubst test/unit/%.c,$(BUILD)/test/%,$(UNIT_SRC))
TOOL_BIN := $(patsubst test/tools/%.c,$(BUILD)/test/%,$(TOOL_SRC))
CORPUS_BIN := $(patsubst test/fuzz/%_fuzz.c,$(BUILD)/test/corpus-%,$(FUZZ_SRC))
FUZZ_BIN := $(patsubst test/fuzz/%.c,$(BUILD)/%,$(FUZZ_SRC))
ALONE := $(BUILD)/test/sidecar-alone
SIDECAR := $(BUILD)/sidecar.a
REPLAY := $(BUILD)/replay.a
BENCH_BIN := $(patsubst bench/%.c,$(BUILD)/bench/%,$(BENCH_SRC))

STATIC := $(BUILD)/libweighbridge.a
SHARED := $(BUILD)/libweighbridge.so.$(SOVERSION)
PROGRAM := $(BUILD)/weighbridge

.PHONY: all deps check-deps serve check check-asan check-tsan check-valgrind \
	fuzz bench eval \
	lint accept install uninstall deb dist clean help tests

all: $(STATIC) $(SHARED) $(PROGRAM)

help:
	@echo 'make deps       install what the build needs'
	@echo 'make            build library and program into build/'
	@echo 'make serve      install what is missing, build, start the sidecar'
	@echo 'make check      install what tests need, build, run all tests'
	@echo 'make check-asan, check-tsan   the tests under sanitizers'
	@echo 'make check-valgrind   unit tests, sidecar and replay under memcheck'
	@echo 'make fuzz RUNS=n              every fuzzer for n runs'
	@echo 'make bench      speed, as ratios in one run'
	@echo 'make properties a million random pairs of policy and request (PAIRS=)'
	@echo 'make eval EVAL_DATA=FOLDER    what the rules call labelled requests'
	@echo 'make WITH_SECP256K1=0         without the check of signatures'
	@echo 'make WITH_LMDB=0              without claims that survive a restart'
	@echo 'make WITH_HIREDIS=0           without claims that nodes share'
	@echo 'make WITH_ZLIB=0 WITH_ZSTD=0  without compressed logs'
	@echo 'make lint       floors, doors, layout, warnings of both compilers'
	@echo 'make accept     rewrite golden files; read the diff'
	@echo 'make install, uninstall       PREFIX=$(PREFIX) DESTDIR='
	@echo 'make deb        a Debian package in build/'
	@echo 'make dist, clean, help'

# ---- building ----

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(LIB_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Shipped rules and policies are part of the library, proxies' templates of
# the program.
$(BUILD)/gen/shipped.c: engine/base/shipped.sh $(SHIPPED)
	@mkdir -p $(@D)
	sh $< shipped_files $(SHIPPED) > $@.new && mv $@.new $@

$(BUILD)/gen/snippets.c: engine/base/shipped.sh $(SNIPPETS)
	@mkdir -p $(@D)
	sh $< snippet_files $(SNIPPETS) > $@.new && mv $@.new $@

$(BUILD)/obj/%.o: $(BUILD)/gen/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(STATIC): $(LIB_OBJ)
	rm -f $@
	$(AR) qcs $@ $^

# The report's style and script are parts of the program.
$(BUILD)/obj/engine/replay/page_files.o: engine/replay/page/style.css \
	engine/replay/page/script.js

$(SHARED): $(LIB_OBJ)
	$(CC) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,-z,defs -o $@ $^ $(LIB_LIBS)
	ln -sf $(@F) $(BUILD)/libweighbridge.so

$(PROGRAM): $(APP_OBJ) $(STATIC)
	$(CC) $(LDFLAGS) -o $@ $(APP_OBJ) $(STATIC) $(LIB_LIBS) $(APP_LIBS)

$(BUILD)/test/%: test/unit/%.c $(REPLAY) $(STATIC)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itest $(LIB_CFLAGS) $(CFLAGS) -MMD -MP -MF $@.d \
		$(LDFLAGS) -o $@ $< $(REPLAY) $(STATIC) $(LIB_LIBS) \
		$(REPLAY_LIBS) -ldl

$(BUILD)/test/%: test/tools/%.c $(STATIC)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itest $(LIB_CFLAGS) $(CFLAGS) -MMD -MP -MF $@.d \
		$(LDFLAGS) -o $@ $< $(STATIC) $(LIB_LIBS)

# The sidecar's parts, for fuzzers, and all of it with a stand-in for the
# engine behind.
$(SIDECAR): $(filter $(BUILD)/obj/engine/sidecar/%,$(APP_OBJ))
	rm -f $@
	$(AR) qcs $@ $^

# The replay's parts, for unit tests and fuzzers.
$(REPLAY): $(filter $(BUILD)/obj/engine/replay/%,$(APP_OBJ))
	rm -f $@
	$(AR) qcs $@ $^

$(ALONE): test/sidecar/engine.c $(SIDECAR)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(APP_LIBS)

# A fuzzer without libFuzzer: runs the files of its corpus once.
$(BUILD)/test/corpus-%: test/fuzz/%_fuzz.c test/fuzz/corpus.c \
		$(wildcard test/fuzz/*.h) $(SIDECAR) $(REPLAY) $(STATIC)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itest $(LIB_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< \
		test/fuzz/corpus.c $(SIDECAR) $(REPLAY) $(STATIC) $(LIB_LIBS) \
		$(REPLAY_LIBS) -ljansson

$(BUILD)/%_fuzz: test/fuzz/%_fuzz.c $(wildcard test/fuzz/*.h) $(SIDECAR) \
		$(REPLAY) $(STATIC)
	$(CC) $(CPPFLAGS) -Itest $(LIB_CFLAGS) $(CFLAGS) $(LDFLAGS) \
		-fsanitize=fuzzer -o $@ $< $(SIDECAR) $(REPLAY) $(STATIC) \
		$(LIB_LIBS) $(REPLAY_LIBS) -ljansson

$(BUILD)/bench/%: bench/%.c $(STATIC)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itest $(LIB_CFLAGS) $(CFLAGS) -MMD -MP -MF $@.d \
		$(LDFLAGS) -o $@ $< $(STATIC) $(LIB_LIBS) $(APP_LIBS) \
		$(shell sed -n 's/^ \* Links: //p' $<)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- installing what is missing ----

deps:
	@sh test/install-deps.sh build $(DEPS)

check-deps: deps
	@sh test/install-deps.sh check $(CHECK_DEPS)

serve: deps
	@$(MAKE) --no-print-directory -s all
	@exec $(PROGRAM) serve

# ---- testing ----

tests: all $(UNIT_BIN) $(TOOL_BIN) $(CORPUS_BIN) $(ALONE)

check: check-deps
	@$(MAKE) --no-print-directory -s tests
	@sh test/run $(BUILD)

check-asan: check-deps
	@$(MAKE) --no-print-directory -s tests BUILD=build/asan OPT='-O1 -g' \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'
	@sh test/run build/asan

# At -O1 with this sanitizer gcc 12 gets a comparison of two booleans wrong.
check-tsan: check-deps
	@$(MAKE) --no-print-directory -s tests BUILD=build/tsan OPT='-O2 -g' \
		SANITIZE='-fsanitize=thread'
	@sh test/run build/tsan

# An hour, on two cores.
check-valgrind: check-deps
	@$(MAKE) --no-print-directory -s tests
	@sh test/valgrind.sh $(BUILD)

fuzz: check-deps
	@$(MAKE) --no-print-directory -s fuzzers BUILD=build/fuzz CC=$(CLANG) \
		OPT='-O1 -g' \
		SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
	@sh test/fuzz/run build/fuzz $(RUNS) $(FUZZ)

.PHONY: fuzzers benches properties
fuzzers: $(FUZZ_BIN)
benches: all $(BENCH_BIN) $(BUILD)/test/log-lines

# What must hold of every price: none free, cheaper or 0 that should not be.
properties: $(BUILD)/test/pricing_property
	@WB_PAIRS=$(PAIRS) $(BUILD)/test/pricing_property

bench: check-deps
	@$(MAKE) --no-print-directory -s benches
	@sh bench/run $(BUILD)

# Labelled requests are the caller's: bench/README.md says in which form.
eval: deps
	@$(MAKE) --no-print-directory -s all
	@if [ -z "$(EVAL_DATA)" ]; then echo 'eval: give EVAL_DATA=FOLDER, see' \
		'bench/README.md' >&2; exit 2; fi
	@WB_BUILD=$(BUILD) bench/eval $(EVAL_DATA)

lint: deps
	@sh test/install-deps.sh check $(LINT_DEPS)
	@sh test/lint/run

accept:
	@$(MAKE) --no-print-directory -s tests
	@WB_ACCEPT=1 sh test/run $(BUILD)

# ---- installing ----

DOC = $(DESTDIR)$(PREFIX)/share/doc/weighbridge
# Those that do not start from the sources.
EXAMPLES = $(filter-out examples/stack examples/docker examples/node_modules,\
	$(patsubst %/,%,$(wildcard examples/*/)))

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
		$(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man3 \
		$(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/man/man7 \
		$(DESTDIR)$(PREFIX)/share/weighbridge/rules \
		$(DESTDIR)$(PREFIX)/share/weighbridge/policy
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/
	install -m 644 engine/weighbridge.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(STATIC) $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $(SHARED) \
		$(DESTDIR)$(PREFIX)/lib/libweighbridge.so.$(VERSION)
	ln -sf libweighbridge.so.$(VERSION) \
		$(DESTDIR)$(PREFIX)/lib/libweighbridge.so.$(SOVERSION)
	ln -sf libweighbridge.so.$(SOVERSION) \
		$(DESTDIR)$(PREFIX)/lib/libweighbridge.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' \
		-e 's|@REQUIRES@|$(LIB_PACKAGES)|' \
		-e 's|@LIBS@|$(PLAIN_LIBS)|' engine/weighbridge.pc.in \
		> $(DESTDIR)$(PREFIX)/lib/pkgconfig/weighbridge.pc
	install -m 644 man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 man/*.3 $(DESTDIR)$(PREFIX)/share/man/man3/
	install -m 644 man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 man/*.7 $(DESTDIR)$(PREFIX)/share/man/man7/
	install -m 644 rules/*.yaml $(DESTDIR)$(PREFIX)/share/weighbridge/rules/
	install -m 644 policy/*.yaml $(DESTDIR)$(PREFIX)/share/weighbridge/policy/
	install -d $(DOC)
	tar -cf - $(EXAMPLES) | tar -xf - --no-same-owner -C $(DOC)

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/weighbridge \
		$(DESTDIR)$(PREFIX)/include/weighbridge.h \
		$(DESTDIR)$(PREFIX)/lib/libweighbridge.* \
		$(DESTDIR)$(PREFIX)/lib/pkgconfig/weighbridge.pc
	for page in man/*.[1357]; do rm -f \
		$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done
	rm -rf $(DESTDIR)$(PREFIX)/share/weighbridge $(DOC)/examples

deb: deps
	@rm -rf $(BUILD)/deb
	@$(MAKE) --no-print-directory -s install PREFIX=/usr \
		DESTDIR=$(BUILD)/deb >/dev/null
	@sh packaging/deb $(BUILD)/deb $(VERSION) \
		$(BUILD)/weighbridge_$(VERSION).deb

dist:
	@mkdir -p build
	git archive --format=tar.gz --prefix=weighbridge-$(VERSION)/ \
		-o build/weighbridge-$(VERSION).tar.gz HEAD

clean:
	rm -rf build

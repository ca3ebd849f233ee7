# tlsward: `make help` lists the targets; everything is built below $(B).
B       ?= build
CORPUS  ?= ../shared/corpus
PREFIX  ?= /usr/local
MANDIR  ?= $(PREFIX)/share/man
SHARE   ?= $(PREFIX)/share/tlsward
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
# journalctl --update-catalog reads this one below /usr and below /usr/local.
CATALOG ?= $(PREFIX)/lib/systemd/catalog
UNITDIR ?= $(PREFIX)/lib/systemd/system
# What is built is of the newest entry's version.
VERSION := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' tools/packaging/debian/changelog)

# make(1) has a default of its own, `cc`, which a machine that has gcc need not have.
ifeq ($(origin CC),default)
CC       = gcc
endif
MACHINE := $(shell $(CC) -dumpmachine 2>/dev/null)
# The library goes where libc is, unless PREFIX says otherwise: what confines a program lets it map libraries from there,
# and not from /usr/local (AppArmor, abstractions/base); ld.so's $LIB is this directory below /usr.
MULTIARCH := $(or $(shell $(CC) -print-multiarch 2>/dev/null),$(notdir $(wildcard /usr/lib/$(shell uname -m)-linux-gnu)))
OS_LIB   = $(or $(notdir $(shell $(CC) -print-multi-os-directory 2>/dev/null)),lib)
LIBDIR  ?= $(if $(filter file,$(origin PREFIX)),/usr/$(or $(MULTIARCH:%=lib/%),$(OS_LIB)),$(PREFIX)/lib)
PYTHON  := /usr/bin/python3 -B
CFLAGS  ?= -O2 -g
WARN     = -Wall -Wextra -Wno-psabi -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
DEFINES  = -D_GNU_SOURCE -DTLSWARD_VERSION='"$(VERSION)"' -DTLSWARD_SHARE='"$(SHARE)"' -DTLSWARD_LIBDIR='"$(LIBDIR)"'
# Not for <openssl/ssl.h>: a room of ours has the name of that directory.
ROOMS    = -iquote shim -iquote tools
OURS     = -std=c11 $(DEFINES) $(ROOMS) $(WARN) $(SANITIZE) -MMD -MP
# No fortified symbols: other C libraries lack them. No __stack_chk_fail, which a distribution's flags would have hooks call,
# where nothing may be called that another preload may own. Static TLS: a preloaded library may not allocate to find it.
LIBRARY  = -fPIC -fvisibility=hidden -ftls-model=initial-exec -U_FORTIFY_SOURCE -fno-stack-protector

SHIM    := $(sort $(wildcard shim/*/*.c))
# The hooks that C cannot write: no file for an architecture means that dlsym, dlvsym and dlopen are not hooked there.
# A sanitizer's runtime calls dlsym before code that it instruments can run, so a build for it has none of them either.
STUBS   := $(if $(SANITIZE),,$(wildcard shim/hooks/exports_$(firstword $(subst -, ,$(MACHINE) none)).S))
OBJECTS  = $(SHIM:%.c=$(B)/%.o) $(STUBS:%.S=$(B)/%.o)
# The rescue command is a program of its own.
TOOLS   := $(filter-out tools/rescue/%,$(sort $(wildcard tools/*.c tools/*/*.c)))
UNIT    := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
DRIVERS := $(patsubst tests/drivers/%.c,$(B)/drivers/%,$(sort $(wildcard tests/drivers/drive_*.c)))
BEHAVIOUR := $(patsubst tests/behaviour/programs/%.c,$(B)/behaviour/%,$(sort $(wildcard tests/behaviour/programs/*.c)))
TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
SUPPORT := $(sort $(wildcard tests/behaviour/support/*.c))

PACKAGES_BUILD := gcc libc6-dev libssl-dev libjansson-dev libelf-dev libdw-dev zlib1g-dev libzstd-dev pkg-config
PACKAGES_DEMO  := $(PACKAGES_BUILD) openssl curl python3
PACKAGES_BENCH := $(PACKAGES_DEMO) ca-certificates nginx-light strace valgrind
# Compilers for another machine or C library, each with what it compiles against.
PACKAGES_OF_musl-gcc := musl-tools
PACKAGES_OF_i686-linux-gnu-gcc := gcc-i686-linux-gnu libc6-dev-i386-cross
PACKAGES_OF_aarch64-linux-gnu-gcc := gcc-aarch64-linux-gnu libc6-dev-arm64-cross
PACKAGES_deb   := $(PACKAGES_BUILD) build-essential debhelper po-debconf python3 gcc-i686-linux-gnu libc6-dev-i386-cross
PACKAGES_rpm   := $(PACKAGES_BUILD) rpm cpio python3
PACKAGES_PACKAGES := $(PACKAGES_deb) $(PACKAGES_rpm) lintian rpmlint debootstrap openssl python3-jsonschema
PACKAGES_LINT  := clang-format clang-tidy
PACKAGES_FUZZ  := $(PACKAGES_BUILD) clang libclang-rt-dev
PACKAGES_TEST  := $(PACKAGES_DEMO) check $(shell cat tests/packages 2>/dev/null)
# What another package of the machine may stand against, as one mail server excludes the others, or what is large.
PACKAGES_EXTRA := $(shell cat tests/packages-extra 2>/dev/null)
# What is used from where it was unpacked, because it would take the place of those.
PACKAGES_UNPACKED := $(shell cat tests/packages-unpacked 2>/dev/null)

all: library command
library: $(B)/libtlsward.so
command: $(B)/tlsward $(B)/tlsward-rescue

# What the build needs is looked for once, so that it is not a compiler's error that tells what is missing. A compiler
# that came while make ran counts from the next make on, as the stubs are chosen by it.
HAS_HEADER = $(CC) $(CFLAGS) -E -include
PACKAGES_CC = $(strip $(foreach word,$(CC),$(PACKAGES_OF_$(word))))
CURE = $(if $(PACKAGES_CC),'apt-get install $(PACKAGES_CC)','make deps-build')
SAY_LACKING = { echo "make: there is no $(1): run $(CURE) first, as root or with sudo, and make again" >&2; exit 1; }

$(B)/found-compiler:
	@[ -n '$(MACHINE)' ] || $(call SAY_LACKING,compiler $(firstword $(CC)))
	@$(HAS_HEADER) stdlib.h -x c /dev/null >/dev/null 2>&1 || $(call SAY_LACKING,header stdlib.h)
	@mkdir -p $(@D); touch $@

$(B)/found-headers: $(B)/found-compiler
	@for header in openssl/ssl.h jansson.h gelf.h elfutils/libdwfl.h zlib.h zstd.h; do \
	    $(HAS_HEADER) $$header -x c /dev/null >/dev/null 2>&1 || $(call SAY_LACKING,header $$header); done
	@touch $@

# What is compiled in has to follow a PREFIX that only `make install` is told.
$(B)/places: FORCE
	@mkdir -p $(@D); echo '$(SHARE) $(LIBDIR)' | cmp -s - $@ || echo '$(SHARE) $(LIBDIR)' > $@
$(B)/shim/policy/policy_version.o $(B)/tools/shared/effective.o $(B)/tools/run/preload.o: $(B)/places
$(patsubst %.c,$(B)/%.o,$(wildcard tools/enable/*.c)): $(B)/places
FORCE:

$(B)/shim/%.o: shim/%.c Makefile | $(B)/found-compiler
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) $(LIBRARY) -c -o $@ $<

$(B)/shim/%.o: shim/%.S Makefile | $(B)/found-compiler
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) -c -o $@ $<

# The hooks are the only symbols the library exports; the map carries no version name, because a versioned
# definition would not bind to unversioned references.
$(B)/exports.map: $(wildcard shim/*/*hooks.def)
	@mkdir -p $(@D)
	{ echo '{ global:'; sed -nE 's|^([A-Z]+_)?HOOK\([^,]+, *([A-Za-z0-9_]+),.*|  \2;|p' $^; echo 'local: *; };'; } > $@

# Fewer segments: each process pays for the mapping and the faults of each, and most of them have no TLS.
$(B)/libtlsward.so: $(OBJECTS) $(B)/exports.map
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(SANITIZE) -shared -nostartfiles -o $@ $(OBJECTS) -Wl,--version-script=$(B)/exports.map \
	    -Wl,-soname,libtlsward.so -Wl,-z,defs -Wl,-z,relro -Wl,-z,nodelete -Wl,-z,noseparate-code \
	    -Wl,--as-needed $(LDFLAGS)
	@chmod a+rx $@

# The same objects without the exported hooks, for the command and the unit tests.
$(B)/libcore.a: $(filter-out $(B)/shim/hooks/exports%.o,$(SHIM:%.c=$(B)/%.o))
	@rm -f $@ && ar rcs $@ $^

$(B)/tools/%.o: tools/%.c Makefile | $(B)/found-headers
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -c -o $@ $<

# What the command and its tests are linked with; libsystemd is opened where it is needed.
TOOLS_LIBRARIES := -lssl -lcrypto -ljansson -lelf -ldw -lz -lzstd -lpthread -lm

$(B)/tlsward: $(TOOLS:%.c=$(B)/%.o) $(B)/libcore.a
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(TOOLS_LIBRARIES) $(LDFLAGS)

# It has to run where no dynamic loader does, and is built, like the library, with libc alone.
RESCUE := $(B)/tools/rescue/rescue.o $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tools/preload/*.c)))
$(RESCUE): $(B)/%.o: %.c Makefile | $(B)/found-compiler
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -c -o $@ $<

$(B)/tlsward-rescue: $(RESCUE)
	@echo "  $(@F)"; $(CC) $(CFLAGS) -static -o $@ $^ $(LDFLAGS)

$(B)/libtools.a: $(filter-out $(B)/tools/main.o,$(TOOLS:%.c=$(B)/%.o))
	@rm -f $@ && ar rcs $@ $^

$(B)/unit/%: tests/unit/%.c $(B)/libtools.a $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $< $(B)/libtools.a $(B)/libcore.a $(shell pkg-config --libs check) $(TOOLS_LIBRARIES)

# What is true of every TLS library, with none of them: the rooms below the families.
MIDDLE := event policy peer trust process
$(B)/libmiddle.a: $(filter $(foreach room,$(MIDDLE),$(B)/shim/$(room)/%.o),$(SHIM:%.c=$(B)/%.o))
	@rm -f $@ && ar rcs $@ $^

$(B)/unit/test_heart: tests/unit/test_heart.c $(B)/libmiddle.a
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $^ $(shell pkg-config --libs check) -ljansson -lpthread

$(B)/drivers/%: tests/drivers/%.c tests/drivers/driver.c tests/drivers/driver.h
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $< tests/drivers/driver.c -lssl -lcrypto

drivers: $(DRIVERS)

help:
	@echo 'make                  the library and the command, below $(B)'
	@echo 'make demo             what tlsward does, shown on real programs: installs what it needs, builds, runs'
	@echo 'make test             everything: installs what it needs, builds, runs the rows of all these groups at once;'
	@echo '                      $(B)/test.xml is what came of it in the form of JUnit'
	@echo 'make unit             unit tests'
	@echo 'make test-architecture  the rooms of the sources, and what each may know'
	@echo 'make test-clients     real programs against real servers'
	@echo 'make test-behaviour   the library inside a process: callbacks, modes, trust, sessions'
	@echo 'make test-loading     every way a TLS library gets into a process'
	@echo 'make test-table       ways to escape verification, on the libssl of the system and on 1.1.1'
	@echo 'make test-names       names that are hard to know'
	@echo 'make test-command     the tlsward command'
	@echo 'make test-audit       from recorded events to a report, a draft and a policy that enforces'
	@echo 'make test-events      recorded events: where they are read from, and tlsward log'
	@echo 'make test-scan        tlsward scan: rules on the programs they are for, files, processes, coverage'
	@echo 'make test-report      tlsward report, and each form in which it tells'
	@echo 'make test-collect     tlsward collect: what it keeps, and that it counts what it cannot'
	@echo 'make test-keep        programs that must keep working, and what they must not do after a block'
	@echo 'make test-deploy      the deployments of README.md, carried out'
	@echo 'make test-host        tlsward enable, disable and status, the boot guard, the way back'
	@echo 'make test-corpus      certificate corpora through real handshakes; skipped without CORPUS=$(CORPUS)'
	@echo 'make test-runner      what runs these'
	@echo 'make test-libs        test-table on every libssl that Debian carries; LIBS=NAME,... some, LIBSSL=DIR yours'
	@echo 'make test-aarch64     the same on 64-bit Arm, emulated, with its look-ups by dlsym; installs what it needs'
	@echo 'make test-i386        test-table on 32-bit x86; installs what it needs'
	@echo 'make test-packages    the packages, on hosts that are thrown away; needs root, installs what it needs'
	@echo '                      each of these takes ROW=PATTERN or ROW=PART for rows by their names:'
	@echo '                      make test ROW="*/expired/enforce"; AT_ONCE=N is how many run at once'
	@echo 'make bench            what the library costs'
	@echo 'make asan, tsan       unit and behaviour tests with sanitizers'
	@echo 'make fuzz             every parser on mutated inputs, RUNS=100000 each, or SECONDS=30'
	@echo 'make lint             clang-format and clang-tidy'
	@echo 'make musl             the library for programs that use musl; give it a B of its own'
	@echo 'make install, uninstall'
	@echo '                      below $$(DESTDIR)$(PREFIX); the library in $$(DESTDIR)$(LIBDIR)'
	@echo 'make install-library  the library alone, as for 32-bit programs; README.md, "A whole host", says how'
	@echo 'make deb, rpm         packages, below $(B)/deb and $(B)/rpm; installs what that needs'
	@echo 'make deps-build, deps-demo, deps-test'
	@echo '                      installs the Debian packages that are missing for that'
	@echo 'make clean            removes $(B)'

deps-build:
	@tests/install-packages $(PACKAGES_BUILD)
deps-demo:
	@tests/install-packages $(PACKAGES_DEMO)
deps-test:
	@tests/install-packages $(PACKAGES_TEST)
	@for p in $(PACKAGES_EXTRA); do tests/install-packages $$p || echo "without $$p: its rows are skipped"; done
	@for p in $(PACKAGES_UNPACKED); do \
	    tests/libssl/fetch bookworm $(B)/unpacked/$$p $$p || echo "without $$p: its rows are skipped"; done

demo: deps-demo
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@tests/demo $(B)

# What `make test` runs: directories below tests/, but for the table, which is in tests/libs.
GROUPS := unit architecture clients names behaviour loading table command scan events report collect audit keep deploy host corpus runner
RUN = $(PYTHON) tests/runner --build $(B) --row '$(or $(ROW),*)' --share $(SHARE) --corpus $(CORPUS) --fetched $(B)/libs \
    $(if $(AT_ONCE),--at-once $(AT_ONCE)) $(if $(RUNTIME),--runtime $(RUNTIME)) $(if $(STARTS),--starts $(STARTS))
# Where no -j was given, as many at once as there are processors.
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

# In two steps, so that what is installed first is there when the rest is read.
test: deps-test
	@$(MAKE) --no-print-directory $(PARALLEL) $(GROUPS:%=built-%)
	@$(RUN) --libs $(TABLE_LIBS) --junit $(B)/test.xml -- $(GROUPS)

unit: built-unit
	@$(RUN) -- $@

$(filter-out test-unit test-table,$(GROUPS:%=test-%)): test-%: built-%
	@$(RUN) -- $*

# What a group needs.
built-unit: $(UNIT) $(TARGETS:%=$(B)/replay/%)
built-clients: library drivers
built-names: library $(B)/names/story $(B)/names/interrupted.so
built-behaviour: library $(BEHAVIOUR)
built-architecture built-loading built-keep: library
built-command built-deploy built-host built-events built-audit built-collect: all
built-report: all $(B)/cyclonedx
$(B)/cyclonedx:
	@tests/report/fetch_schemas $@
built-scan: all $(B)/sarif/schema.json
$(B)/sarif/schema.json:
	@tests/scan/fetch_schema $@
built-corpus: library $(B)/client_with_anchors
$(GROUPS:%=built-%):
	@:

$(B)/behaviour/shortage: tests/loading/own_code.h
$(B)/behaviour/%: tests/behaviour/programs/%.c $(SUPPORT) tests/behaviour/support/support.h
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -Itests/behaviour/support -o $@ $< $(SUPPORT) -lssl -lcrypto -lpthread -lm

$(B)/names/%: tests/names/%.c
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $< -lssl -lcrypto -lpthread

$(B)/names/%.so: tests/names/%.c
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE -shared -fPIC -o $@ $< -ldl

# RUNTIME is a sanitizer's library; STARTS is how often the rows of first uses start a process.
# The sanitizers' runtimes must come before every other library, and OpenSSL's own locks are none of ours to judge.
# Without the stubs: a runtime asks dlsym before the memory is there that instrumented code keeps its books in.
asan:
	@$(MAKE) --no-print-directory B=$(B)-asan STUBS= SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' \
	    RUNTIME=$(shell $(CC) -print-file-name=libasan.so) -k unit test-behaviour
tsan:
	@TSAN_OPTIONS=ignore_noninstrumented_modules=1 $(MAKE) --no-print-directory B=$(B)-tsan STUBS= \
	    SANITIZE=-fsanitize=thread RUNTIME=$(shell $(CC) -print-file-name=libtsan.so) -k unit test-behaviour

# Each parser on RUNS mutated inputs, or for so many SECONDS. What is found is left below $(B)-fuzz and belongs into
# tests/fuzz/corpus, where `make unit` runs it again.
RUNS    ?= 100000
fuzz:
	@tests/install-packages $(PACKAGES_FUZZ)
	@$(MAKE) --no-print-directory $(PARALLEL) B=$(B)-fuzz CC=clang STUBS= WARN= \
	    SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' run-fuzz
run-fuzz: $(TARGETS:%=$(B)/fuzz/%)
	@$(RUN) --at-once $(or $(AT_ONCE),$(shell nproc)) $(if $(SECONDS),--seconds $(SECONDS),--runs $(RUNS)) -- fuzz

FUZZED = $(CC) $(CFLAGS) $(OURS) -o $@ $(filter %.c,$^) $(B)/libtools.a $(B)/libcore.a $(TOOLS_LIBRARIES)
$(B)/fuzz/%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.h $(B)/libtools.a $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(FUZZED) -fsanitize=fuzzer

$(B)/replay/%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c tests/fuzz/fuzz.h $(B)/libtools.a $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(FUZZED)

# The library for programs of the other C library, with the package musl-tools: make musl B=build-musl
musl:
	@$(MAKE) --no-print-directory library CC=musl-gcc B=$(B)

# Clients and servers that know no header of one version; a stub stands in for libssl while they are linked.
$(B)/test-libs/client/%.o: tests/libs/%.c tests/libs/client.h $(wildcard tests/libs/include/openssl/*) Makefile
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -Itests/libs/include -c -o $@ $<

$(B)/test-libs/server/%.o: tests/libs/%.c $(wildcard tests/libs/include/openssl/*) Makefile
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -Itests/libs/include -c -o $@ $<

$(B)/test-libs/drivers/%.o: tests/drivers/%.c tests/drivers/driver.h $(wildcard tests/libs/include/openssl/*) Makefile
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -Itests/libs/include -c -o $@ $<

$(B)/test-libs/libssl-under-test.so: tests/libs/include/openssl/functions.def
	@mkdir -p $(@D)
	sed -nE 's/^TLS\([^,]+, ([A-Za-z0-9_]+),.*/void \1(void);void \1(void){}/p' $< | \
	    $(CC) -shared -fPIC -x c -Wl,-soname,$(@F) -o $@ -

TABLE := $(filter-out tests/libs/server.c,$(wildcard tests/libs/*.c))
table: library $(TABLE:tests/libs/%.c=$(B)/test-libs/client/%.o) $(B)/test-libs/server/server.o \
    $(patsubst tests/drivers/%.c,$(B)/test-libs/drivers/%.o,$(wildcard tests/drivers/*.c)) \
    $(B)/test-libs/libssl-under-test.so

# The libraries of other suites are fetched before anything runs: where that is, there is no network.
TABLE_LIBS := system,1.1.1
ALL_LIBS   := system,1.1.1,3.5,3.6,4.0
comma      := ,
FETCH = tests/libs/fetch $(B)/libs $(filter 1.1.1 3.5 3.6 4.0,$(subst $(comma), ,$(1)))
built-table: table $(B)/libs/1.1.1/complete
$(B)/libs/1.1.1/complete:
	@$(call FETCH,$(TABLE_LIBS))

test-table: built-table
	@$(RUN) --libs '$(or $(LIBSSL),$(LIBS),$(TABLE_LIBS))' -- table

test-libs: table
	@$(call FETCH,$(or $(LIBSSL),$(LIBS),$(ALL_LIBS)))
	@$(RUN) --libs '$(or $(LIBSSL),$(LIBS),$(ALL_LIBS))' -- table

# The library for 64-bit Arm, emulated: the table, and what dlsym(3) means there.
AARCH64 = $(abspath $(B))/libs/aarch64
test-aarch64: table
	@tests/install-packages $(PACKAGES_OF_aarch64-linux-gnu-gcc) qemu-user
	@$(MAKE) --no-print-directory table CC=aarch64-linux-gnu-gcc B=$(B)/aarch64
	@tests/libs/fetch $(B)/libs aarch64
	@$(RUN) --build $(B)/aarch64 --server-build $(B) --libs aarch64 -- table
	@CC=aarch64-linux-gnu-gcc EMULATOR='qemu-aarch64 -L $(AARCH64)' \
	    LDFLAGS='-L$(AARCH64)/usr/lib/aarch64-linux-gnu -Wl,-rpath-link,$(AARCH64)/usr/lib/aarch64-linux-gnu' \
	    $(PYTHON) tests/runner --build $(B)/aarch64 --row lookups_mean_the_same another_preload linked_through plugin_opened -- loading

# The library for 32-bit programs, which the same machine runs.
test-i386: table
	@tests/install-packages $(PACKAGES_OF_i686-linux-gnu-gcc)
	@$(MAKE) --no-print-directory table CC=i686-linux-gnu-gcc B=$(B)/i386
	@tests/libs/fetch $(B)/libs i386
	@$(RUN) --build $(B)/i386 --server-build $(B) --libs i386 -- table

$(B)/client_with_anchors: tests/corpus/client_with_anchors.c tests/drivers/driver.c tests/drivers/driver.h
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -Itests/drivers -o $@ $< tests/drivers/driver.c -lssl -lcrypto

# Ratios of instruction counts and CPU times, side by side in one run; see tests/bench.
bench:
	@tests/install-packages $(PACKAGES_BENCH)
	@$(MAKE) --no-print-directory all $(B)/bench/client $(B)/bench/plain $(B)/bench/memory $(B)/bench/empty.so \
	    $(B)/bench/events
	@$(PYTHON) tests/bench/bench.py $(B)

$(B)/bench/events: tests/bench/events.c $(B)/libtools.a $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $^ $(TOOLS_LIBRARIES)

$(B)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $< -lssl -lcrypto

$(B)/bench/empty.so:
	@mkdir -p $(@D)
	@echo "  $(@F)"; echo | $(CC) -shared -fPIC -x c -o $@ -

# Below $(B)/deb and $(B)/rpm. Where apt is not, rpm itself says what is missing.
deb rpm:
	@! command -v apt-get >/dev/null || tests/install-packages $(PACKAGES_$@)
	@tools/packaging/make-$@ $(B)

# These are built for a host with rpm beside dpkg, and those of a later release to be upgraded to.
$(B)/packages/built: $(shell find shim tools -type f) Makefile
	@rm -rf $(B)/packages
	tools/packaging/make-deb $(B)/packages > $(B)/packages.log 2>&1 || { tail -n 30 $(B)/packages.log; exit 1; }
	export RPM_LIBDIR=/usr/lib/$(MULTIARCH); tools/packaging/make-rpm $(B)/packages > $(B)/packages.log 2>&1 && \
	    RPM_DIST=.later tools/packaging/make-rpm $(B)/packages/rpm-later > $(B)/packages.log 2>&1 || \
	    { tail -n 30 $(B)/packages.log; exit 1; }
	@touch $@

# Hosts of their own to install them on: this suite's, and those whose C library they have to live with.
ROOTS := $(addprefix $(B)/roots/,bookworm bullseye trixie sid)
$(B)/roots/bookworm: PACKAGES_IN := libelf1 libjansson4 libssl3 libzstd1 rpm openssl perl sudo debconf-utils
$(ROOTS):
	@tests/packaging/make-root $(@F) $@ ca-certificates curl python3 $(PACKAGES_IN)

test-packages:
	@tests/install-packages $(PACKAGES_PACKAGES)
	@$(MAKE) --no-print-directory $(PARALLEL) $(ROOTS) $(B)/packages/built $(B)/cyclonedx
	@$(RUN) -- packages

# The library is replaced by rename: every running program maps it, and a truncated file would kill them.
install-library: library
	install -D -m 644 $(B)/libtlsward.so $(DESTDIR)$(LIBDIR)/.libtlsward.so.new
	mv -f $(DESTDIR)$(LIBDIR)/.libtlsward.so.new $(DESTDIR)$(LIBDIR)/libtlsward.so

# install -D makes directories that everybody can enter, whatever the umask, and /etc/tlsward is one: who cannot look
# into it sees neither policy nor kill switch. A text names the default places; where they are others, it names those.
SHARED   = $(shell find tools/share -type f ! -name '*.catalog' | sort)
IN_PLACE = sed -e 's|/usr/lib/x86_64-linux-gnu\b|$(LIBDIR)|g' -e 's|/usr/local/share/tlsward\b|$(SHARE)|g' -e 's|/usr/local/lib/systemd/catalog|$(CATALOG)|g' -e 's|/usr/local/\(s\?bin\)/tlsward|$(PREFIX)/\1/tlsward|g'
install: all install-library
	install -D -m 755 $(B)/tlsward $(DESTDIR)$(PREFIX)/bin/tlsward
	install -D -m 755 $(B)/tlsward-rescue $(DESTDIR)$(PREFIX)/sbin/tlsward-rescue
	for unit in tools/units/*; do $(IN_PLACE) $$unit | \
	    install -D -m 644 /dev/stdin $(DESTDIR)$(UNITDIR)/$${unit##*/} || exit 1; done
	for page in tools/man/*; do $(IN_PLACE) $$page | \
	    install -D -m 644 /dev/stdin $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit 1; done
	for text in $(SHARED); do $(IN_PLACE) $$text | \
	    install -D -m 644 /dev/stdin $(DESTDIR)$(SHARE)/$${text#tools/share/} || exit 1; done
	install -D -m 644 tools/completion.bash $(DESTDIR)$(COMPDIR)/tlsward
	install -D -m 644 tools/share/tlsward.catalog $(DESTDIR)$(CATALOG)/tlsward.catalog
	$(if $(filter file,$(origin PREFIX)),install -d -m 755 $(DESTDIR)/etc/tlsward)

# A program that still names the library in LD_PRELOAD only prints a warning; ld.so.preload must not name it any more.
uninstall:
	@if grep -qs libtlsward.so $(DESTDIR)/etc/ld.so.preload; then \
	    echo "remove the libtlsward.so line from $(DESTDIR)/etc/ld.so.preload first" >&2; exit 1; fi
	rm -f $(DESTDIR)$(PREFIX)/bin/tlsward $(DESTDIR)$(LIBDIR)/libtlsward.so $(DESTDIR)$(COMPDIR)/tlsward \
	    $(DESTDIR)$(CATALOG)/tlsward.catalog $(DESTDIR)$(PREFIX)/sbin/tlsward-rescue
	for unit in tools/units/*; do rm -f $(DESTDIR)$(UNITDIR)/$${unit##*/}; done
	for page in tools/man/*; do rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; done
	for text in $(SHARED); do rm -f $(DESTDIR)$(SHARE)/$${text#tools/share/}; done
	find $(DESTDIR)$(SHARE) -depth -type d -empty -delete 2>/dev/null || true

# One file at a time: in one process clang-tidy 14 takes a va_list of the second file for one of the first.
LINTED := $(SHIM) $(TOOLS)
lint:
	@tests/install-packages $(PACKAGES_LINT)
	clang-format --dry-run --Werror $(shell find shim tools tests -name '*.[ch]')
	@printf '%s\n' $(LINTED) | xargs -P $(shell nproc) -I {} clang-tidy --quiet {} -- -std=c11 $(DEFINES) $(ROOMS) 2>/dev/null

clean:
	rm -rf $(B)

.PHONY: all library command drivers deb rpm install-library help deps-build deps-demo deps-test clean
.PHONY: demo test unit $(GROUPS:%=test-%) $(GROUPS:%=built-%) table test-libs test-aarch64 test-i386 test-packages asan tsan musl bench fuzz run-fuzz lint install uninstall
-include $(wildcard $(B)/shim/*/*.d $(B)/tools/*.d $(B)/tools/*/*.d $(B)/unit/*.d $(B)/drivers/*.d $(B)/names/*.d)

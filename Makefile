# tlsward: `make help` lists the targets; everything is built below $(B).
B       ?= build
CORPUS  ?= ../shared/corpus
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
MANDIR  ?= $(PREFIX)/share/man
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
VERSION := 0.1.0

CC      ?= gcc
PYTHON  := /usr/bin/python3 -B
CFLAGS  ?= -O2 -g
WARN     = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
OURS     = -std=c11 -D_GNU_SOURCE -DTLSWARD_VERSION='"$(VERSION)"' -Ishim $(WARN) $(SANITIZE) -MMD -MP
# No fortified symbols: other C libraries lack them. Static TLS: a preloaded library may not allocate to find it.
LIBRARY  = -fPIC -fvisibility=hidden -ftls-model=initial-exec -U_FORTIFY_SOURCE

SHIM    := $(sort $(wildcard shim/*.c))
TOOLS   := $(sort $(wildcard tools/*.c))
UNIT    := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
DRIVERS := $(patsubst tests/drivers/%.c,$(B)/drivers/%,$(sort $(wildcard tests/drivers/drive_*.c)))

PACKAGES_BUILD := gcc libc6-dev libssl-dev libjansson-dev libelf-dev pkg-config
PACKAGES_DEMO  := $(PACKAGES_BUILD) openssl curl python3
PACKAGES_TEST  := $(PACKAGES_DEMO) check $(shell cat tests/packages 2>/dev/null)

all: library command
library: $(B)/libtlsward.so
command: $(B)/tlsward

$(B)/shim/%.o: shim/%.c Makefile
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) $(LIBRARY) -c -o $@ $<

# The hooks are the only symbols the library exports; the map carries no version name, because a versioned
# definition would not bind to unversioned references.
$(B)/exports.map: shim/hooks.def
	@mkdir -p $(@D)
	{ echo '{ global:'; sed -nE 's|^HOOK\([^,]+, *([A-Za-z0-9_]+),.*|  \1;|p' $<; echo 'local: *; };'; } > $@

$(B)/libtlsward.so: $(SHIM:%.c=$(B)/%.o) $(B)/exports.map
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(SANITIZE) -shared -nostartfiles -o $@ $(SHIM:%.c=$(B)/%.o) -Wl,--version-script=$(B)/exports.map \
	    -Wl,-soname,libtlsward.so -Wl,-z,defs -Wl,-z,relro -Wl,-z,nodelete -Wl,--as-needed $(LDFLAGS)

# The same objects without the exported hooks, for the command and the unit tests.
$(B)/libcore.a: $(filter-out $(B)/shim/exports.o,$(SHIM:%.c=$(B)/%.o))
	rm -f $@ && ar rcs $@ $^

$(B)/tools/%.o: tools/%.c Makefile
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -c -o $@ $<

$(B)/tlsward: $(TOOLS:%.c=$(B)/%.o) $(B)/libcore.a
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ -lssl -lcrypto -ljansson -lelf $(LDFLAGS)

$(B)/libtools.a: $(filter-out $(B)/tools/main.o,$(TOOLS:%.c=$(B)/%.o))
	rm -f $@ && ar rcs $@ $^

$(B)/unit/%: tests/unit/%.c $(B)/libtools.a $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $< $(B)/libtools.a $(B)/libcore.a $(shell pkg-config --libs check) -lssl -lcrypto -ljansson -lelf -lpthread

$(B)/drivers/%: tests/drivers/%.c tests/drivers/driver.c tests/drivers/driver.h
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $< tests/drivers/driver.c -lssl -lcrypto

drivers: $(DRIVERS)

help:
	@echo 'make               the library and the command, below $(B)'
	@echo 'make test          everything: installs what it needs, builds, runs all groups; one closing line'
	@echo 'make unit          unit tests'
	@echo 'make test-clients  real programs against real servers; ROW=PATTERN picks rows:'
	@echo '                   ROW="curl-k/*" a program, ROW="*/expired/enforce" a certificate in a mode'
	@echo 'make test-names     names that are hard to know; ROW=PATTERN picks rows'
	@echo 'make test-command  the tlsward command'
	@echo 'make test-corpus   certificate corpora through real handshakes; skipped without CORPUS=$(CORPUS)'
	@echo 'make bench         what the library costs'
	@echo 'make lint          clang-format and clang-tidy'
	@echo 'make install, uninstall                 below $$(DESTDIR)$(PREFIX)'
	@echo 'make deps-build, deps-demo, deps-test   installs the Debian packages that are missing for that'
	@echo 'make clean         removes $(B)'

deps-build:
	@tests/install-packages $(PACKAGES_BUILD)
deps-demo:
	@tests/install-packages $(PACKAGES_DEMO)
deps-test:
	@tests/install-packages $(PACKAGES_TEST)

# In two steps, so that what is installed first is there when the rest is read.
test: deps-test
	@$(MAKE) --no-print-directory all drivers
	@tests/tally '$(MAKE) --no-print-directory unit' '$(MAKE) --no-print-directory test-clients' \
	    '$(MAKE) --no-print-directory test-names' \
	    $(if $(wildcard tests/command/test_command.py),'$(MAKE) --no-print-directory test-command') \
	    '$(MAKE) --no-print-directory test-corpus'

# Every test program runs, even after one that failed.
unit: $(UNIT)
	@failed=0; for t in $(UNIT); do $$t || failed=1; done; exit $$failed

test-clients: library drivers
	@$(PYTHON) tests/clients --library $(B)/libtlsward.so --drivers $(B)/drivers --row '$(or $(ROW),*)'

test-names: library $(B)/names/story $(B)/names/interrupted.so
	@$(PYTHON) tests/names --library $(B)/libtlsward.so --programs $(B)/names --row '$(or $(ROW),*)'

$(B)/names/%: tests/names/%.c
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $< -lssl -lcrypto -lpthread

$(B)/names/%.so: tests/names/%.c
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE -shared -fPIC -o $@ $< -ldl

test-command: all
	@$(PYTHON) tests/command/test_command.py

test-corpus: library
	@tests/corpus $(CORPUS) $(B)/libtlsward.so $(B)/corpus

# Ratios of instruction counts, side by side in one run; see tests/bench/bench.py.
bench: library $(B)/bench/client $(B)/bench/plain $(B)/bench/empty.so
	@/usr/bin/python3 tests/bench/bench.py $(B)

$(B)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $< -lssl -lcrypto

$(B)/bench/empty.so:
	@mkdir -p $(@D)
	@echo "  $(@F)"; echo | $(CC) -shared -fPIC -x c -o $@ -

# The library is replaced by rename: every running program maps it, and a truncated file would kill them.
install: all
	install -D -m 755 $(B)/tlsward $(DESTDIR)$(PREFIX)/bin/tlsward
	install -D -m 755 $(B)/libtlsward.so $(DESTDIR)$(LIBDIR)/.libtlsward.so.new
	mv -f $(DESTDIR)$(LIBDIR)/.libtlsward.so.new $(DESTDIR)$(LIBDIR)/libtlsward.so
	for page in tools/man/*; do \
	    install -D -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit 1; done
	install -D -m 644 tools/completion.bash $(DESTDIR)$(COMPDIR)/tlsward

# A program that still names the library in LD_PRELOAD only prints a warning; ld.so.preload must not name it any more.
uninstall:
	@if grep -qs libtlsward.so $(DESTDIR)/etc/ld.so.preload; then \
	    echo "remove the libtlsward.so line from $(DESTDIR)/etc/ld.so.preload first" >&2; exit 1; fi
	rm -f $(DESTDIR)$(PREFIX)/bin/tlsward $(DESTDIR)$(LIBDIR)/libtlsward.so $(DESTDIR)$(COMPDIR)/tlsward
	for page in tools/man/*; do rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; done

LINTED := $(wildcard shim/*.c tools/*.c)
lint:
	clang-format --dry-run --Werror $(wildcard shim/*.[ch] tools/*.[ch] tests/*/*.[ch])
	clang-tidy --quiet $(LINTED) -- -std=c11 -D_GNU_SOURCE -DTLSWARD_VERSION='"$(VERSION)"' -Ishim

clean:
	rm -rf $(B)

.PHONY: all library command drivers help deps-build deps-demo deps-test clean
.PHONY: test unit test-clients test-names test-command test-corpus bench lint install uninstall
-include $(wildcard $(B)/shim/*.d $(B)/tools/*.d $(B)/unit/*.d $(B)/drivers/*.d $(B)/names/*.d)

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

$(B)/unit/%: tests/unit/%.c $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $< $(B)/libcore.a $(shell pkg-config --libs check) -lssl -lcrypto -ljansson -lpthread

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
	@echo 'make test-command  the tlsward command'
	@echo 'make test-corpus   certificate corpora through real handshakes; skipped without CORPUS=$(CORPUS)'
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
	    $(if $(wildcard tests/command/test_command.py),'$(MAKE) --no-print-directory test-command') \
	    '$(MAKE) --no-print-directory test-corpus'

# Every test program runs, even after one that failed.
unit: $(UNIT)
	@failed=0; for t in $(UNIT); do $$t || failed=1; done; exit $$failed

test-clients: library drivers
	@$(PYTHON) tests/clients --library $(B)/libtlsward.so --drivers $(B)/drivers --row '$(or $(ROW),*)'

test-command: all
	@$(PYTHON) tests/command/test_command.py

test-corpus: library
	@tests/corpus $(CORPUS) $(B)/libtlsward.so $(B)/corpus

clean:
	rm -rf $(B)

.PHONY: all library command drivers help deps-build deps-demo deps-test test unit test-clients test-command test-corpus \
        clean
-include $(wildcard $(B)/shim/*.d $(B)/tools/*.d $(B)/unit/*.d $(B)/drivers/*.d)

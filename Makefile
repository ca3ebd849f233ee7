# tlsward: `make help` lists the targets; everything is built below $(B).
B       ?= build
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
MANDIR  ?= $(PREFIX)/share/man
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
VERSION := 0.1.0

CC      ?= gcc
CFLAGS  ?= -O2 -g
WARN     = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
OURS     = -std=c11 -D_GNU_SOURCE -DTLSWARD_VERSION='"$(VERSION)"' -Ishim $(WARN) $(SANITIZE) -MMD -MP
# No fortified symbols: other C libraries lack them. Static TLS: a preloaded library may not allocate to find it.
LIBRARY  = -fPIC -fvisibility=hidden -ftls-model=initial-exec -U_FORTIFY_SOURCE

SHIM    := $(sort $(wildcard shim/*.c))
TOOLS   := $(sort $(wildcard tools/*.c))
UNIT    := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
BEHAVIOUR := $(patsubst tests/behaviour/programs/%.c,$(B)/behaviour/%,$(sort $(wildcard tests/behaviour/programs/*.c)))
SUPPORT := $(sort $(wildcard tests/behaviour/support/*.c))
CLIENTS := $(patsubst tests/clients/%.c,$(B)/clients/%,$(sort $(wildcard tests/clients/*.c)))

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
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(SANITIZE) -shared -o $@ $(SHIM:%.c=$(B)/%.o) -Wl,--version-script=$(B)/exports.map \
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

$(B)/clients/%: tests/clients/%.c
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -o $@ $< -lssl -lcrypto -lpthread

$(B)/behaviour/%: tests/behaviour/programs/%.c $(SUPPORT) tests/behaviour/support/support.h
	@mkdir -p $(@D)
	@echo "  $(@F)"; $(CC) $(CFLAGS) $(OURS) -Itests/behaviour/support -o $@ $< $(SUPPORT) -lssl -lcrypto -lpthread -lm

unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done

# ROW='part of a name' runs the rows whose names contain it; RUNTIME is a sanitizer's library.
test-behaviour: library $(BEHAVIOUR)
	@python3 tests/behaviour/run.py --build $(B) $(if $(RUNTIME),--runtime $(RUNTIME)) $(if $(ROW),'$(ROW)')

clean:
	rm -rf $(B)

.PHONY: all library command unit test-behaviour clean
-include $(wildcard $(B)/shim/*.d $(B)/tools/*.d $(B)/unit/*.d $(B)/clients/*.d)

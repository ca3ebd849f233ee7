/*
 * The boot guard: tries the library when the host starts, and gives it to programs only where that goes well.
 */
#ifndef TLSWARD_GUARD_H
#define TLSWARD_GUARD_H

#include "enable/enabling.h"

#define GUARD_MEMORY "/var/lib/tlsward/boot-guard"

enum { GUARD_FAILURES_MAX = 2 };

/* How often in a row the library that is installed now has failed, as far as it is remembered. */
unsigned guard_failures(void);

/* Its failures are forgotten: a person enables it. */
void guard_forget(void);

/* What the unit does when it starts. Returns the exit status. */
int guard_start(struct enabling *enabling);

#endif

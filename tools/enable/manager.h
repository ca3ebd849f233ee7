/*
 * systemd(1), where it is the host's service manager: it is told of new files, and asked to start and restart.
 */
#ifndef TLSWARD_MANAGER_H
#define TLSWARD_MANAGER_H

#include <stdbool.h>

#define GUARD_UNIT "tlsward-guard.service"

/* Whether it runs here, sd_booted(3). */
bool manager_runs(void);

/* systemctl VERB [UNIT]. False with a message on standard error. */
bool manager_do(const char *verb, const char *unit);

/* Whether the unit of the boot guard is installed, and whether it is started at boot. */
bool manager_has_guard(void);
bool manager_guard_is_enabled(void);

/* As systemctl enable and disable do, also where it does not run. NULL, or what went wrong; the caller frees it. */
char *manager_enable_guard(void);
char *manager_disable_guard(void);

#endif

/* The forms in which a host's state is told. */
#ifndef TLSWARD_STATUS_PRINT_H
#define TLSWARD_STATUS_PRINT_H

#include "status/host_state.h"

void status_print_text(const struct host_state *state);
void status_print_json(const struct host_state *state);

/* One line, as monitoring plugins write it; returns its own exit status: 0, 1 warning, 2 critical, 3 unknown. */
int status_print_nagios(const struct host_state *state);

/* As Prometheus reads it. */
void status_print_prom(const struct host_state *state);

#endif

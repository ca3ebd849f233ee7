/* What is known of a host: how the library gets into its programs, by which policy, and what speaks against that. */
#ifndef TLSWARD_HOST_STATE_H
#define TLSWARD_HOST_STATE_H

#include "status/survey.h"

#include <stdbool.h>
#include <time.h>

struct host_state {
    char *entry;     /* of /etc/ld.so.preload, or NULL */
    size_t units;    /* services with a drop-in of ours */
    bool guard;      /* the boot guard is enabled */
    char *guard_why; /* what its last test said, where that failed; or NULL */
    bool kill_switch;
    const char *policy_mode;
    char *policy_file;    /* the first of them, or NULL */
    char policy_hash[65]; /* SHA-256 of the files, one after the other, in hexadecimal; "" without any */
    time_t policy_changed;
    bool policy_invalid;
    struct survey survey;
    char *problems; /* why it is degraded, a line each; or NULL */
};

struct host_state host_state_find(void);
void host_state_free(struct host_state *state);

/* STATUS_OK, STATUS_NEGATIVE for degraded, 3 for not enabled, 4 for what cannot be told. */
int host_state_status(const struct host_state *state);

#endif

/*
 * Which processes have the library, and why the others do not, as /proc proves it.
 */
#ifndef TLSWARD_SURVEY_H
#define TLSWARD_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum process_state {
    STATE_COVERED,     /* it has the library as it is installed */
    STATE_OLD,         /* it has one that was replaced since */
    STATE_MISSING,     /* it could have it, and started before or otherwise */
    STATE_UNREACHABLE, /* nothing that is preloaded gets in */
    STATE_COUNT
};

struct surveyed {
    pid_t pid;
    enum process_state state;
    bool tls;        /* a TLS library is loaded, or built in */
    bool old_policy; /* it is in a root directory of its own since before the policy was changed */
    char *program;
    char *unit; /* of systemd, or "" */
    char *why;  /* not covered; or NULL */
};

struct survey {
    struct surveyed *items;
    size_t count;
    size_t denied; /* processes that may not be looked at */
    size_t states[STATE_COUNT], tls_states[STATE_COUNT];
    size_t user_namespaces; /* others than this process's, that have processes */
    size_t old_policies;
};

/* `host_wide`: /etc/ld.so.preload names the library. `policy_changed` is in seconds since 1970, 0 for no policy. */
struct survey survey_take(bool host_wide, time_t policy_changed);

const char *process_state_name(enum process_state state);

void survey_free(struct survey *survey);

#endif

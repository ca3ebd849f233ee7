/*
 * The unit of systemd(1) that this process belongs to, as its control group tells: cgroups(7), systemd.slice(5).
 */
#ifndef TLSWARD_UNIT_H
#define TLSWARD_UNIT_H

#include "process/arena.h"

struct unit {
    /*
     * Of the system's manager: "nginx.service", "session-3.scope", "user@1000.service"; "" for none, NULL for unknown.
     * It is the outermost: what is below it may be named by whoever it was delegated to.
     */
    const char *name;
    const char *of_user; /* below user@UID.service, that of the user's manager; the user names it. NULL: none */
};

/* Reads /proc/self/cgroup. In the arena. */
void unit_find(struct unit *unit, struct arena *arena);

/*
 * The same from the text of such a file. Where there is a hierarchy of version 1 that systemd manages, that counts,
 * else the one of version 2. The root of a hierarchy tells nothing: a namespace may hide what is above it.
 */
void unit_of_groups(const char *text, struct unit *unit, struct arena *arena);

#endif

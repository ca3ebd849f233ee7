/*
 * The files that make up one service of systemd, systemd.unit(5), and the LD_PRELOAD that they give it.
 */
#ifndef TLSWARD_UNIT_FILES_H
#define TLSWARD_UNIT_FILES_H

#include <stdbool.h>

#define UNIT_DROP_IN "50-tlsward.conf"

struct unit_files {
    char *name;        /* with ".service" */
    char *file;        /* the one that defines it, or NULL */
    char *preload;     /* what its files set LD_PRELOAD to, ours left out; or NULL */
    char *later;       /* a drop-in behind ours that sets it again, or NULL */
    char *environment; /* a file of EnvironmentFile= that sets it, which counts before every Environment=; or NULL */
};

/* False where the name is none of a service. To be freed in any case. */
bool unit_files_find(struct unit_files *unit, const char *name);

/* Where our drop-in is: below /etc, or below /run until the next boot. The caller frees it. */
char *unit_files_drop_in(const struct unit_files *unit, bool runtime);

void unit_files_free(struct unit_files *unit);

#endif

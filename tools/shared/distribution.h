/*
 * How the distribution of this host keeps its trust anchors.
 */
#ifndef TLSWARD_DISTRIBUTION_H
#define TLSWARD_DISTRIBUTION_H

#include "shared/anchors.h"

#include <stdbool.h>

struct distribution {
    const char *names;    /* ID or ID_LIKE of os-release(5), with blanks between */
    const char *packaged; /* the directory of the distribution's own anchors */
    const char *list;     /* dpkg's list of the files of their package; NULL: all that is in the directory is its */
    const char *local;    /* the directory of what this host adds */
    const char *ending;   /* of files that count there; NULL: any */
    bool takes_pem_alone; /* else DER as well */
    const char *update;   /* the command that makes what programs read of both */
};

/* By /etc/os-release. NULL for one that is not known here. */
const struct distribution *distribution_of_this_host(void);

/* The certificates of its package, and those that this host adds, whether or not they are in effect. */
void distribution_add_packaged(const struct distribution *distribution, struct anchors *anchors);
void distribution_add_local(const struct distribution *distribution, struct anchors *anchors);

/* For a shell, what adds a certificate in a file called "CA" to those of this host. The caller frees it. */
char *distribution_add_command(const struct distribution *distribution);

#endif

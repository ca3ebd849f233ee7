/*
 * Whether programs that everything depends on run with the library as they do without it.
 */
#ifndef TLSWARD_SELF_TEST_H
#define TLSWARD_SELF_TEST_H

#include "enable/loaders.h"

#include <stdbool.h>

struct self_test {
    const struct loaders *loaders;
    const char *without; /* what /etc/ld.so.preload says beside ours, where ours is in it already; or NULL */
    const char *links;   /* to be in the place of BOOT_LINKS, or NULL */
    char *problem;       /* the first difference, for people; or NULL */
    char *skipped;       /* the programs that are not here, separated by ", "; or NULL */
    unsigned tried;
    bool in_place; /* no mount namespace to be had: what /etc/ld.so.preload says was not tried */
};

/* By LD_PRELOAD, which names the library itself. False with the problem. */
bool self_test_library(struct self_test *test, const char *library);

/* By a file in the place of /etc/ld.so.preload, seen by what is tried alone. */
bool self_test_file(struct self_test *test, const char *file);

/* By /etc/ld.so.preload as everybody sees it: two programs, to be quick. */
bool self_test_in_place(struct self_test *test);

void self_test_free(struct self_test *test);

#endif

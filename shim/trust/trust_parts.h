/*
 * What a snapshot of trust anchors is made of.
 */
#ifndef TLSWARD_TRUST_PARTS_H
#define TLSWARD_TRUST_PARTS_H

#include "trust/anchor_directory.h"

/* One place: a file, or a directory (file.bundle is then NULL), or neither as long as nothing is there. */
struct trust_part {
    struct anchor_file file; /* its identity and problem are the place's, whatever it is */
    struct anchor_directory *directory;
    bool stands_in; /* asked only where the part before it cannot be reached */
};

struct trust {
    struct trust *replaced; /* the snapshot before: still in use, perhaps, and within reach of leak checkers */
    size_t count;
    struct trust_part parts[];
};

#endif

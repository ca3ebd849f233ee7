/*
 * One look-up of trust anchors by subject, as it travels through files and directories.
 */
#ifndef TLSWARD_ANCHOR_SEARCH_H
#define TLSWARD_ANCHOR_SEARCH_H

#include "trust/trust.h"

struct anchor_search {
    const struct decoder *decoder;
    const X509_NAME *subject;
    uint64_t key;                           /* of the subject: api_name_key() */
    bool (*found)(void *arg, X509 *anchor); /* borrows the anchor for the call; false: SEARCH_FAILED */
    void *found_arg;
    trust_warning warn;
    void *warn_arg;
};

enum search_result {
    SEARCH_DONE,        /* everything that matches was handed over; perhaps nothing does */
    SEARCH_UNREACHABLE, /* the source cannot be read now and has not read this subject before */
    SEARCH_FAILED       /* memory is short, or found() said so */
};

#endif

/*
 * One look-up of trust anchors by subject, as it travels through files and directories. No certificate is decoded on
 * the way: what is found may have the subject, and whoever asked has its library decide.
 */
#ifndef TLSWARD_ANCHOR_SEARCH_H
#define TLSWARD_ANCHOR_SEARCH_H

#include "trust/anchor.h"
#include "trust/trust.h"

#include <stdint.h>

struct anchor_search {
    uint64_t key; /* of the subject: subject_key() */

    /* The number after which a hashed directory names its files (openssl-rehash(1)). False: SEARCH_FAILED. */
    bool (*hash_subject)(void *arg, unsigned long *hash);

    /* Told of each that may have the subject; borrows the anchor for the call. False: SEARCH_FAILED. */
    bool (*found)(void *arg, const struct anchor *anchor);
    void *arg;

    trust_warning warn;
    void *warn_arg;
};

enum search_result {
    SEARCH_DONE,        /* everything that matches was handed over; perhaps nothing does */
    SEARCH_UNREACHABLE, /* the source cannot be read now and has not read this subject before */
    SEARCH_FAILED       /* memory is short, or a function of the search said so */
};

/* Hands every anchor that may have the subject to search->found. SEARCH_DONE or SEARCH_FAILED. */
enum search_result trust_search(struct trust *trust, const struct anchor_search *search);

#endif

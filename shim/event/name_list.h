/*
 * The names of a certificate by which its server could be reached, for a sentence: "a, b or more".
 */
#ifndef TLSWARD_NAME_LIST_H
#define TLSWARD_NAME_LIST_H

#include "peer/peer.h"

/* So many are looked at, and so many of those that can be used are listed. */
#define NAME_LIST_LOOKED_AT 64
#define NAME_LIST_SHOWN 5

struct name_list {
    const struct peer_name *target;   /* the peer that was asked for: a wildcard is tried with its first label */
    const struct peer_name *expected; /* the present one, which is no other */
    /* Whether the certificate is for that name. */
    bool (*matches)(const void *object, const struct peer_name *name);
    const void *object;

    size_t looked_at, usable;
    struct peer_name first; /* of those that can be used */
    char text[NAME_LIST_SHOWN * 256];
};

/* Looks at a DNS name or the text of an address, as the certificate has it; whatever follows the limit is passed over.
 */
void name_list_add(struct name_list *list, const char *name);

/* Ends the text: how many are not listed. */
void name_list_end(struct name_list *list);

#endif

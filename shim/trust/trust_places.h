/*
 * Where "system" is: the places in which distributions keep their trust anchors, or what SSL_CERT_FILE and
 * SSL_CERT_DIR say (SSL_CTX_set_default_verify_paths(3)).
 */
#ifndef TLSWARD_TRUST_PLACES_H
#define TLSWARD_TRUST_PLACES_H

#include <stdbool.h>
#include <stddef.h>

struct trust_place {
    char *path;
    bool stands_in; /* asked only where the place before it cannot be reached */
};

struct trust_places {
    struct trust_place *items;
    size_t count;
};

/* Adds a copy of a path. False for memory shortage. */
bool trust_places_add(struct trust_places *places, const char *path, bool stands_in);

/*
 * Adds the places of "system" on this host. A hashed directory comes first, being cheap to search; the bundle of
 * the same certificates stands in for it once a chroot has put it out of reach. Where nothing is found, every known
 * place is added: one of them may come into being later. False for memory shortage.
 */
bool trust_places_add_system(struct trust_places *places);

/* Another number after every trust_believe_environment() that changed what "system" means. */
unsigned trust_places_belief(void);

void trust_places_free(struct trust_places *places);

#endif

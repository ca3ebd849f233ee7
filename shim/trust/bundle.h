/*
 * The bytes of one trust file, indexed by subject. They never change; the index, and what libraries make of a
 * certificate, are published with compare-and-swap.
 */
#ifndef TLSWARD_BUNDLE_H
#define TLSWARD_BUNDLE_H

#include "trust/anchor_search.h"

struct bundle;

/*
 * PEM with any number of certificates, or one certificate in DER. Takes `bytes` (malloc'ed) over, also when
 * it returns NULL for memory shortage; copies `path`, which names the file in warnings.
 */
struct bundle *bundle_new(const char *path, unsigned char *bytes, size_t length);

/* Only for a bundle that no other thread can reach, and of whose anchors nobody holds a form. */
void bundle_free(struct bundle *bundle);

bool bundle_has_bytes(const struct bundle *bundle, const unsigned char *bytes, size_t length);

/*
 * True where at least one certificate can be located. If none can, `damage` says what is wrong
 * with the first one, or is NULL where there is not even that.
 */
bool bundle_has_certificate(const struct bundle *bundle, const char **damage);

/* True where a block lacks its end, as in a file that is just being written. */
bool bundle_is_truncated(const struct bundle *bundle);

/*
 * Hands every certificate that may have the subject to search->found. The first search indexes the file and warns of
 * every certificate in it that cannot be used.
 */
enum search_result bundle_search(struct bundle *bundle, const struct anchor_search *search);

/* Hands over every certificate that can be used, and warns of the others, in their order. */
struct anchor_listing {
    void (*found)(void *arg, const struct anchor *anchor); /* borrows it for the call */
    trust_warning warn;
    void *arg;
};
enum search_result bundle_list(struct bundle *bundle, const struct anchor_listing *listing);

/* The number of certificates in the index; builds it if need be. 0 also for memory shortage. */
size_t bundle_count(struct bundle *bundle, trust_warning warn, void *arg);

#endif

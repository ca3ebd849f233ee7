#include "array.h"
#include "trust_parts.h"

#include <stdlib.h>
#include <string.h>

struct sought_name {
    X509_NAME *name; /* borrowed from a certificate of the chain or from a shared anchor */
    unsigned long hash;
};

struct fill {
    const struct openssl_api *api;
    X509_STORE *store;
    struct sought_name *names;
    size_t name_count;
    X509 **anchors; /* in the store already */
    size_t anchor_count;
    size_t same_name; /* index of the first anchor that has the name now looked for */
};

static bool is_sought(const struct fill *fill, const X509_NAME *name, unsigned long hash)
{
    for (size_t i = 0; i < fill->name_count; i++)
        if (fill->names[i].hash == hash && fill->api->X509_NAME_cmp(fill->names[i].name, name) == 0)
            return true;
    return false;
}

static bool seek(struct fill *fill, X509_NAME *name)
{
    unsigned long hash = api_name_hash(fill->api, name);
    if (is_sought(fill, name, hash))
        return true;
    struct sought_name *names = array_grow(fill->names, fill->name_count, sizeof(*names));
    if (!names)
        return false;
    fill->names = names;
    names[fill->name_count++] = (struct sought_name){name, hash};
    return true;
}

static bool seek_certificate(struct fill *fill, const X509 *certificate)
{
    return seek(fill, fill->api->X509_get_subject_name(certificate)) &&
           seek(fill, fill->api->X509_get_issuer_name(certificate));
}

static bool seek_chain(struct fill *fill, const X509 *leaf, const STACK *untrusted)
{
    int count = untrusted ? api_stack_num(fill->api, untrusted) : 0;
    bool sought = seek_certificate(fill, leaf);
    for (int i = 0; i < count && sought; i++)
        sought = seek_certificate(fill, api_stack_value(fill->api, untrusted, i));
    return sought;
}

static bool is_same_certificate(const struct openssl_api *api, const X509 *left, const X509 *right)
{
    enum { SHA256_LENGTH = 32 };
    unsigned char left_digest[SHA256_LENGTH], right_digest[SHA256_LENGTH];
    return left == right || (api->X509_digest(left, api->EVP_sha256(), left_digest, NULL) == 1 &&
                             api->X509_digest(right, api->EVP_sha256(), right_digest, NULL) == 1 &&
                             memcmp(left_digest, right_digest, SHA256_LENGTH) == 0);
}

/* The same certificate may be in several files. Before 1.1.1, X509_STORE_add_cert calls that an error. */
static bool is_added(const struct fill *fill, const X509 *anchor)
{
    for (size_t i = fill->same_name; i < fill->anchor_count; i++)
        if (is_same_certificate(fill->api, fill->anchors[i], anchor))
            return true;
    return false;
}

static bool add_anchor(void *arg, X509 *anchor)
{
    struct fill *fill = arg;
    if (is_added(fill, anchor))
        return true;
    X509 **anchors = array_grow(fill->anchors, fill->anchor_count, sizeof(X509 *));
    if (!anchors)
        return false;
    fill->anchors = anchors;
    anchors[fill->anchor_count++] = anchor;
    return fill->api->X509_STORE_add_cert(fill->store, anchor) == 1 &&
           seek(fill, fill->api->X509_get_issuer_name(anchor));
}

int trust_fill(struct trust *trust, const struct decoder *decoder, X509_STORE *store, X509 *leaf, STACK *untrusted,
               trust_warning warn, void *arg)
{
    struct fill fill = {.api = decoder->api, .store = store};
    bool filled = seek_chain(&fill, leaf, untrusted);
    for (size_t i = 0; i < fill.name_count && filled; i++) { /* anchors found on the way add names */
        struct anchor_search search = {
            .decoder = decoder,
            .subject = fill.names[i].name,
            .hash = fill.names[i].hash,
            .found = add_anchor,
            .found_arg = &fill,
            .warn = warn,
            .warn_arg = arg,
        };
        fill.same_name = fill.anchor_count;
        filled = trust_search(trust, &search) == SEARCH_DONE;
    }
    free(fill.names);
    free(fill.anchors);
    return filled;
}

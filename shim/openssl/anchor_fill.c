#include "openssl/anchor_fill.h"

#include "process/array.h"

#include <stdlib.h>
#include <string.h>

static bool is_sought(const struct anchor_fill *fill, const X509_NAME *name)
{
    for (size_t i = 0; i < fill->name_count; i++)
        if (fill->api->X509_NAME_cmp(fill->names[i], name) == 0)
            return true;
    return false;
}

static bool seek(struct anchor_fill *fill, X509_NAME *name)
{
    if (is_sought(fill, name))
        return true;
    X509_NAME **names = array_grow(fill->names, fill->name_count, sizeof(X509_NAME *));
    if (!names)
        return false;
    fill->names = names;
    names[fill->name_count++] = name;
    return true;
}

static bool seek_leaf(struct anchor_fill *fill, const X509 *leaf)
{
    return (fill->by_issuers || seek(fill, fill->api->X509_get_subject_name(leaf))) &&
           seek(fill, fill->api->X509_get_issuer_name(leaf));
}

/* What the peer sent under this name may be the next of the chain. */
static bool seek_issuers_of(struct anchor_fill *fill, const STACK *untrusted, const X509_NAME *subject)
{
    int count = untrusted ? api_stack_num(fill->api, untrusted) : 0;
    bool sought = true;
    for (int i = 0; i < count && sought; i++) {
        const X509 *certificate = api_stack_value(fill->api, untrusted, i);
        if (fill->api->X509_NAME_cmp(fill->api->X509_get_subject_name(certificate), subject) == 0)
            sought = seek(fill, fill->api->X509_get_issuer_name(certificate));
    }
    return sought;
}

bool anchor_is_same(const struct openssl_api *api, const X509 *left, const X509 *right)
{
    unsigned char left_digest[API_SHA256_SIZE], right_digest[API_SHA256_SIZE];
    return left == right ||
           (api->X509_NAME_cmp(api->X509_get_subject_name(left), api->X509_get_subject_name(right)) == 0 &&
            api_certificate_sha256(api, left, left_digest) && api_certificate_sha256(api, right, right_digest) &&
            memcmp(left_digest, right_digest, sizeof left_digest) == 0);
}

static bool is_among(const struct anchor_fill *fill, size_t first, const X509 *certificate)
{
    for (size_t i = first; i < fill->anchor_count; i++)
        if (anchor_is_same(fill->api, fill->anchors[i], certificate))
            return true;
    return false;
}

bool anchor_fill_has(const struct anchor_fill *fill, const X509 *certificate)
{
    return is_among(fill, 0, certificate);
}

/* The same certificate may be in several files. Before 1.1.1, X509_STORE_add_cert calls that an error. */
bool anchor_fill_add(struct anchor_fill *fill, X509 *anchor)
{
    if (is_among(fill, fill->same_name, anchor))
        return true;
    X509 **anchors = array_grow(fill->anchors, fill->anchor_count, sizeof(X509 *));
    if (!anchors)
        return false;
    fill->anchors = anchors;
    anchors[fill->anchor_count++] = anchor;
    return fill->api->X509_STORE_add_cert(fill->store, anchor) == 1 &&
           seek(fill, fill->api->X509_get_issuer_name(anchor));
}

bool anchor_fill(struct anchor_fill *fill, const X509 *leaf, const STACK *untrusted, anchor_source source, void *arg)
{
    bool filled = seek_leaf(fill, leaf);
    for (size_t i = 0; i < fill->name_count && filled; i++) { /* what is found on the way adds names */
        fill->same_name = fill->anchor_count;
        filled = source(fill, fill->names[i], arg) && seek_issuers_of(fill, untrusted, fill->names[i]);
    }
    return filled;
}

void anchor_fill_clear(struct anchor_fill *fill)
{
    free(fill->names);
    free(fill->anchors);
    fill->names = NULL;
    fill->anchors = NULL;
    fill->name_count = fill->anchor_count = 0;
}

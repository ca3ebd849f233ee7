#include "openssl/trust_fill.h"

#include "openssl/anchor_decode.h"
#include "openssl/anchor_fill.h"
#include "trust/anchor_search.h"

#include <stdio.h>

/* Where trust_fill() looks, and whom it tells of what cannot be read. */
struct place {
    struct trust *trust;
    const struct decoder *decoder;
    trust_warning warn;
    void *warn_arg;
};

/* One name that is looked for there. */
struct look_up {
    const struct place *place;
    struct anchor_fill *fill;
    X509_NAME *subject;
};

static bool hash_name(const struct decoder *decoder, X509_NAME *subject, unsigned long *hash)
{
    return api_name_hash(decoder->api, subject, decoder->library_context, decoder->properties, hash);
}

static bool hash_subject(void *arg, unsigned long *hash)
{
    const struct look_up *look_up = arg;
    return hash_name(look_up->place->decoder, look_up->subject, hash);
}

static bool add_anchor(void *arg, const struct anchor *anchor)
{
    const struct look_up *look_up = arg;
    const struct place *place = look_up->place;
    const struct openssl_api *api = place->decoder->api;
    const struct anchor_fill *fill = look_up->fill;
    struct decoded_certificates present = {fill->anchors + fill->same_name, fill->anchor_count - fill->same_name};
    struct decoded_anchor *decoded = anchor_decode(anchor, place->decoder, present, place->warn, place->warn_arg);
    if (!decoded)
        return false;
    X509 *certificate = decoded->certificate;
    bool added = !certificate || api->X509_NAME_cmp(api->X509_get_subject_name(certificate), look_up->subject) != 0 ||
                 anchor_fill_add(look_up->fill, certificate);
    anchor_release(decoded);
    return added;
}

static bool search_trust(struct anchor_fill *fill, X509_NAME *subject, void *arg)
{
    const struct place *place = arg;
    struct look_up look_up = {place, fill, subject};
    struct anchor_search search = {
        .hash_subject = hash_subject,
        .found = add_anchor,
        .arg = &look_up,
        .warn = place->warn,
        .warn_arg = place->warn_arg,
    };
    return api_subject_key(fill->api, subject, &search.key) && trust_search(place->trust, &search) == SEARCH_DONE;
}

int trust_fill(struct trust *trust, const struct decoder *decoder, X509_STORE *store, X509 *leaf, STACK *untrusted,
               trust_warning warn, void *arg)
{
    struct anchor_fill fill = {.api = decoder->api, .store = store};
    struct place place = {trust, decoder, warn, arg};
    bool filled = anchor_fill(&fill, leaf, untrusted, search_trust, &place);
    anchor_fill_clear(&fill);
    return filled;
}

/* One certificate whose file is looked for. */
struct file_look_up {
    const struct place *place;
    X509 *sought;
    char *file;
    size_t size;
    bool found;
};

static bool hash_sought(void *arg, unsigned long *hash)
{
    const struct file_look_up *look_up = arg;
    const struct decoder *decoder = look_up->place->decoder;
    return hash_name(decoder, decoder->api->X509_get_subject_name(look_up->sought), hash);
}

static bool compare_anchor(void *arg, const struct anchor *anchor)
{
    struct file_look_up *look_up = arg;
    const struct place *place = look_up->place;
    if (look_up->found)
        return true;
    /* What is sought may be the peer's own: no anchor is made of that. */
    const struct decoded_certificates none = {NULL, 0};
    struct decoded_anchor *decoded = anchor_decode(anchor, place->decoder, none, place->warn, place->warn_arg);
    if (decoded == NULL)
        return false;
    look_up->found =
        decoded->certificate != NULL && anchor_is_same(place->decoder->api, decoded->certificate, look_up->sought);
    if (look_up->found)
        snprintf(look_up->file, look_up->size, "%s", anchor->file);
    anchor_release(decoded);
    return true;
}

bool trust_find_file(struct trust *trust, const struct decoder *decoder, X509 *anchor, trust_warning warn, void *arg,
                     char *file, size_t size)
{
    struct place place = {trust, decoder, warn, arg};
    struct file_look_up look_up = {.place = &place, .sought = anchor, .file = file, .size = size};
    struct anchor_search search = {
        .hash_subject = hash_sought, .found = compare_anchor, .arg = &look_up, .warn = warn, .warn_arg = arg};
    return api_subject_key(decoder->api, decoder->api->X509_get_subject_name(anchor), &search.key) &&
           trust_search(trust, &search) == SEARCH_DONE && look_up.found;
}

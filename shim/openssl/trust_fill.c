#include "openssl/anchor_fill.h"
#include "trust/trust_parts.h"

/* Where trust_fill() looks, and whom it tells of what cannot be read. */
struct place {
    struct trust *trust;
    const struct decoder *decoder;
    trust_warning warn;
    void *warn_arg;
};

static bool add_anchor(void *fill, X509 *anchor)
{
    return anchor_fill_add(fill, anchor);
}

static bool search_trust(struct anchor_fill *fill, X509_NAME *subject, void *arg)
{
    const struct place *place = arg;
    struct anchor_search search = {
        .decoder = place->decoder,
        .subject = subject,
        .key = api_name_key(fill->api, subject),
        .found = add_anchor,
        .found_arg = fill,
        .warn = place->warn,
        .warn_arg = place->warn_arg,
    };
    return trust_search(place->trust, &search) == SEARCH_DONE;
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

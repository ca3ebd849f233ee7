#include "openssl/anchor_decode.h"

#include <stdlib.h>
#include <string.h>

static const char unreadable[] = "cannot be read by libcrypto";

static void free_form(struct anchor_form *form)
{
    struct decoded_anchor *decoded = (struct decoded_anchor *)form;
    const struct openssl_api *api = form->maker;
    if (decoded->certificate)
        api->X509_free(decoded->certificate);
    free(decoded);
}

static X509 *decode(const struct decoder *decoder, struct der certificate)
{
    const struct openssl_api *api = decoder->api;
    const unsigned char *data = certificate.data;
    X509 *blank = NULL;
    if (decoder->library_context != NULL && api->X509_new_ex != NULL)
        blank = api->X509_new_ex(decoder->library_context, decoder->properties);
    X509 *decoded = api->d2i_X509(&blank, &data, (long)certificate.length); /* frees it where it fails */
    /* Extension flags are computed on first use, which is not safe once threads share the certificate. */
    if (decoded)
        api->X509_check_purpose(decoded, -1, 0);
    return decoded;
}

static bool has_bytes(const struct openssl_api *api, const X509 *certificate, struct der bytes)
{
    int length = api->i2d_X509(certificate, NULL);
    bool same = length > 0 && (size_t)length == bytes.length;
    unsigned char *encoded = same ? malloc(bytes.length) : NULL;
    unsigned char *end = encoded;
    same = encoded && api->i2d_X509(certificate, &end) == length && memcmp(encoded, bytes.data, bytes.length) == 0;
    free(encoded);
    return same;
}

/* A reference to the one that has these bytes, or NULL. */
static X509 *find_among(const struct openssl_api *api, struct decoded_certificates present, struct der bytes)
{
    if (!api->i2d_X509 || !api->X509_up_ref)
        return NULL;
    for (size_t i = 0; i < present.count; i++)
        if (has_bytes(api, present.items[i], bytes))
            return api->X509_up_ref(present.items[i]) == 1 ? present.items[i] : NULL;
    return NULL;
}

/*
 * 1.0.x counts references without a lock where the program gave it none: nothing may be shared between threads. And
 * a program may free a library context of its own.
 */
static bool may_share(const struct decoder *decoder)
{
    const struct openssl_api *api = decoder->api;
    return decoder->library_context == NULL &&
           (!api->CRYPTO_get_locking_callback || api->CRYPTO_get_locking_callback() != NULL);
}

static struct decoded_anchor *new_decoded(const struct anchor *anchor, const struct decoder *decoder,
                                          struct decoded_certificates present, bool shared)
{
    struct anchor_bytes bytes;
    struct decoded_anchor *decoded = calloc(1, sizeof(*decoded));
    if (!decoded || !anchor_read(anchor, &bytes)) {
        free(decoded);
        return NULL;
    }
    decoded->form = (struct anchor_form){.maker = decoder->api, .free = free_form};
    decoded->certificate = find_among(decoder->api, present, bytes.certificate);
    if (!decoded->certificate)
        decoded->certificate = decode(decoder, bytes.certificate);
    decoded->shared = shared;
    free(bytes.storage);
    return decoded;
}

struct decoded_anchor *anchor_decode(const struct anchor *anchor, const struct decoder *decoder,
                                     struct decoded_certificates present, trust_warning warn, void *arg)
{
    bool shared = may_share(decoder);
    struct anchor_form *form = shared ? anchor_find_form(anchor, decoder->api) : NULL;
    if (form)
        return (struct decoded_anchor *)form;
    struct decoded_anchor *mine = new_decoded(anchor, decoder, present, shared);
    if (!mine || !shared)
        return mine;
    form = anchor_keep_form(anchor, &mine->form);
    if (form == &mine->form && !mine->certificate)
        warn(arg, anchor->file, anchor->position, unreadable);
    return (struct decoded_anchor *)form;
}

void anchor_release(struct decoded_anchor *decoded)
{
    if (!decoded->shared)
        free_form(&decoded->form);
}

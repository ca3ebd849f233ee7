/*
 * Any bytes as a trust file: PEM, DER and the bundle over them. What is found lies within the bytes, and what the
 * index counts can be searched for.
 */
#include "../unit/linked_library.h"
#include "fuzz.h"
#include "trust/bundle.h"
#include "trust/der.h"
#include "trust/pem.h"

#include <openssl/err.h>
#include <openssl/x509.h>

static struct openssl_api api;
static const struct decoder decoder = {&api, NULL, NULL};

static void *lookup(const char *name, void *arg)
{
    (void)arg;
    return linked_symbol(name);
}

static void nobody_is_told(void *arg, const char *file, unsigned position, const char *why)
{
    (void)arg;
    (void)position;
    require(file != NULL && why != NULL);
}

static bool lies_within(const void *part, size_t part_length, const void *whole, size_t length)
{
    const char *from = part, *start = whole;
    return from >= start && part_length <= length && (size_t)(from - start) <= length - part_length;
}

static bool count_one(void *count, X509 *anchor)
{
    ++*(size_t *)count;
    return anchor != NULL;
}

/* Where a subject is one that libcrypto can read, the bundle hands its certificate over, if that is readable too. */
static void search_for(struct bundle *bundle, struct der subject)
{
    const unsigned char *data = subject.data;
    X509_NAME *name = d2i_X509_NAME(NULL, &data, (long)subject.length);
    size_t count = 0;
    if (name == NULL)
        return;
    struct anchor_search search = {.decoder = &decoder,
                                   .subject = name,
                                   .key = api_name_key(&api, name),
                                   .found = count_one,
                                   .found_arg = &count,
                                   .warn = nobody_is_told};
    require(bundle_search(bundle, &search) == SEARCH_DONE);
    require(count <= bundle_count(bundle, nobody_is_told, NULL));
    X509_NAME_free(name);
}

static void check_der(struct bundle *bundle, const unsigned char *data, size_t length)
{
    struct der certificate, subject, rest;
    if (der_certificate((struct der){data, length}, &certificate, &subject, &rest)) {
        require(certificate.data == data && certificate.length + rest.length == length);
        require(lies_within(subject.data, subject.length, certificate.data, certificate.length));
        der_trust_settings_allow_server(rest);
        search_for(bundle, subject);
    }
    der_trust_settings_allow_server((struct der){data, length});
}

static void check_pem(struct bundle *bundle, const char *text, size_t length)
{
    struct pem_block block;
    size_t offset = 0, before = 0;
    for (; pem_next(text, length, &offset, &block); before = offset) {
        size_t decoded = 0;
        require(offset > before && offset <= length && lies_within(block.body, block.length, text, length));
        unsigned char *bytes = pem_decode(block.body, block.length, &decoded);
        require(bytes == NULL || (decoded > 0 && decoded <= block.length / 4 * 3 + 3));
        if (bytes != NULL)
            check_der(bundle, bytes, decoded);
        free(bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *damage;
    if (api.d2i_X509 == NULL)
        require(openssl_api_bind(&api, lookup, NULL) == NULL);
    unsigned char *bytes = malloc(size + 1);
    require(bytes != NULL);
    memcpy(bytes, data, size);
    struct bundle *bundle = bundle_new("fuzz", bytes, size);
    require(bundle != NULL && bundle_has_bytes(bundle, data, size));
    bool has = bundle_has_certificate(bundle, &damage);
    require(!bundle_is_truncated(bundle) || size > 0);
    require(has || bundle_count(bundle, nobody_is_told, NULL) == 0);
    check_pem(bundle, (const char *)data, size);
    check_der(bundle, data, size);
    ERR_clear_error();
    bundle_free(bundle);
    return 0;
}

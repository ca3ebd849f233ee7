#include "presented.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

/* 128 KiB, of which a process that meets no bad certificate touches nothing. */
enum { FILTER_BITS = 1 << 20, BITS_EACH = 4, DIGEST_SIZE = 20 };

static _Atomic uint64_t filter[FILTER_BITS / 64];
static atomic_bool any, all;

/* SHA-1, which libcrypto mostly has at hand: no two copies of one certificate can have different ones. */
static bool digest_of(const struct openssl_api *api, const X509 *certificate, uint32_t words[static BITS_EACH])
{
    unsigned char digest[64];
    unsigned length = 0;
    if (api->X509_digest(certificate, api->EVP_sha1(), digest, &length) != 1 || length != DIGEST_SIZE)
        return false;
    memcpy(words, digest, BITS_EACH * sizeof words[0]);
    return true;
}

void presented_add(const struct openssl_api *api, const X509 *certificate)
{
    uint32_t words[BITS_EACH];
    if (digest_of(api, certificate, words))
        for (size_t i = 0; i < BITS_EACH; i++)
            atomic_fetch_or(&filter[words[i] % FILTER_BITS / 64], UINT64_C(1) << words[i] % 64);
    else
        atomic_store(&all, true);
    atomic_store(&any, true);
}

bool presented_has(const struct openssl_api *api, const X509 *certificate)
{
    uint32_t words[BITS_EACH];
    if (!atomic_load(&any))
        return false;
    if (atomic_load(&all) || !digest_of(api, certificate, words))
        return true;
    for (size_t i = 0; i < BITS_EACH; i++)
        if ((atomic_load(&filter[words[i] % FILTER_BITS / 64]) >> words[i] % 64 & 1) == 0)
            return false;
    return true;
}

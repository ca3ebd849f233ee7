#include "presented.h"

#include "seqlock.h"

/* 128 KiB, of which a process that meets no bad certificate touches nothing. */
enum { FILTER_BITS = 1 << 20, BITS_EACH = 4, DIGEST_SIZE = 20, DIGEST_WORDS = 5 };

static _Atomic uint64_t filter[FILTER_BITS / 64];
static atomic_bool any, all;

/* The latest anchors of the program's. Of one that is forgotten here, the policy's anchors may have to decide. */
enum { KNOWN = 64, KNOWN_WORDS = 3 };
static struct {
    seqlock_word version;
    seqlock_word words[KNOWN_WORDS];
} known[KNOWN];
static atomic_uint next_known;

/* SHA-1, which libcrypto mostly has at hand: no two copies of one certificate can have different ones. */
static bool digest_of(const struct openssl_api *api, const X509 *certificate, uint32_t words[static DIGEST_WORDS])
{
    unsigned char digest[64];
    unsigned length = 0;
    if (api->X509_digest(certificate, api->EVP_sha1(), digest, &length) != 1 || length != DIGEST_SIZE)
        return false;
    memcpy(words, digest, DIGEST_SIZE);
    return true;
}

static bool is_known(const uint32_t digest[static DIGEST_WORDS])
{
    uint64_t words[KNOWN_WORDS];
    unsigned used = atomic_load(&next_known);
    for (unsigned i = 0; i < (used < KNOWN ? used : KNOWN); i++)
        if (seqlock_read(&known[i].version, known[i].words, words, KNOWN_WORDS) != 0 &&
            memcmp(words, digest, DIGEST_SIZE) == 0)
            return true;
    return false;
}

void presented_know(const struct openssl_api *api, const X509 *certificate)
{
    uint32_t digest[DIGEST_WORDS];
    uint64_t words[KNOWN_WORDS] = {0};
    if (!digest_of(api, certificate, digest) || is_known(digest))
        return;
    memcpy(words, digest, DIGEST_SIZE);
    unsigned slot = atomic_fetch_add(&next_known, 1) % KNOWN;
    seqlock_write(&known[slot].version, known[slot].words, words, KNOWN_WORDS);
}

void presented_add(const struct openssl_api *api, const X509 *certificate)
{
    uint32_t words[DIGEST_WORDS];
    bool has_digest = digest_of(api, certificate, words);
    if (has_digest && is_known(words))
        return;
    if (has_digest)
        for (size_t i = 0; i < BITS_EACH; i++)
            atomic_fetch_or(&filter[words[i] % FILTER_BITS / 64], UINT64_C(1) << words[i] % 64);
    else
        atomic_store(&all, true);
    atomic_store(&any, true);
}

bool presented_has(const struct openssl_api *api, const X509 *certificate)
{
    uint32_t words[DIGEST_WORDS];
    if (!atomic_load(&any))
        return false;
    if (atomic_load(&all) || !digest_of(api, certificate, words))
        return true;
    for (size_t i = 0; i < BITS_EACH; i++)
        if ((atomic_load(&filter[words[i] % FILTER_BITS / 64]) >> words[i] % 64 & 1) == 0)
            return false;
    return true;
}

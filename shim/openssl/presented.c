#include "openssl/presented.h"

#include "process/seqlock.h"

enum { FILTER_BITS = 1 << 20, BITS_EACH = 4, DIGEST_WORDS = API_SHA1_SIZE / sizeof(uint32_t) };

/* The latest that counted. Of one that is forgotten here, the policy's anchors may have to decide. */
enum { KNOWN = 64, KNOWN_WORDS = 3 };

/* 128 KiB, of which a process that meets no bad certificate touches nothing. */
struct memory {
    _Atomic uint64_t filter[FILTER_BITS / 64];
    atomic_bool any, all;
    struct {
        seqlock_word version;
        seqlock_word words[KNOWN_WORDS];
    } known[KNOWN];
    atomic_uint next_known;
};

static struct memory certificates, keys;

struct digest {
    bool known;
    uint32_t words[DIGEST_WORDS];
};

/* Of the digest of a key, which is longer, as much as of that of a certificate. NULL: it cannot be had. */
static struct digest digest_of(const unsigned char *bytes)
{
    struct digest digest = {.known = bytes != NULL};
    if (bytes != NULL)
        memcpy(digest.words, bytes, sizeof digest.words);
    return digest;
}

/* SHA-1, which libcrypto mostly has at hand: no two copies of one certificate can have different ones. */
static struct digest digest_of_certificate(const struct openssl_api *api, const X509 *certificate)
{
    unsigned char bytes[API_SHA1_SIZE];
    return digest_of(api_certificate_sha1(api, certificate, bytes) ? bytes : NULL);
}

static bool is_known(struct memory *memory, const struct digest *digest)
{
    uint64_t words[KNOWN_WORDS];
    unsigned used = atomic_load(&memory->next_known);
    for (unsigned i = 0; i < (used < KNOWN ? used : KNOWN); i++)
        if (seqlock_read(&memory->known[i].version, memory->known[i].words, words, KNOWN_WORDS) != 0 &&
            memcmp(words, digest->words, sizeof digest->words) == 0)
            return true;
    return false;
}

static void know(struct memory *memory, const struct digest *digest)
{
    uint64_t words[KNOWN_WORDS] = {0};
    if (!digest->known || is_known(memory, digest))
        return;
    memcpy(words, digest->words, sizeof digest->words);
    unsigned slot = atomic_fetch_add(&memory->next_known, 1) % KNOWN;
    seqlock_write(&memory->known[slot].version, memory->known[slot].words, words, KNOWN_WORDS);
}

static void add(struct memory *memory, const struct digest *digest)
{
    const uint32_t *words = digest->words;
    if (digest->known && is_known(memory, digest))
        return;
    if (digest->known)
        for (size_t i = 0; i < BITS_EACH; i++)
            atomic_fetch_or(&memory->filter[words[i] % FILTER_BITS / 64], UINT64_C(1) << words[i] % 64);
    else
        atomic_store(&memory->all, true);
    atomic_store(&memory->any, true);
}

static bool has(struct memory *memory, const struct digest *digest)
{
    const uint32_t *words = digest->words;
    if (atomic_load(&memory->all) || !digest->known)
        return true;
    for (size_t i = 0; i < BITS_EACH; i++)
        if ((atomic_load(&memory->filter[words[i] % FILTER_BITS / 64]) >> words[i] % 64 & 1) == 0)
            return false;
    return true;
}

void presented_know(const struct openssl_api *api, const X509 *certificate)
{
    const struct digest digest = digest_of_certificate(api, certificate);
    know(&certificates, &digest);
}

void presented_add(const struct openssl_api *api, const X509 *certificate)
{
    const struct digest digest = digest_of_certificate(api, certificate);
    add(&certificates, &digest);
}

bool presented_has(const struct openssl_api *api, const X509 *certificate)
{
    if (!atomic_load(&certificates.any))
        return false;
    const struct digest digest = digest_of_certificate(api, certificate);
    return has(&certificates, &digest);
}

void presented_know_key(const unsigned char *spki_digest)
{
    const struct digest digest = digest_of(spki_digest);
    know(&keys, &digest);
}

void presented_add_key(const unsigned char *spki_digest)
{
    const struct digest digest = digest_of(spki_digest);
    add(&keys, &digest);
}

bool presented_has_key(const unsigned char *spki_digest)
{
    const struct digest digest = digest_of(spki_digest);
    return atomic_load(&keys.any) && has(&keys, &digest);
}

/*
 * Any bytes as a trust file: PEM, DER and the bundle over them. What is found lies within the bytes, and what the
 * index counts can be searched for.
 */
#include "../unit/linked_library.h"
#include "fuzz.h"
#include "openssl/openssl_api.h"
#include "trust/base64.h"
#include "trust/bundle.h"
#include "trust/der.h"
#include "trust/name_key.h"
#include "trust/pem.h"

#include <openssl/err.h>
#include <openssl/x509.h>

static struct openssl_api api;

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

/* What is looked for: a certificate of the input, by its subject. */
struct sought {
    struct der certificate;
    size_t count; /* of what is found */
    bool found;
};

static bool look_at_anchor(void *arg, const struct anchor *anchor)
{
    struct sought *sought = arg;
    struct anchor_bytes bytes;
    require(anchor->position > 0 && anchor_read(anchor, &bytes));
    require(anchor->offset == 0 || bytes.storage != NULL);
    sought->count++;
    sought->found |= bytes.certificate.length == sought->certificate.length &&
                     memcmp(bytes.certificate.data, sought->certificate.data, bytes.certificate.length) == 0;
    free(bytes.storage);
    return true;
}

/* No file is hashed here. */
static bool nobody_hashes(void *arg, unsigned long *hash)
{
    require(arg == NULL && hash == NULL);
    return false;
}

/*
 * The bundle hands the certificate over, `usable` as it is, by the subject's own bytes, and by those that libcrypto
 * makes of them, if it can read them.
 */
static void search_for(struct bundle *bundle, uint64_t key, struct der certificate, bool usable)
{
    struct sought sought = {.certificate = certificate};
    struct anchor_search search = {
        .key = key, .hash_subject = nobody_hashes, .found = look_at_anchor, .arg = &sought, .warn = nobody_is_told};
    require(bundle_search(bundle, &search) == SEARCH_DONE);
    require(sought.count <= bundle_count(bundle, nobody_is_told, NULL));
    require(sought.found || !usable);
}

static void search_as_libcrypto_reads_it(struct bundle *bundle, struct der subject, struct der certificate, bool usable)
{
    const unsigned char *data = subject.data;
    uint64_t key;
    X509_NAME *name = d2i_X509_NAME(NULL, &data, (long)subject.length);
    if (name != NULL) {
        require(api_subject_key(&api, name, &key));
        search_for(bundle, key, certificate, usable);
    }
    X509_NAME_free(name);
}

/* Of its first bytes alone the same is told, or nothing. */
static void check_start(const unsigned char *data, size_t at_hand, size_t whole, struct der certificate,
                        struct der subject)
{
    struct der found;
    size_t length;
    unsigned char *start = malloc(at_hand + 1);
    require(start != NULL);
    memcpy(start, data, at_hand);
    if (der_certificate_start((struct der){start, at_hand}, whole, &length, &found))
        require(length == certificate.length && found.length == subject.length &&
                found.data - start == subject.data - data);
    else
        require((size_t)(subject.data - data) + subject.length > at_hand);
    free(start);
}

static bool is_usable(struct der rest, const struct pem_block *block)
{
    if (block != NULL && block->trust_settings)
        return block->complete && der_trust_settings_allow_server(rest);
    return rest.length == 0 && (block == NULL || block->complete);
}

/* `block` is what the bytes are of, or NULL where they are the file. */
static void check_der(struct bundle *bundle, const unsigned char *data, size_t length, const struct pem_block *block)
{
    static const char marker[] = "-----BEGIN ";
    struct der certificate, subject, rest;
    if (der_certificate((struct der){data, length}, &certificate, &subject, &rest)) {
        bool usable =
            is_usable(rest, block) && (block != NULL || memmem(data, length, marker, sizeof marker - 1) == NULL);
        require(certificate.data == data && certificate.length + rest.length == length);
        require(lies_within(subject.data, subject.length, certificate.data, certificate.length));
        search_for(bundle, subject_key(subject.data, subject.length), certificate, usable);
        search_as_libcrypto_reads_it(bundle, subject, certificate, usable);
        for (size_t at_hand = 0; at_hand <= length; at_hand += length / 7 + 1)
            check_start(data, at_hand, length, certificate, subject);
    }
    der_trust_settings_allow_server((struct der){data, length});
}

/* With less room, the first bytes are the same and the count is. */
static void check_room(const struct pem_block *block, const unsigned char *bytes, size_t decoded, size_t room)
{
    unsigned char *start = malloc(room + 1);
    require(start != NULL);
    require(base64_decode_start(block->body, block->length, start, room) == decoded);
    require(bytes == NULL || memcmp(start, bytes, room < decoded ? room : decoded) == 0);
    free(start);
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
        for (size_t room = 0; room <= block.length; room += block.length / 5 + 1)
            check_room(&block, bytes, bytes != NULL ? decoded : 0, room);
        if (bytes != NULL)
            check_der(bundle, bytes, decoded, &block);
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
    check_der(bundle, data, size, NULL);
    ERR_clear_error();
    bundle_free(bundle);
    return 0;
}

#include "trust/bundle.h"

#include "process/array.h"
#include "trust/der.h"
#include "trust/name_key.h"
#include "trust/pem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A certificate as one library sees it: an X509 belongs to the libcrypto that made it. */
struct decoded {
    const struct openssl_api *api;
    X509 *certificate; /* NULL: this library cannot read it */
    struct decoded *next;
};

struct entry {
    struct pem_block block; /* for DER: the file */
    unsigned position;      /* 1-based among the certificates of the file */
    const char *damage;     /* why it cannot be used, or NULL */
    uint64_t key;           /* of the subject: name_key() */
    _Atomic(struct decoded *) decoded;
};

struct index {
    struct entry *entries;
    size_t count;
    size_t usable;
};

static const char unreadable[] = "cannot be read by libcrypto";

struct bundle {
    char *path;
    unsigned char *bytes;
    size_t length;
    bool is_der;
    _Atomic(struct index *) index;
};

static bool looks_like_der(const unsigned char *bytes, size_t length)
{
    static const char marker[] = "-----BEGIN ";
    return length > 0 && bytes[0] == 0x30 && !memmem(bytes, length, marker, strlen(marker));
}

struct bundle *bundle_new(const char *path, unsigned char *bytes, size_t length)
{
    struct bundle *bundle = calloc(1, sizeof(*bundle));
    char *copy = strdup(path);
    if (!bundle || !copy) {
        free(bundle);
        free(copy);
        free(bytes);
        return NULL;
    }
    bundle->path = copy;
    bundle->bytes = bytes;
    bundle->length = length;
    bundle->is_der = looks_like_der(bytes, length);
    return bundle;
}

bool bundle_has_bytes(const struct bundle *bundle, const unsigned char *bytes, size_t length)
{
    return bundle->length == length && memcmp(bundle->bytes, bytes, length) == 0;
}

/* The next certificate of the file; its bytes are not looked at yet. */
static bool next_block(const struct bundle *bundle, size_t *offset, struct pem_block *block)
{
    const char *text = (const char *)bundle->bytes;
    if (!bundle->is_der)
        return pem_next(text, bundle->length, offset, block);
    if (*offset > 0)
        return false;
    *block = (struct pem_block){.complete = true, .body = text, .length = bundle->length};
    *offset = bundle->length;
    return true;
}

/* The certificate's bytes within a block. `storage` is what they lie in where that had to be allocated. */
struct located {
    struct der certificate;
    struct der subject;
    unsigned char *storage;
};

/* NULL and `located`, or why the certificate cannot be used. The caller frees located->storage in either case. */
static const char *locate(const struct bundle *bundle, const struct pem_block *block, struct located *located)
{
    struct der input = {(const unsigned char *)block->body, block->length};
    struct der rest;
    located->storage = NULL;
    if (!block->complete)
        return "the END line is missing: truncated?";
    if (!bundle->is_der) {
        located->storage = pem_decode(block->body, block->length, &input.length);
        input.data = located->storage;
        if (!located->storage)
            return "is not base64";
    }
    if (!der_certificate(input, &located->certificate, &located->subject, &rest))
        return "is not an X.509 certificate";
    if (block->trust_settings)
        return der_trust_settings_allow_server(rest) ? NULL : "its trust settings do not let it vouch for TLS servers";
    return rest.length == 0 ? NULL : "has other bytes behind the certificate";
}

bool bundle_has_certificate(const struct bundle *bundle, const char **damage)
{
    struct pem_block block;
    size_t offset = 0;
    *damage = NULL;
    while (next_block(bundle, &offset, &block)) {
        struct located located;
        const char *why = locate(bundle, &block, &located);
        free(located.storage);
        if (!why)
            return true;
        if (!*damage)
            *damage = why;
    }
    return false;
}

bool bundle_is_truncated(const struct bundle *bundle)
{
    struct pem_block block;
    size_t offset = 0;
    while (next_block(bundle, &offset, &block))
        if (!block.complete)
            return true;
    return false;
}

static void fill_entry(const struct bundle *bundle, struct entry *entry)
{
    struct located located;
    entry->damage = locate(bundle, &entry->block, &located);
    if (!entry->damage && !name_key(located.subject.data, located.subject.length, &entry->key))
        entry->damage = "its subject cannot be read";
    free(located.storage);
}

static void free_decoded(struct decoded *decoded)
{
    if (decoded && decoded->certificate)
        decoded->api->X509_free(decoded->certificate);
    free(decoded);
}

static void entry_free(struct entry *entry)
{
    struct decoded *next, *decoded = atomic_load_explicit(&entry->decoded, memory_order_acquire);
    for (; decoded; decoded = next) {
        next = decoded->next;
        free_decoded(decoded);
    }
}

static void index_free(struct index *index)
{
    for (size_t i = 0; i < index->count; i++)
        entry_free(&index->entries[i]);
    free(index->entries);
    free(index);
}

void bundle_free(struct bundle *bundle)
{
    if (!bundle)
        return;
    struct index *index = atomic_load_explicit(&bundle->index, memory_order_acquire);
    if (index)
        index_free(index);
    free(bundle->bytes);
    free(bundle->path);
    free(bundle);
}

static struct index *index_build(const struct bundle *bundle)
{
    struct index *index = calloc(1, sizeof(*index));
    if (!index)
        return NULL;
    struct pem_block block;
    size_t offset = 0;
    while (next_block(bundle, &offset, &block)) {
        struct entry *entries = array_grow(index->entries, index->count, sizeof(*entries));
        if (!entries) {
            index_free(index);
            return NULL;
        }
        index->entries = entries;
        struct entry *entry = &entries[index->count++];
        *entry = (struct entry){.block = block, .position = (unsigned)index->count};
        fill_entry(bundle, entry);
        index->usable += !entry->damage;
    }
    return index;
}

static void warn_of_damage(const struct bundle *bundle, const struct index *index, trust_warning warn, void *arg)
{
    for (size_t i = 0; i < index->count; i++)
        if (index->entries[i].damage)
            warn(arg, bundle->path, index->entries[i].position, index->entries[i].damage);
}

static struct index *get_index(struct bundle *bundle, trust_warning warn, void *arg)
{
    struct index *published = atomic_load_explicit(&bundle->index, memory_order_acquire);
    if (published)
        return published;
    struct index *mine = index_build(bundle);
    if (!mine)
        return NULL;
    if (!atomic_compare_exchange_strong_explicit(&bundle->index, &published, mine, memory_order_acq_rel,
                                                 memory_order_acquire)) {
        index_free(mine);
        return published;
    }
    warn_of_damage(bundle, mine, warn, arg);
    return mine;
}

size_t bundle_count(struct bundle *bundle, trust_warning warn, void *arg)
{
    const struct index *index = get_index(bundle, warn, arg);
    return index ? index->usable : 0;
}

static struct decoded *find_decoded(struct decoded *head, const struct openssl_api *api)
{
    while (head && head->api != api)
        head = head->next;
    return head;
}

/* Publishes `mine`, unless another thread was faster: then it is freed. Returns what is published. */
static struct decoded *publish(struct entry *entry, struct decoded *mine)
{
    struct decoded *head = atomic_load_explicit(&entry->decoded, memory_order_acquire);
    do {
        struct decoded *theirs = find_decoded(head, mine->api);
        if (theirs) {
            free_decoded(mine);
            return theirs;
        }
        mine->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&entry->decoded, &head, mine, memory_order_acq_rel,
                                                    memory_order_acquire));
    return mine;
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

/* Decodes an entry for this library. NULL for memory shortage. */
static struct decoded *new_decoded(const struct bundle *bundle, const struct entry *entry,
                                   const struct decoder *decoder)
{
    struct decoded *decoded = calloc(1, sizeof(*decoded));
    struct located located;
    const char *damage = locate(bundle, &entry->block, &located);
    if (!decoded || damage) { /* it was located before: now memory is short */
        free(located.storage);
        free(decoded);
        return NULL;
    }
    decoded->api = decoder->api;
    decoded->certificate = decode(decoder, located.certificate);
    free(located.storage);
    return decoded;
}

static bool hand_over(const struct decoded *decoded, const struct anchor_search *search)
{
    const struct openssl_api *api = decoded->api;
    X509 *anchor = decoded->certificate;
    return !anchor || api->X509_NAME_cmp(api->X509_get_subject_name(anchor), search->subject) != 0 ||
           search->found(search->found_arg, anchor);
}

static bool hand_over_private(const struct bundle *bundle, const struct entry *entry,
                              const struct anchor_search *search)
{
    struct decoded *decoded = new_decoded(bundle, entry, search->decoder);
    bool handed_over = decoded && hand_over(decoded, search);
    free_decoded(decoded);
    return handed_over;
}

static bool hand_over_shared(const struct bundle *bundle, struct entry *entry, const struct anchor_search *search)
{
    const struct decoded *decoded =
        find_decoded(atomic_load_explicit(&entry->decoded, memory_order_acquire), search->decoder->api);
    if (!decoded) {
        struct decoded *mine = new_decoded(bundle, entry, search->decoder);
        if (!mine)
            return false;
        decoded = publish(entry, mine);
        if (decoded == mine && !mine->certificate)
            search->warn(search->warn_arg, bundle->path, entry->position, unreadable);
    }
    return hand_over(decoded, search);
}

enum search_result bundle_search(struct bundle *bundle, const struct anchor_search *search)
{
    const struct index *index = get_index(bundle, search->warn, search->warn_arg);
    if (!index)
        return SEARCH_FAILED;
    bool share = may_share(search->decoder);
    for (size_t i = 0; i < index->count; i++) {
        struct entry *entry = &index->entries[i];
        if (entry->damage || entry->key != search->key)
            continue;
        if (!(share ? hand_over_shared(bundle, entry, search) : hand_over_private(bundle, entry, search)))
            return SEARCH_FAILED;
    }
    return SEARCH_DONE;
}

enum search_result bundle_list(struct bundle *bundle, const struct anchor_listing *listing)
{
    const struct index *index = get_index(bundle, listing->warn, listing->arg);
    if (!index)
        return SEARCH_FAILED;
    for (size_t i = 0; i < index->count; i++) {
        const struct entry *entry = &index->entries[i];
        struct decoded *decoded = entry->damage ? NULL : new_decoded(bundle, entry, listing->decoder);
        if (!decoded && !entry->damage)
            return SEARCH_FAILED;
        if (decoded && decoded->certificate)
            listing->found(listing->arg, bundle->path, entry->position, decoded->certificate);
        else if (decoded)
            listing->warn(listing->arg, bundle->path, entry->position, unreadable);
        free_decoded(decoded);
    }
    return SEARCH_DONE;
}

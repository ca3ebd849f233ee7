#include "trust/bundle.h"

#include "process/array.h"
#include "trust/base64.h"
#include "trust/name_key.h"
#include "trust/pem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t key;       /* of the subject: subject_key() */
    size_t offset;      /* what next_block() finds the certificate from; for DER: of the file */
    const char *damage; /* why it cannot be used, or NULL */
    _Atomic(struct anchor_form *) forms;
};

struct index {
    struct entry *entries; /* one for each certificate of the file, in their order */
    size_t count;
    size_t usable;
};

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
    struct der certificate, subject, rest;
    unsigned char *storage;
};

/* Not the certificate's fault. */
static const char no_memory[] = "cannot be read for want of memory";
static const char no_base64[] = "is not base64";
static const char no_certificate[] = "is not an X.509 certificate";
static const char bytes_behind[] = "has other bytes behind the certificate";

static const char *decode_block(const struct pem_block *block, struct located *located, struct der *decoded)
{
    located->storage = pem_decode(block->body, block->length, &decoded->length);
    decoded->data = located->storage;
    if (located->storage)
        return NULL;
    return base64_decode_start(block->body, block->length, NULL, 0) > 0 ? no_memory : no_base64;
}

/* NULL and `located`, or why the certificate cannot be used. The caller frees located->storage in either case. */
static const char *locate(const struct bundle *bundle, const struct pem_block *block, struct located *located)
{
    struct der input = {(const unsigned char *)block->body, block->length};
    const char *damage = NULL;
    located->storage = NULL;
    if (!bundle->is_der)
        damage = decode_block(block, located, &input);
    if (damage)
        return damage;
    if (!der_certificate(input, &located->certificate, &located->subject, &located->rest))
        return no_certificate;
    if (block->trust_settings)
        return der_trust_settings_allow_server(located->rest)
                   ? NULL
                   : "its trust settings do not let it vouch for TLS servers";
    return located->rest.length == 0 ? NULL : bytes_behind;
}

static const char *look_at_whole(const struct bundle *bundle, const struct pem_block *block, uint64_t *key)
{
    struct located located;
    const char *damage = locate(bundle, block, &located);
    if (!damage)
        *key = subject_key(located.subject.data, located.subject.length);
    free(located.storage);
    return damage;
}

/* NULL and the subject's key, or why the certificate cannot be used. Most subjects end well within ten lines of PEM. */
static const char *look_at(const struct bundle *bundle, const struct pem_block *block, uint64_t *key)
{
    unsigned char start[480];
    struct der subject;
    size_t length;
    if (!block->complete)
        return "the END line is missing: truncated?";
    if (bundle->is_der || block->trust_settings)
        return look_at_whole(bundle, block, key);
    size_t whole = base64_decode_start(block->body, block->length, start, sizeof(start));
    if (whole == 0)
        return no_base64;
    struct der at_hand = {start, whole < sizeof(start) ? whole : sizeof(start)};
    if (!der_certificate_start(at_hand, whole, &length, &subject))
        return whole > sizeof(start) ? look_at_whole(bundle, block, key) : no_certificate;
    *key = subject_key(subject.data, subject.length);
    return length == whole ? NULL : bytes_behind;
}

bool bundle_has_certificate(const struct bundle *bundle, const char **damage)
{
    struct pem_block block;
    size_t offset = 0;
    *damage = NULL;
    while (next_block(bundle, &offset, &block)) {
        uint64_t key;
        const char *why = look_at(bundle, &block, &key);
        if (!why || why == no_memory)
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

static void index_free(struct index *index)
{
    for (size_t i = 0; i < index->count; i++)
        anchor_free_forms(atomic_load_explicit(&index->entries[i].forms, memory_order_acquire));
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

/* False for memory shortage. */
static bool add_entry(struct index *index, const struct bundle *bundle, size_t offset, const struct pem_block *block)
{
    struct entry *entries = array_grow(index->entries, index->count, sizeof(*entries));
    if (!entries)
        return false;
    index->entries = entries;
    struct entry *entry = &entries[index->count++];
    *entry = (struct entry){.offset = offset};
    entry->damage = look_at(bundle, block, &entry->key);
    index->usable += !entry->damage;
    return entry->damage != no_memory;
}

static struct index *index_build(const struct bundle *bundle)
{
    struct index *index = calloc(1, sizeof(*index));
    if (!index)
        return NULL;
    struct pem_block block;
    size_t offset = 0, before = 0;
    for (; next_block(bundle, &offset, &block); before = offset)
        if (!add_entry(index, bundle, before, &block)) {
            index_free(index);
            return NULL;
        }
    return index;
}

static void warn_of_damage(const struct bundle *bundle, const struct index *index, trust_warning warn, void *arg)
{
    for (size_t i = 0; i < index->count; i++)
        if (index->entries[i].damage)
            warn(arg, bundle->path, (unsigned)i + 1, index->entries[i].damage);
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

bool anchor_read(const struct anchor *anchor, struct anchor_bytes *bytes)
{
    struct pem_block block;
    struct located located;
    size_t offset = anchor->offset;
    bool found = next_block(anchor->bundle, &offset, &block);
    if (!found || locate(anchor->bundle, &block, &located)) { /* it was located before: now memory is short */
        bytes->storage = NULL;
        return false;
    }
    *bytes = (struct anchor_bytes){located.certificate, located.rest, located.storage};
    return true;
}

static struct anchor anchor_at(const struct bundle *bundle, struct index *index, size_t i)
{
    struct entry *entry = &index->entries[i];
    return (struct anchor){bundle->path, (unsigned)i + 1, bundle, entry->offset, &entry->forms};
}

/* What is no Name in DER is handed over in any case: the library may read it all the same. */
static bool may_be_sought(const struct entry *entry, const struct anchor_search *search)
{
    return !entry->damage && (entry->key == search->key || entry->key == 0);
}

enum search_result bundle_search(struct bundle *bundle, const struct anchor_search *search)
{
    struct index *index = get_index(bundle, search->warn, search->warn_arg);
    if (!index)
        return SEARCH_FAILED;
    for (size_t i = 0; i < index->count; i++) {
        if (!may_be_sought(&index->entries[i], search))
            continue;
        struct anchor anchor = anchor_at(bundle, index, i);
        if (!search->found(search->arg, &anchor))
            return SEARCH_FAILED;
    }
    return SEARCH_DONE;
}

enum search_result bundle_list(struct bundle *bundle, const struct anchor_listing *listing)
{
    struct index *index = get_index(bundle, listing->warn, listing->arg);
    if (!index)
        return SEARCH_FAILED;
    for (size_t i = 0; i < index->count; i++) {
        struct anchor anchor = anchor_at(bundle, index, i);
        if (!index->entries[i].damage)
            listing->found(listing->arg, &anchor);
    }
    return SEARCH_DONE;
}

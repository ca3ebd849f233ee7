#include "shared/shared_trust.h"

#include "openssl/anchor_decode.h"
#include "openssl/trust_fill.h"
#include "shared/system_store.h"
#include "shared/text.h"
#include "trust/anchor_search.h"
#include "trust/trust_parts.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct openssl_api api;
    struct decoder decoder;
    struct trust *trust;
};

struct listing {
    const struct reader *reader;
    const struct shared_trust_listener *listener;
    trust_warning warn; /* for what is wrong with the file */
    bool failed;
};

static void *lookup(const char *name, void *handle)
{
    return dlsym(handle, name);
}

static void ignore(void *arg, const char *file, unsigned position, const char *why)
{
    (void)arg;
    (void)file;
    (void)position;
    (void)why;
}

static bool open_sources(struct reader *reader, const struct trust_source *sources, size_t count, trust_warning warn,
                         void *arg)
{
    system_store_believe_environment();
    reader->decoder = (struct decoder){.api = &reader->api};
    reader->trust =
        openssl_api_bind(&reader->api, lookup, RTLD_DEFAULT) == NULL ? trust_snapshot(sources, count, warn, arg) : NULL;
    return reader->trust != NULL;
}

/* A certificate of a file, and whether the search for its subject comes upon it. */
struct sought {
    const struct reader *reader;
    X509_NAME *subject;
    struct der certificate;
    bool found;
};

static bool hash_subject(void *arg, unsigned long *hash)
{
    const struct sought *sought = arg;
    return api_name_hash(&sought->reader->api, sought->subject, NULL, NULL, hash);
}

static bool compare(void *arg, const struct anchor *anchor)
{
    struct sought *sought = arg;
    struct anchor_bytes bytes;
    if (!anchor_read(anchor, &bytes))
        return false;
    sought->found |= bytes.certificate.length == sought->certificate.length &&
                     memcmp(bytes.certificate.data, sought->certificate.data, bytes.certificate.length) == 0;
    free(bytes.storage);
    return true;
}

/* Whether a handshake would find it: nobody else knows that as well as the search itself. */
static bool is_found(struct listing *listing, const struct anchor *anchor, X509 *certificate)
{
    const struct openssl_api *api = &listing->reader->api;
    struct anchor_bytes bytes;
    struct sought sought = {.reader = listing->reader, .subject = api->X509_get_subject_name(certificate)};
    struct anchor_search search = {.hash_subject = hash_subject, .found = compare, .arg = &sought, .warn = ignore};
    bool searched = anchor_read(anchor, &bytes);
    sought.certificate = bytes.certificate;
    searched = searched && api_subject_key(api, sought.subject, &search.key) &&
               trust_search(listing->reader->trust, &search) == SEARCH_DONE;
    listing->failed |= !searched;
    free(bytes.storage);
    return sought.found;
}

static void pass_on(void *arg, const char *file, unsigned position, const char *why)
{
    const struct shared_trust_listener *listener = ((struct listing *)arg)->listener;
    listener->problem(listener->arg, file, position, why);
}

static void tell(void *arg, const struct anchor *anchor)
{
    struct listing *listing = arg;
    const struct shared_trust_listener *listener = listing->listener;
    const struct decoded_certificates none = {NULL, 0};
    struct decoded_anchor *decoded = anchor_decode(anchor, &listing->reader->decoder, none, listing->warn, listing);
    listing->failed |= decoded == NULL;
    if (decoded == NULL)
        return;
    if (decoded->certificate != NULL)
        (is_found(listing, anchor, decoded->certificate) ? listener->anchor : listener->missed)(
            listener->arg, anchor->file, anchor->position, decoded->certificate);
    anchor_release(decoded);
}

/* What is wrong with a file that nobody looks at is no problem. */
static void list_file(struct listing *listing, char *path, bool is_read)
{
    struct anchor_file file = {.path = path};
    listing->warn = is_read ? pass_on : ignore;
    const struct anchor_listing contents = {.found = tell, .warn = listing->warn, .arg = listing};
    anchor_file_read(&file, NULL);
    anchor_file_warn(&file, NULL, listing->warn, listing);
    if (file.bundle != NULL)
        listing->failed |= bundle_list(file.bundle, &contents) != SEARCH_DONE;
    bundle_free(file.bundle);
}

static int is_hash_name(const struct dirent *entry)
{
    return anchor_directory_is_hash_name(entry->d_name);
}

static int is_certificate_name(const struct dirent *entry)
{
    return anchor_directory_is_certificate_name(entry->d_name);
}

static void list_entries(struct listing *listing, const char *directory, int (*is_listed)(const struct dirent *),
                         bool are_read)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_listed, alphasort);
    for (int i = 0; i < count; i++) {
        char *path = text_format("%s/%s", directory, entries[i]->d_name);
        list_file(listing, path, are_read);
        free(path);
        free(entries[i]);
    }
    free(entries);
}

static void list_part(struct listing *listing, const struct trust_part *part)
{
    if (part->directory == NULL) {
        if (part->file.bundle != NULL) /* else the snapshot has told why */
            list_file(listing, part->file.path, true);
        return;
    }
    bool hashed = anchor_directory_is_hashed(part->file.path);
    if (hashed)
        list_entries(listing, part->file.path, is_hash_name, true);
    list_entries(listing, part->file.path, is_certificate_name, !hashed);
}

bool shared_trust_list(const struct trust_source *sources, size_t count, const struct shared_trust_listener *listener)
{
    struct reader reader;
    struct listing listing = {.reader = &reader, .listener = listener};
    if (!open_sources(&reader, sources, count, pass_on, &listing))
        return false;
    bool reached = false;
    for (size_t i = 0; i < reader.trust->count; i++) {
        const struct trust_part *part = &reader.trust->parts[i];
        if (!part->stands_in || !reached)
            list_part(&listing, part);
        reached = part->directory != NULL && anchor_directory_has_certificate(part->directory);
    }
    return !listing.failed;
}

bool shared_trust_is_empty(const struct trust_source *sources, size_t count)
{
    struct reader reader;
    return !open_sources(&reader, sources, count, ignore, NULL) || trust_is_empty(reader.trust, ignore, NULL);
}

bool shared_trust_fill(const struct trust_source *sources, size_t count, struct x509_store_st *store,
                       struct x509_st *leaf, struct stack_st_X509 *untrusted)
{
    struct reader reader;
    return open_sources(&reader, sources, count, ignore, NULL) &&
           trust_fill(reader.trust, &reader.decoder, store, leaf, (STACK *)untrusted, ignore, NULL) == 1;
}

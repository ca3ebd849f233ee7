#include "trust/anchor_directory.h"

#include "process/array.h"
#include "process/directory.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The files "<hash>.0", "<hash>.1", ... Only what exists is kept, so that a peer cannot fill memory with made-up names.
 */
struct bucket {
    unsigned long hash;
    struct anchor_file *files;
    size_t count;
    struct bucket *next;
};

/* Subjects of which nothing was found since the last look; a fixed number, as it is the peer who names them. */
enum { MISSES = 64 };

struct anchor_directory {
    char *path;
    bool hashed;
    struct anchor_file *files; /* where it is not hashed */
    size_t count;
    _Atomic(struct bucket *) buckets;
    _Atomic uint32_t looks;          /* how often it was looked at again */
    _Atomic uint64_t misses[MISSES]; /* see miss_of(); 0: none */
    atomic_bool warned_unreachable;
};

static char *join(const char *directory, const char *name)
{
    size_t length = strlen(directory) + 1 + strlen(name) + 1;
    char *path = malloc(length);
    if (path)
        snprintf(path, length, "%s/%s", directory, name);
    return path;
}

bool anchor_directory_is_hash_name(const char *name)
{
    size_t hash = strspn(name, "0123456789abcdef");
    size_t number = hash == 8 && name[8] == '.' ? strspn(name + 9, "0123456789") : 0;
    return number > 0 && name[9 + number] == '\0';
}

bool anchor_directory_is_certificate_name(const char *name)
{
    const char *suffix = strrchr(name, '.');
    return suffix && suffix != name &&
           (strcmp(suffix, ".pem") == 0 || strcmp(suffix, ".crt") == 0 || strcmp(suffix, ".cer") == 0);
}

static void free_files(struct anchor_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bundle_free(files[i].bundle);
        free(files[i].path);
    }
    free(files);
}

static bool file_has_certificate(const char *directory, const char *name)
{
    struct anchor_file file = {.path = join(directory, name)};
    if (!file.path)
        return false;
    anchor_file_read(&file, NULL);
    bool has_certificate = file.bundle != NULL;
    bundle_free(file.bundle);
    free(file.path);
    return has_certificate;
}

/* False where it cannot be opened. */
static bool find_hash_link(const char *path, bool *hashed)
{
    struct directory directory;
    *hashed = false;
    if (!directory_open(&directory, path))
        return false;
    for (const char *name = directory_next(&directory); name && !*hashed; name = directory_next(&directory))
        *hashed = anchor_directory_is_hash_name(name) && file_has_certificate(path, name);
    directory_close(&directory);
    return true;
}

bool anchor_directory_is_hashed(const char *path)
{
    bool hashed;
    return find_hash_link(path, &hashed) && hashed;
}

static const struct anchor_file *find_file(const struct anchor_directory *directory, const char *path)
{
    for (size_t i = 0; directory && i < directory->count; i++)
        if (strcmp(directory->files[i].path, path) == 0)
            return &directory->files[i];
    return NULL;
}

static bool add_file(struct anchor_directory *directory, const char *name, const struct anchor_directory *previous)
{
    struct anchor_file *files = array_grow(directory->files, directory->count, sizeof(*files));
    if (!files)
        return false;
    directory->files = files;
    struct anchor_file *file = &files[directory->count];
    *file = (struct anchor_file){.path = join(directory->path, name)};
    if (!file->path)
        return false;
    directory->count++;
    anchor_file_read(file, find_file(previous, file->path));
    return true;
}

static bool add_files(struct anchor_directory *directory, const struct anchor_directory *previous)
{
    struct directory opened;
    if (!directory_open(&opened, directory->path))
        return false;
    bool added = true;
    for (const char *name = directory_next(&opened); name && added; name = directory_next(&opened))
        added = !anchor_directory_is_certificate_name(name) || add_file(directory, name, previous);
    directory_close(&opened);
    return added;
}

struct anchor_directory *anchor_directory_new(const char *path, bool only_hashed,
                                              const struct anchor_directory *previous)
{
    struct anchor_directory *directory = calloc(1, sizeof(*directory));
    if (!directory)
        return NULL;
    directory->path = strdup(path);
    bool opened = directory->path && find_hash_link(path, &directory->hashed);
    if (!opened || (!directory->hashed && !only_hashed && !add_files(directory, previous))) {
        /* Bundles may be shared with `previous`: they are left alone. */
        free(directory->path);
        free(directory);
        directory = NULL;
    }
    return directory;
}

void anchor_directory_free(struct anchor_directory *directory)
{
    if (!directory)
        return;
    free_files(directory->files, directory->count);
    free(directory->path);
    free(directory);
}

bool anchor_directory_has_certificate(const struct anchor_directory *directory)
{
    for (size_t i = 0; i < directory->count; i++)
        if (directory->files[i].bundle)
            return true;
    return directory->hashed;
}

static bool any_changed(const struct anchor_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (anchor_file_changed(&files[i]))
            return true;
    return false;
}

bool anchor_directory_changed(const struct anchor_directory *directory)
{
    const struct bucket *bucket = atomic_load_explicit(&directory->buckets, memory_order_acquire);
    for (; bucket; bucket = bucket->next)
        if (any_changed(bucket->files, bucket->count))
            return true;
    return any_changed(directory->files, directory->count);
}

void anchor_directory_look_again(struct anchor_directory *directory)
{
    atomic_fetch_add_explicit(&directory->looks, 1, memory_order_release);
}

void anchor_directory_warn(const struct anchor_directory *directory, const struct anchor_directory *previous,
                           trust_warning warn, void *arg)
{
    for (size_t i = 0; i < directory->count; i++) {
        const struct anchor_file *file = &directory->files[i];
        anchor_file_warn(file, find_file(previous, file->path), warn, arg);
    }
}

void anchor_directory_warn_unreachable(struct anchor_directory *directory, trust_warning warn, void *arg)
{
    if (!atomic_exchange_explicit(&directory->warned_unreachable, true, memory_order_relaxed))
        warn(arg, directory->path, 0, "cannot be searched any more; only certificates used before are found");
}

static struct bucket *find_bucket(struct bucket *head, unsigned long hash)
{
    while (head && head->hash != hash)
        head = head->next;
    return head;
}

static void free_bucket(struct bucket *bucket)
{
    if (bucket)
        free_files(bucket->files, bucket->count);
    free(bucket);
}

/* Reads the link with the next number. SEARCH_DONE with an unchanged count: there is none. */
static enum search_result read_link(const char *path, struct bucket *bucket)
{
    char name[sizeof("01234567.4294967295")];
    snprintf(name, sizeof(name), "%08lx.%u", bucket->hash & 0xffffffffUL, (unsigned)bucket->count);
    struct anchor_file *files = array_grow(bucket->files, bucket->count, sizeof(*files));
    if (!files)
        return SEARCH_FAILED;
    bucket->files = files;
    struct anchor_file file = {.path = join(path, name)};
    if (!file.path)
        return SEARCH_FAILED;
    anchor_file_read(&file, NULL);
    if (file.identity.kind == FILE_ABSENT) {
        free(file.path);
        return file.problem == PROBLEM_ABSENT ? SEARCH_DONE : SEARCH_UNREACHABLE;
    }
    files[bucket->count++] = file;
    return SEARCH_DONE;
}

/* SEARCH_DONE and the files with this hash, or with NULL where there are none. */
static enum search_result read_bucket(const char *path, unsigned long hash, struct bucket **read)
{
    struct bucket *bucket = calloc(1, sizeof(*bucket));
    *read = NULL;
    if (!bucket)
        return SEARCH_FAILED;
    bucket->hash = hash;
    size_t before;
    enum search_result result;
    do {
        before = bucket->count;
        result = read_link(path, bucket);
    } while (result == SEARCH_DONE && bucket->count > before);
    if (result == SEARCH_DONE && bucket->count == 0 && file_identify(path).kind != FILE_DIRECTORY)
        result = SEARCH_UNREACHABLE;
    if (result != SEARCH_DONE || bucket->count == 0)
        free_bucket(bucket);
    else
        *read = bucket;
    return result;
}

/* Publishes `mine`, unless another thread was faster: then it is freed. Returns what is published. */
static struct bucket *publish(struct anchor_directory *directory, struct bucket *mine,
                              const struct anchor_search *search)
{
    struct bucket *head = atomic_load_explicit(&directory->buckets, memory_order_acquire);
    do {
        struct bucket *theirs = find_bucket(head, mine->hash);
        if (theirs) {
            free_bucket(mine);
            return theirs;
        }
        mine->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&directory->buckets, &head, mine, memory_order_acq_rel,
                                                    memory_order_acquire));
    for (size_t i = 0; i < mine->count; i++)
        anchor_file_warn(&mine->files[i], NULL, search->warn, search->warn_arg);
    return mine;
}

/* What is remembered of a hash that names no file, until the directory is looked at again. */
static uint64_t miss_of(struct anchor_directory *directory, unsigned long hash)
{
    uint64_t looks = atomic_load_explicit(&directory->looks, memory_order_acquire);
    return (looks + 1) << 32 | (hash & 0xffffffffUL);
}

static enum search_result get_bucket(struct anchor_directory *directory, const struct anchor_search *search,
                                     struct bucket **bucket)
{
    unsigned long hash;
    *bucket = NULL;
    if (!search->hash_subject(search->arg, &hash))
        return SEARCH_FAILED;
    *bucket = find_bucket(atomic_load_explicit(&directory->buckets, memory_order_acquire), hash);
    uint64_t miss = miss_of(directory, hash);
    _Atomic uint64_t *remembered = &directory->misses[hash % MISSES];
    if (*bucket || atomic_load_explicit(remembered, memory_order_relaxed) == miss)
        return SEARCH_DONE;
    enum search_result result = read_bucket(directory->path, hash, bucket);
    if (!file_root_is_same()) { /* asked afterwards, as another thread may have changed it meanwhile */
        free_bucket(*bucket);
        *bucket = NULL;
        return SEARCH_UNREACHABLE;
    }
    if (*bucket)
        *bucket = publish(directory, *bucket, search);
    else if (result == SEARCH_DONE)
        atomic_store_explicit(remembered, miss, memory_order_relaxed);
    return result;
}

static enum search_result search_files(const struct anchor_file *files, size_t count,
                                       const struct anchor_search *search)
{
    enum search_result result = SEARCH_DONE;
    for (size_t i = 0; i < count && result == SEARCH_DONE; i++)
        if (files[i].bundle)
            result = bundle_search(files[i].bundle, search);
    return result;
}

enum search_result anchor_directory_search(struct anchor_directory *directory, const struct anchor_search *search)
{
    if (!anchor_directory_has_certificate(directory))
        return SEARCH_UNREACHABLE;
    if (!directory->hashed)
        return search_files(directory->files, directory->count, search);
    struct bucket *bucket;
    enum search_result result = get_bucket(directory, search, &bucket);
    return bucket ? search_files(bucket->files, bucket->count, search) : result;
}

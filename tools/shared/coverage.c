#include "shared/coverage.h"

#include "process/base_name.h"
#include "shared/interpreter_module.h"
#include "shared/elf.h"
#include "shared/needed_objects.h"
#include "shared/preload_obstacle.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* Where the library hooks dlsym, loader_hooks.c. */
#if defined(__x86_64__) || defined(__aarch64__)
enum { DLSYM_IS_HOOKED = true };
#else
enum { DLSYM_IS_HOOKED = false };
#endif

/* One program while it is judged. */
struct judgement {
    const struct program_facts *facts;
    struct object_cache *cache;
    char *openssl; /* where the first is that is found, or NULL */
    char *through;
    char *own_library; /* another TLS library that is in it */
    char *reasons;
};

/* `reason` is taken over. */
static void add_reason(struct judgement *judgement, char *reason)
{
    char *all =
        judgement->reasons == NULL ? text_format("%s", reason) : text_format("%s; %s", judgement->reasons, reason);
    free(judgement->reasons);
    free(reason);
    judgement->reasons = all;
}

static void name_library(struct judgement *judgement, const char *name)
{
    if (judgement->own_library == NULL)
        judgement->own_library = text_format("%s", name);
}

static const char *inside(const struct judgement *judgement, const char *path)
{
    return needed_objects_inside(judgement->facts->root, path);
}

/* `who` is "" for the program, or what it gets the object from, with a blank. */
static void look_inside(struct judgement *judgement, const struct tls_object *object, const char *who)
{
    if (object->machine != NULL) {
        name_library(judgement, object->machine);
        add_reason(judgement, text_format("runs %s, whose TLS is its own", object->machine));
    }
    if (object->is_go) {
        name_library(judgement, "Go crypto/tls");
        add_reason(judgement, text_format("is a Go program with crypto/tls"));
    }
    if (object->built_in != BUILT_IN_NONE) {
        const char *name = object->built_in == BUILT_IN_OPENSSL ? "OpenSSL" : elf_tls_built_in_name(object->path);
        name_library(judgement, name != NULL ? name : "unknown");
        add_reason(judgement, text_format("%shas %s%s built in, as its constants say", who,
                                          name != NULL ? name : "a TLS library", name != NULL ? " of its own" : ""));
    }
    if (!DLSYM_IS_HOOKED && object->names_context)
        add_reason(judgement, text_format("%sfinds OpenSSL with dlsym, which is not hooked here", who));
}

static void look_at_program(struct judgement *judgement, const struct tls_object *program)
{
    if (program->symbols.exports_context) {
        const char *name = elf_tls_built_in_name(program->path);
        name_library(judgement, name != NULL ? name : "OpenSSL");
        add_reason(judgement, text_format("has a TLS library of its own built in"));
    }
    look_inside(judgement, program, "");
}

static void look_at_object(struct judgement *judgement, const char *path)
{
    const struct tls_object *object = object_cache_get(judgement->cache, path);
    if (object == NULL || strcmp(base_name(path), "libtlsward.so") == 0)
        return;
    if (object->symbols.exports_openssl && judgement->openssl == NULL)
        judgement->openssl = text_format("%s", path);
    if (object->symbols.exports_context && !object->symbols.exports_openssl)
        add_reason(judgement,
                   text_format("has %s, which has OpenSSL's names and is none that is known", inside(judgement, path)));
    char *who = text_format("has %s, which ", inside(judgement, path));
    look_inside(judgement, object, who);
    free(who);
}

static void look_for_family(struct judgement *judgement, char *const *paths, size_t count)
{
    for (size_t i = 0; i < count && judgement->openssl == NULL; i++) {
        const struct tls_object *object = object_cache_get(judgement->cache, paths[i]);
        if (object == NULL || object->family == NULL)
            continue;
        name_library(judgement, object->family);
        add_reason(judgement, text_format("has %s (%s) and no OpenSSL", object->family, base_name(paths[i])));
    }
}

/* The object of a process that brought OpenSSL along. */
static char *bringer(const struct judgement *judgement, const struct linked_objects *linked)
{
    const char *name = base_name(judgement->openssl);
    for (size_t i = 0; i < linked->count; i++)
        if (strcmp(base_name(linked->paths[i]), name) == 0)
            return text_format("linked");
    for (size_t i = 0; i < judgement->facts->mapped_count; i++)
        if (needed_objects_names(judgement->facts->mapped[i], name))
            return text_format("by %s", inside(judgement, judgement->facts->mapped[i]));
    return text_format("opened while it runs");
}

/* A program that links no TLS may get OpenSSL by a module of its language, or open it by itself. */
static void look_further(struct judgement *judgement, const struct tls_object *program)
{
    char *module = interpreter_module_find(judgement->facts->root, judgement->facts->path);
    if (module != NULL) {
        struct linked_objects linked = needed_objects_list(judgement->facts->root, module);
        for (size_t i = 0; i < linked.count; i++)
            look_at_object(judgement, linked.paths[i]);
        if (judgement->openssl != NULL)
            judgement->through = text_format("by its module %s", inside(judgement, module));
        linked_objects_free(&linked);
        free(module);
    } else if (judgement->own_library == NULL && elf_tls_names_library(program->path)) {
        judgement->through = text_format("opened while it runs, as its constants say");
    }
}

static void look_at_objects(struct judgement *judgement, const struct tls_object *program)
{
    const struct program_facts *facts = judgement->facts;
    struct linked_objects linked = needed_objects_list(facts->root, facts->path);
    char *const *paths = facts->mapped != NULL ? facts->mapped : linked.paths;
    size_t count = facts->mapped != NULL ? facts->mapped_count : linked.count;
    for (size_t i = 0; i < count; i++)
        look_at_object(judgement, paths[i]);
    if (judgement->openssl != NULL)
        judgement->through = facts->mapped != NULL ? bringer(judgement, &linked) : text_format("linked");
    else if (facts->mapped == NULL)
        look_further(judgement, program);
    look_for_family(judgement, paths, count);
    linked_objects_free(&linked);
}

char *coverage_obstacle(const struct program_facts *facts)
{
    struct elf_facts program = elf_inspect(facts->path);
    struct elf_facts ours = elf_inspect("/proc/self/exe");
    char *what = preload_obstacle(&program, facts->secure, facts->protected, "this tlsward", &ours);
    char *loader = elf_interpreter(facts->path);
    if (what == NULL && loader != NULL && strncmp(base_name(loader), "ld-musl-", strlen("ld-musl-")) == 0)
        what = text_format("uses musl, which needs the library that 'make musl' builds");
    free(loader);
    return what;
}

static enum coverage_status decide(struct judgement *judgement)
{
    bool has_openssl = judgement->through != NULL;
    if (!has_openssl && judgement->own_library == NULL && judgement->reasons == NULL)
        return COVERAGE_NO_TLS;
    char *why_not = judgement->facts->protected ? NULL : coverage_obstacle(judgement->facts);
    bool has_gaps = judgement->reasons != NULL;
    if (why_not != NULL) {
        add_reason(judgement, why_not);
        return COVERAGE_NOT;
    }
    if (!has_openssl)
        return COVERAGE_NOT;
    return has_gaps ? COVERAGE_PARTLY : COVERAGE_YES;
}

static char *library_of(const struct judgement *judgement)
{
    if (judgement->openssl != NULL)
        return text_format("OpenSSL (%s)", inside(judgement, judgement->openssl));
    if (judgement->own_library != NULL)
        return text_format("%s", judgement->own_library);
    return judgement->through != NULL ? text_format("OpenSSL") : NULL;
}

void coverages_add(struct coverages *coverages, struct object_cache *cache, const struct program_facts *facts)
{
    struct judgement judgement = {.facts = facts, .cache = cache};
    const struct tls_object *program = object_cache_get(cache, facts->path);
    if (program == NULL)
        return;
    look_at_program(&judgement, program);
    look_at_objects(&judgement, program);
    struct coverage found = {.program = text_format("%s", facts->shown),
                             .pid = facts->pid,
                             .status = decide(&judgement),
                             .library = library_of(&judgement),
                             .through = judgement.through,
                             .reasons = judgement.reasons,
                             .protected = facts->protected};
    free(judgement.own_library);
    free(judgement.openssl);
    coverages->items = text_grow(coverages->items, coverages->count + 1, sizeof *coverages->items);
    coverages->items[coverages->count++] = found;
}

/* Whatever user starts it. */
static bool gains_privilege(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 &&
           ((status.st_mode & S_ISUID) != 0 || (status.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) ||
            getxattr(path, "security.capability", NULL, 0) > 0);
}

/* A shared object may have the bit of executables as well. */
static bool is_program(const struct tls_object *object, const char *path)
{
    struct elf_facts facts = elf_inspect(path);
    const char *name = base_name(path);
    bool is_library = strstr(name, ".so.") != NULL || (strlen(name) > 3 && strcmp(name + strlen(name) - 3, ".so") == 0);
    return object != NULL && facts.is_elf && facts.executable && !facts.loader && !is_library;
}

void coverages_add_file(struct coverages *coverages, struct object_cache *cache, const char *root, const char *path)
{
    struct program_facts facts = {.shown = path, .path = path, .root = root, .secure = gains_privilege(path)};
    if (is_program(object_cache_get(cache, path), path))
        coverages_add(coverages, cache, &facts);
}

char *coverage_sentence(const struct coverage *coverage)
{
    const char *now = coverage->protected ? "tlsward is in it: " : "";
    const char *library = coverage->library != NULL ? coverage->library : "";
    if (coverage->through == NULL)
        return text_format("%s%s", now, coverage->reasons != NULL ? coverage->reasons : library);
    return text_format("%s%s, %s%s%s", now, library, coverage->through, coverage->reasons != NULL ? "; but it " : "",
                       coverage->reasons != NULL ? coverage->reasons : "");
}

static int order(const void *left, const void *right)
{
    const struct coverage *one = left, *other = right;
    if (one->status != other->status)
        return one->status < other->status ? -1 : 1;
    char *hows[] = {coverage_sentence(one), coverage_sentence(other)};
    int by_path = strcmp(hows[0], hows[1]);
    if (by_path == 0)
        by_path = strcmp(one->program, other->program);
    free(hows[0]);
    free(hows[1]);
    if (by_path != 0)
        return by_path;
    return one->pid < other->pid ? -1 : one->pid > other->pid;
}

void coverages_sort(struct coverages *coverages)
{
    if (coverages->count > 0)
        qsort(coverages->items, coverages->count, sizeof *coverages->items, order);
}

size_t coverages_count(const struct coverages *coverages, enum coverage_status status)
{
    size_t count = 0;
    for (size_t i = 0; i < coverages->count; i++)
        count += coverages->items[i].status == status;
    return count;
}

const char *coverage_status_name(enum coverage_status status)
{
    static const char *const names[] = {"not", "partly", "covered", "no-tls"};
    return names[status];
}

void coverages_free(struct coverages *coverages)
{
    for (size_t i = 0; i < coverages->count; i++) {
        free(coverages->items[i].program);
        free(coverages->items[i].library);
        free(coverages->items[i].through);
        free(coverages->items[i].reasons);
    }
    free(coverages->items);
    *coverages = (struct coverages){.items = NULL};
}

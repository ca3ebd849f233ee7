#include "run/gaps.h"

#include "process/base_name.h"
#include "run/preload.h"
#include "shared/elf_tls.h"
#include "shared/linked_objects.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

/* TLS libraries with names of their own for everything. */
static const struct {
    const char *file, *name;
} families[] = {
    {"libgnutls.so.", "GnuTLS"},
    {"libssl3.so", "NSS"},
    {"libmbedtls.so.", "mbedTLS"},
    {"libwolfssl.so.", "wolfSSL"},
};

/* Programs and libraries that run others' code, with a TLS of their own in a form that no file search finds. */
static const struct {
    const char *file, *name;
} machines[] = {
    {"beam.smp", "Erlang"},
    {"libjli.so", "Java"},
};

struct search {
    const struct target *target;
    bool dlsym_is_hooked;
    bool openssl_linked;
    struct gaps gaps;
};

/* `what` is a predicate of the program, and is freed. */
static void add(struct search *search, char *what)
{
    struct gaps *gaps = &search->gaps;
    gaps->items = text_grow(gaps->items, gaps->count + 1, sizeof *gaps->items);
    gaps->items[gaps->count++] = target_sentence(search->target, what);
    free(what);
}

static const char *family_of(const char *path)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strncmp(base_name(path), families[i].file, strlen(families[i].file)) == 0)
            return families[i].name;
    return NULL;
}

static void look_for_machine(struct search *search, const char *path)
{
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        if (strcmp(base_name(path), machines[i].file) == 0)
            add(search, text_format("runs %s, whose TLS is its own: that is not covered", machines[i].name));
}

/* What is built in and not exported: `who` is "", or "links PATH, which ". */
static void look_for_hidden(struct search *search, const char *path, const char *who)
{
    if (elf_tls_seems_to_have_openssl(path))
        add(search, text_format("%sseems to have an OpenSSL of its own built in (a guess, by its constants): "
                                "that is not covered",
                                who));
    else if (elf_tls_seems_to_do_tls(path))
        add(search, text_format("%sseems to have a TLS library of its own built in (a guess, by its constants): "
                                "that is not covered",
                                who));
}

/* What holds for the program and for what it links. */
static void look_inside(struct search *search, const char *path, const struct elf_tls *tls, const char *who)
{
    if (!tls->exports_context && family_of(path) == NULL)
        look_for_hidden(search, path, who);
    if (!search->dlsym_is_hooked && tls->imports_dlsym && !tls->exports_context && elf_tls_names_context(path))
        add(search, text_format("%sfinds OpenSSL with dlsym, which is not hooked on this architecture: "
                                "sessions and suites without a certificate are not covered",
                                who));
}

static void look_at_program(struct search *search)
{
    const char *program = search->target->program;
    struct elf_tls tls = elf_tls_inspect(program);
    if (tls.exports_context)
        add(search, text_format("has a TLS library of its own built in: that is not covered"));
    look_for_machine(search, program);
    if (elf_tls_is_go(program))
        add(search, text_format("is a Go program with crypto/tls: that is not covered"));
    else
        look_inside(search, program, &tls, "");
}

static void look_at_object(struct search *search, const char *path)
{
    struct elf_tls tls = elf_tls_inspect(path);
    search->openssl_linked = search->openssl_linked || tls.exports_openssl;
    if (tls.exports_context && !tls.exports_openssl)
        add(search,
            text_format("links %s, which has functions of OpenSSL's names but is no TLS library tlsward knows", path));
    look_for_machine(search, path);
    char *who = text_format("links %s, which ", path);
    look_inside(search, path, &tls, who);
    free(who);
}

static void look_for_families(struct search *search, const struct linked_objects *objects)
{
    for (size_t i = 0; i < objects->count; i++) {
        const char *family = family_of(objects->paths[i]);
        if (family != NULL)
            add(search, text_format("links %s (%s) and no OpenSSL: %s is not covered", family,
                                    base_name(objects->paths[i]), family));
    }
}

struct gaps gaps_find(const struct target *target, const char *library)
{
    struct search search = {.target = target, .dlsym_is_hooked = elf_tls_inspect(library).exports_dlsym};
    struct linked_objects objects = linked_objects_list(target->program);
    look_at_program(&search);
    for (size_t i = 0; i < objects.count; i++)
        if (!preload_is_ours(objects.paths[i]))
            look_at_object(&search, objects.paths[i]);
    if (!search.openssl_linked)
        look_for_families(&search, &objects);
    linked_objects_free(&objects);
    return search.gaps;
}

void gaps_free(struct gaps *gaps)
{
    for (size_t i = 0; i < gaps->count; i++)
        free(gaps->items[i]);
    free(gaps->items);
}

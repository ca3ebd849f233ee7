#include "run/gaps.h"

#include "process/base_name.h"
#include "run/preload.h"
#include "shared/linked_objects.h"
#include "shared/text.h"
#include "shared/tls_object.h"

#include <stdlib.h>

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

static void look_for_machine(struct search *search, const struct tls_object *object)
{
    if (object->machine != NULL)
        add(search, text_format("runs %s, whose TLS is its own: that is not covered", object->machine));
}

/* What holds for the program and for what it links: `who` is "", or "links PATH, which ". */
static void look_inside(struct search *search, const struct tls_object *object, const char *who)
{
    static const char *const kinds[] = {[BUILT_IN_OPENSSL] = "an OpenSSL", [BUILT_IN_OTHER] = "a TLS library"};
    if (object->built_in != BUILT_IN_NONE)
        add(search, text_format("%sseems to have %s of its own built in (a guess, by its constants): "
                                "that is not covered",
                                who, kinds[object->built_in]));
    if (!search->dlsym_is_hooked && object->names_context)
        add(search, text_format("%sfinds OpenSSL with dlsym, which is not hooked on this architecture: "
                                "sessions and suites without a certificate are not covered",
                                who));
}

static void look_at_program(struct search *search, const struct tls_object *program)
{
    if (program->symbols.exports_context)
        add(search, text_format("has a TLS library of its own built in: that is not covered"));
    look_for_machine(search, program);
    if (program->is_go)
        add(search, text_format("is a Go program with crypto/tls: that is not covered"));
    else
        look_inside(search, program, "");
}

static void look_at_object(struct search *search, const struct tls_object *object)
{
    search->openssl_linked = search->openssl_linked || object->symbols.exports_openssl;
    if (object->symbols.exports_context && !object->symbols.exports_openssl)
        add(search, text_format("links %s, which has functions of OpenSSL's names but is no TLS library tlsward knows",
                                object->path));
    look_for_machine(search, object);
    char *who = text_format("links %s, which ", object->path);
    look_inside(search, object, who);
    free(who);
}

static void look_for_family(struct search *search, const struct tls_object *object)
{
    if (object->family != NULL)
        add(search, text_format("links %s (%s) and no OpenSSL: %s is not covered", object->family,
                                base_name(object->path), object->family));
}

struct gaps gaps_find(const struct target *target, const char *library)
{
    struct search search = {.target = target, .dlsym_is_hooked = elf_tls_inspect(library).exports_dlsym};
    struct linked_objects linked = linked_objects_list(target->program);
    struct tls_object *objects = text_grow(NULL, linked.count + 1, sizeof *objects);
    struct tls_object program = tls_object_inspect(target->program);
    look_at_program(&search, &program);
    for (size_t i = 0; i < linked.count; i++) {
        objects[i] = tls_object_inspect(linked.paths[i]);
        if (!preload_is_ours(linked.paths[i]))
            look_at_object(&search, &objects[i]);
    }
    for (size_t i = 0; i < linked.count && !search.openssl_linked; i++)
        look_for_family(&search, &objects[i]);
    for (size_t i = 0; i < linked.count; i++)
        tls_object_free(&objects[i]);
    tls_object_free(&program);
    linked_objects_free(&linked);
    free(objects);
    return search.gaps;
}

void gaps_free(struct gaps *gaps)
{
    for (size_t i = 0; i < gaps->count; i++)
        free(gaps->items[i]);
    free(gaps->items);
}

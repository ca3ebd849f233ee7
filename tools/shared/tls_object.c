#include "shared/tls_object.h"

#include "process/base_name.h"
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

static const char *family_of(const char *path)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strncmp(base_name(path), families[i].file, strlen(families[i].file)) == 0)
            return families[i].name;
    return NULL;
}

static const char *machine_of(const char *path)
{
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        if (strcmp(base_name(path), machines[i].file) == 0)
            return machines[i].name;
    return NULL;
}

static enum built_in_tls built_in(const char *path)
{
    if (elf_tls_seems_to_have_openssl(path))
        return BUILT_IN_OPENSSL;
    return elf_tls_seems_to_do_tls(path) ? BUILT_IN_OTHER : BUILT_IN_NONE;
}

struct tls_object tls_object_inspect(const char *path)
{
    struct tls_object object = {.path = text_format("%s", path),
                                .symbols = elf_tls_inspect(path),
                                .is_go = elf_tls_is_go(path),
                                .family = family_of(path),
                                .machine = machine_of(path)};
    if (!object.symbols.exports_context && object.family == NULL && !object.is_go)
        object.built_in = built_in(path);
    if (object.symbols.imports_dlsym && !object.symbols.exports_context)
        object.names_context = elf_tls_names_context(path);
    return object;
}

void tls_object_free(struct tls_object *object)
{
    free(object->path);
}

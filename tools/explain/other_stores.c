#include "explain/other_stores.h"

#include "shared/text.h"

#include <glob.h>
#include <stdlib.h>

/* What curl -V is built with on distributions, and the file that certifi.where() names where pip has installed it. */
static const struct {
    const char *whose, *pattern;
} known[] = {
    {"curl", "/etc/ssl/certs/ca-certificates.crt"},
    {"curl", "/etc/pki/tls/certs/ca-bundle.crt"},
    {"curl", "/etc/ssl/ca-bundle.pem"},
    {"Python requests (certifi)", "/usr/lib/python3*/*-packages/certifi/cacert.pem"},
    {"Python requests (certifi)", "/usr/local/lib/python3*/*-packages/certifi/cacert.pem"},
};

static void ask(struct other_stores *stores, const char *whose, const char *file, STACK_OF(X509) * sent,
                const struct settings *settings)
{
    const struct trust_source source = {.path = file};
    const struct peer_name nobody = {.kind = PEER_NONE};
    struct settings with = *settings;
    struct chain_result result;
    with.trust = &source;
    with.trust_count = 1;
    if (stores->count == OTHER_STORES_MAX || !explain_verify(sent, &with, &nobody, &result))
        return;
    stores->items[stores->count++] =
        (struct other_store){.whose = whose, .file = text_format("%s", file), .chain_error = result.chain_error};
    sk_X509_pop_free(result.built, X509_free);
}

void other_stores_ask(struct other_stores *stores, STACK_OF(X509) * sent, const struct settings *settings)
{
    for (size_t i = 0; sk_X509_num(sent) > 0 && i < sizeof known / sizeof *known; i++) {
        glob_t found;
        if (glob(known[i].pattern, 0, NULL, &found) != 0)
            continue;
        for (size_t j = 0; j < found.gl_pathc; j++)
            ask(stores, known[i].whose, found.gl_pathv[j], sent, settings);
        globfree(&found);
    }
}

void other_stores_free(struct other_stores *stores)
{
    for (size_t i = 0; i < stores->count; i++)
        free(stores->items[i].file);
}

#include "explain/other_stores.h"

#include "explain/java_places.h"
#include "explain/java_store.h"
#include "explain/node_store.h"
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

/* What is asked about, and the answers. */
struct asking {
    struct other_stores *stores;
    STACK_OF(X509) * sent;
    const struct settings *settings;
};

static void add(struct asking *asking, const char *whose, const char *file, int chain_error, const char *problem)
{
    struct other_stores *stores = asking->stores;
    stores->items = text_grow(stores->items, stores->count + 1, sizeof *stores->items);
    stores->items[stores->count++] = (struct other_store){
        .whose = whose, .file = text_format("%s", file), .chain_error = chain_error, .problem = problem};
}

static void ask_file(struct asking *asking, const char *whose, const char *file)
{
    const struct trust_source source = {.path = file};
    const struct peer_name nobody = {.kind = PEER_NONE};
    struct settings with = *asking->settings;
    struct chain_result result;
    with.trust = &source;
    with.trust_count = 1;
    if (!explain_verify(asking->sent, &with, &nobody, &result))
        return;
    add(asking, whose, file, result.chain_error, NULL);
    sk_X509_pop_free(result.built, X509_free);
}

static void ask_anchors(struct asking *asking, const char *whose, const char *file, STACK_OF(X509) * anchors)
{
    struct chain_result result;
    X509_STORE *store = X509_STORE_new();
    for (int i = 0; store != NULL && i < sk_X509_num(anchors); i++)
        X509_STORE_add_cert(store, sk_X509_value(anchors, i));
    if (store != NULL && explain_verify_with(store, asking->sent, asking->settings, &result)) {
        add(asking, whose, file, result.chain_error, NULL);
        sk_X509_pop_free(result.built, X509_free);
    }
    X509_STORE_free(store);
}

static void ask_known(struct asking *asking)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        glob_t found;
        if (glob(known[i].pattern, 0, NULL, &found) != 0)
            continue;
        for (size_t j = 0; j < found.gl_pathc; j++)
            ask_file(asking, known[i].whose, found.gl_pathv[j]);
        globfree(&found);
    }
}

static void ask_java(void *context, const char *file)
{
    struct asking *asking = context;
    const char *why;
    STACK_OF(X509) *anchors = java_store_read(file, &why);
    if (anchors != NULL)
        ask_anchors(asking, "Java", file, anchors);
    else
        add(asking, "Java", file, X509_V_ERR_UNSPECIFIED, why);
    sk_X509_pop_free(anchors, X509_free);
}

static void ask_node(struct asking *asking)
{
    char *program = node_store_program();
    struct node_store store = {.usual = NULL};
    if (program != NULL)
        store = node_store_ask(program);
    if (store.usual != NULL)
        ask_anchors(asking, "Node.js (compiled in)", program, store.usual);
    if (store.with_system_ca != NULL)
        ask_anchors(asking, "Node.js with --use-system-ca", program, store.with_system_ca);
    node_store_free(&store);
    free(program);
}

void other_stores_ask(struct other_stores *stores, STACK_OF(X509) * sent, const struct settings *settings)
{
    struct asking asking = {.stores = stores, .sent = sent, .settings = settings};
    if (sk_X509_num(sent) <= 0) /* -1: there is no chain */
        return;
    ask_known(&asking);
    java_places_find(ask_java, &asking);
    ask_node(&asking);
}

void other_stores_free(struct other_stores *stores)
{
    for (size_t i = 0; i < stores->count; i++)
        free(stores->items[i].file);
    free(stores->items);
}

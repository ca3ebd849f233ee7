#include "environment.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Not HTTP_PROXY, which a client of a CGI program sets with a header (https://httpoxy.org). */
static const char names[VARIABLES][sizeof "TLSWARD_POLICY"] = {
    "TLSWARD_POLICY", "TLSWARD_MODE", "TLSWARD_TRUST", "TLSWARD_LOG", "TLSWARD_OFF", "SSL_CERT_FILE",
    "SSL_CERT_DIR",   "http_proxy",   "https_proxy",   "HTTPS_PROXY", "all_proxy",   "ALL_PROXY",
};

static _Atomic(const struct environment *) at_start;

static void keep(struct environment **found, int which, const char *value)
{
    if (value == NULL)
        return;
    if (*found == NULL)
        *found = calloc(1, sizeof **found);
    if (*found != NULL && (*found)->values[which] == NULL)
        (*found)->values[which] = strdup(value);
}

/* A thread that comes second leaves its copy behind: once, and smaller than a lock's trouble. */
static const struct environment *publish(const struct environment *found)
{
    static const struct environment none;
    const struct environment *known = NULL;
    const struct environment *fresh = found != NULL ? found : &none;
    return atomic_compare_exchange_strong(&at_start, &known, fresh) ? fresh : known;
}

const struct environment *environment_at_start(void)
{
    const struct environment *known = atomic_load_explicit(&at_start, memory_order_acquire);
    struct environment *found = NULL;
    if (known != NULL)
        return known;
    for (int i = 0; i < VARIABLES; i++)
        keep(&found, i, getenv(names[i]));
    return publish(found);
}

static const char *value_of(const char *entry, const char *name)
{
    while (*name != '\0' && *entry == *name) {
        entry++;
        name++;
    }
    return *name == '\0' && *entry == '=' ? entry + 1 : NULL;
}

static bool may_begin_a_name(char first)
{
    return first == 'T' || first == 'S' || first == 'h' || first == 'H' || first == 'a' || first == 'A';
}

void environment_keep(char *const *environment)
{
    struct environment *found = NULL;
    for (char *const *entry = environment; *entry != NULL; entry++)
        for (int i = 0; may_begin_a_name((*entry)[0]) && i < VARIABLES; i++)
            keep(&found, i, value_of(*entry, names[i]));
    publish(found);
}

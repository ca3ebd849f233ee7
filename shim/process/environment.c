#include "process/environment.h"

#include "process/arena.h"
#include "process/loader_list.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* Not HTTP_PROXY, which a client of a CGI program sets with a header (https://httpoxy.org). */
static const char names[VARIABLES][sizeof "OPENSSL_CONF_INCLUDE"] = {
    "TLSWARD_POLICY", "TLSWARD_MODE",  "TLSWARD_TRUST", "TLSWARD_LOG",  "TLSWARD_OFF",
    "TLSWARD_RUN",    "SSL_CERT_FILE", "SSL_CERT_DIR",  "OPENSSL_CONF", "OPENSSL_CONF_INCLUDE",
    "http_proxy",     "https_proxy",   "HTTPS_PROXY",   "all_proxy",    "ALL_PROXY",
};

static _Atomic(const struct environment *) at_start;

/* What was found, in memory of its own. */
struct found {
    struct environment *environment;
    struct arena arena;
};

static void keep(struct found *found, int which, const char *value)
{
    if (value == NULL)
        return;
    if (found->environment == NULL)
        found->environment = arena_alloc(&found->arena, sizeof *found->environment);
    if (found->environment != NULL && found->environment->values[which] == NULL)
        found->environment->values[which] = arena_copy(&found->arena, value, strlen(value));
}

/* NULL where memory was short: the next call looks again, since what is lost here would be lost for good. */
static const struct environment *publish(struct found *found)
{
    static const struct environment none;
    const struct environment *known = NULL;
    const struct environment *fresh = found->environment != NULL ? found->environment : &none;
    if (!found->arena.exhausted && atomic_compare_exchange_strong(&at_start, &known, fresh))
        return fresh;
    arena_free(&found->arena);
    return known;
}

const char *environment_kept(enum variable variable)
{
    const struct environment *known = atomic_load_explicit(&at_start, memory_order_acquire);
    return known != NULL ? known->values[variable] : NULL;
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
    return first == 'T' || first == 'S' || first == 'O' || first == 'h' || first == 'H' || first == 'a' || first == 'A';
}

static const struct environment *keep_of(char *const *environment)
{
    struct found found = {0};
    for (char *const *entry = environment; *entry != NULL; entry++)
        for (int i = 0; may_begin_a_name((*entry)[0]) && i < VARIABLES; i++)
            keep(&found, i, value_of(*entry, names[i]));
    return publish(&found);
}

void environment_keep(char *const *environment)
{
    keep_of(environment);
}

/* Not by getenv(3), which shells and wrappers have of their own; and see environment_keep() for `environ` itself. */
const struct environment *environment_at_start(void)
{
    static char *const none[] = {NULL};
    const struct environment *known = atomic_load_explicit(&at_start, memory_order_acquire);
    if (known != NULL)
        return known;
    char *const **present = loader_list_find_first("environ");
    return keep_of(present != NULL && *present != NULL ? *present : none);
}

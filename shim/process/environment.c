#include "process/environment.h"

#include "process/arena.h"
#include "process/loader_list.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

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

const char *environment_value(const char *entry, const char *name)
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

static void keep_entry(struct found *found, const char *entry)
{
    for (int i = 0; may_begin_a_name(entry[0]) && i < VARIABLES; i++)
        keep(found, i, environment_value(entry, names[i]));
}

/*
 * The kernel puts the strings of the environment between those of the arguments and the path of the program, one after
 * the other. The arrays of pointers to them are no guide later: setenv(3) writes to them.
 */
static struct {
    const char *first, *last; /* NULL where the strings are not there, as in an environment that a loader made */
    char head[sizeof(uint64_t)];
    bool is_empty;
} strings;

static void copy_head(const char *text, char head[static sizeof strings.head])
{
    for (size_t i = 0; i < sizeof strings.head && (i == 0 || text[i - 1] != '\0'); i++)
        head[i] = text[i];
}

/* What is written for setproctitle(3) begins in the arguments, and so has written over the first string. */
static bool strings_are_there(void)
{
    const char *path = (const char *)getauxval(AT_EXECFN); /* NOLINT(performance-no-int-to-ptr) */
    char head[sizeof strings.head] = {0};
    if (strings.first == NULL || path <= strings.last)
        return false;
    copy_head(strings.first, head);
    return memcmp(head, strings.head, sizeof head) == 0;
}

static void keep_strings(struct found *found)
{
    for (const char *entry = strings.first; entry <= strings.last; entry += strlen(entry) + 1)
        keep_entry(found, entry);
}

static void keep_present(struct found *found)
{
    char *const **present = loader_list_find_first("environ");
    for (char *const *entry = present != NULL ? *present : NULL; entry != NULL && *entry != NULL; entry++)
        keep_entry(found, *entry);
}

/* TLSWARD_POLICY and its like. */
static bool is_ours(const char *entry)
{
    static const char prefix[] = "TLSWARD_";
    size_t i = 0;
    while (prefix[i] != '\0' && entry[i] == prefix[i])
        i++;
    return prefix[i] == '\0';
}

void environment_keep(int argument_count, char *const *arguments, char *const *environment)
{
    bool has_ours = false;
    const char *last = NULL;
    for (char *const *entry = environment; *entry != NULL; entry++) {
        last = *entry;
        has_ours = has_ours || is_ours(last);
    }
    strings.is_empty = last == NULL;
    if (last != NULL && argument_count > 0 && arguments[argument_count - 1] < environment[0] &&
        environment[0] <= last) {
        copy_head(environment[0], strings.head);
        strings.first = environment[0];
        strings.last = last;
    }
    if (has_ours)
        environment_at_start();
}

/* Not by getenv(3), which shells and wrappers have of their own; and see environment_keep() for `environ` itself. */
const struct environment *environment_at_start(void)
{
    const struct environment *known = atomic_load_explicit(&at_start, memory_order_acquire);
    struct found found = {0};
    if (known != NULL)
        return known;
    if (strings_are_there())
        keep_strings(&found);
    else if (!strings.is_empty)
        keep_present(&found);
    return publish(&found);
}

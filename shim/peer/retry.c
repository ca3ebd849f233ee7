#include "peer/retry.h"

#include "peer/lookups.h"
#include "process/base_name.h"
#include "process/loader.h"
#include "process/kernel.h"

#include <string.h>

struct retry retry_to(const struct ip *ip, in_port_t port)
{
    return (struct retry){.ip = *ip, .port = port, .caller_end = UINTPTR_MAX, .pid = kernel_getpid()};
}

bool retry_is_same(const struct retry *left, const struct retry *right)
{
    return ip_equal(&left->ip, &right->ip) && left->port == right->port && left->pid == right->pid &&
           left->thread == right->thread && left->caller_start == right->caller_start &&
           left->caller_end == right->caller_end;
}

/* A library that retries on its own does so within the call that was blocked, and looks nothing up for it. */
static bool is_another_call(const struct retry *retry)
{
    struct lookup_window window = lookup_window_since(retry->looked_up);
    return window.thread != retry->thread || lookups_led_to(&retry->ip, &window);
}

bool retry_is_this(const struct retry *retry, const struct ip *ip, in_port_t port, const void *caller)
{
    uintptr_t code = (uintptr_t)caller;
    if (!ip_equal(ip, &retry->ip) || port != retry->port || retry->pid != kernel_getpid() ||
        code < retry->caller_start || code >= retry->caller_end)
        return false;
    return retry->thread == 0 || !is_another_call(retry);
}

/*
 * libpq falls back under sslmode=prefer, its default (PostgreSQL's manual, "SSL Support"): within the call that was
 * blocked. libmariadb does not; what is built on it is not to begin with it. Wheels and the like put a hash behind the
 * name.
 */
static const struct {
    char name[sizeof "libmariadb."];
    bool within_call;
} libraries[] = {{"libpq.", true}, {"libpq-", true}, {"libmariadb.", false}, {"libmariadb-", false}};

bool retry_narrow(struct retry *retry, const void *call_site)
{
    struct loaded_object object;
    if (call_site == NULL || !loader_object_at(call_site, &object))
        return false;
    const char *base = base_name(object.path);
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        if (strncmp(base, libraries[i].name, strlen(libraries[i].name)) != 0)
            continue;
        struct lookup_window window = lookup_window_since(0);
        retry->caller_start = object.start;
        retry->caller_end = object.end;
        retry->thread = libraries[i].within_call ? window.thread : 0;
        retry->looked_up = window.end;
        return true;
    }
    return false;
}

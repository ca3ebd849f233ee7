#include "hooks/deepbind.h"

#include "event/notice.h"
#include "policy/in_force.h"
#include "process/kernel.h"
#include "process/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0 /* musl has no such thing */
#endif

struct opening {
    unsigned libraries_before; /* how many TLS libraries were loaded */
    char path[1024];
};

static _Atomic(struct opening *) last_opening;
static atomic_bool reported;

static void forget(struct opening *opening)
{
    if (opening != NULL)
        kernel_unmap(opening, sizeof *opening);
}

static unsigned loaded_tls_libraries(void)
{
    return loader_count_definitions("SSL_CTX_new");
}

/* In the kernel's memory: who calls dlopen may hold the lock of malloc. */
static void remember(const char *path)
{
    struct opening *opening = kernel_map(sizeof *opening);
    if (opening == NULL)
        return;
    opening->libraries_before = loaded_tls_libraries();
    memcpy(opening->path, path, strnlen(path, sizeof opening->path - 1));
    forget(atomic_exchange(&last_opening, opening));
}

int deepbind_flags(const char *path, int flags)
{
    int saved = errno;
    deepbind_look_back();
    const struct policy *policy =
        (flags & RTLD_DEEPBIND) != 0 && path != NULL && process_is_welcome() ? policy_in_force() : NULL;
    if (policy != NULL && !process_is_off(policy)) {
        if (policy_strips_deepbind(policy))
            flags &= ~RTLD_DEEPBIND;
        else if (!atomic_load(&reported))
            remember(path);
    }
    errno = saved;
    return flags;
}

void deepbind_look_back(void)
{
    if (atomic_load_explicit(&last_opening, memory_order_relaxed) == NULL)
        return;
    struct opening *opening = atomic_exchange(&last_opening, NULL);
    if (opening != NULL && loaded_tls_libraries() > opening->libraries_before && !atomic_exchange(&reported, true)) {
        char message[sizeof opening->path + 128];
        snprintf(
            message, sizeof message,
            "not covered: %s was opened with RTLD_DEEPBIND and brought a TLS library of its own (deepbind = strip)",
            opening->path);
        notice_not_covered(message);
    }
    forget(opening);
}

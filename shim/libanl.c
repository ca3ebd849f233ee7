#include "library.h"
#include "loader.h"

#include <stdatomic.h>

const struct real_functions *library_libanl(void)
{
    static struct real_functions libanl;
    static atomic_bool bound;

    if (!atomic_load_explicit(&bound, memory_order_acquire)) {
#define HOOK(type, name, parameters)
#define LIBC_HOOK(type, name, parameters)
#define LIBANL_HOOK(type, name, parameters) *(void **)&libanl.name = loader_next(#name);
#include "hooks.def"
#undef HOOK
        atomic_store_explicit(&bound, true, memory_order_release);
    }
    return &libanl;
}

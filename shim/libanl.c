#include "library.h"
#include "loader.h"

#include <stdatomic.h>

const struct real_functions *library_libanl(void)
{
    static struct real_functions libanl;
    static atomic_bool bound;

    if (!atomic_load_explicit(&bound, memory_order_acquire)) {
        *(void **)&libanl.getaddrinfo_a = loader_next("getaddrinfo_a");
        *(void **)&libanl.gai_error = loader_next("gai_error");
        atomic_store_explicit(&bound, true, memory_order_release);
    }
    return &libanl;
}

/* A library whose constructor opens another one with RTLD_DEEPBIND, as those of the cwrap project do. */
#include <dlfcn.h>
#include <stdlib.h>

__attribute__((constructor)) static void open_early(void)
{
    if (dlopen("libc.so.6", RTLD_LAZY | RTLD_DEEPBIND) == NULL)
        abort();
}

/*
 * Another preload: counts the calls of dl_iterate_phdr, whose lock a child of fork(2) finds held where a thread of its
 * parent had it.
 */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

static int calls;

int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *, size_t, void *), void *argument)
{
    int (*real)(int (*)(struct dl_phdr_info *, size_t, void *), void *);
    *(void **)&real = dlsym(RTLD_NEXT, "dl_iterate_phdr");
    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    return real(callback, argument);
}

__attribute__((destructor)) static void end(void)
{
    printf("counter: dl_iterate_phdr called %d times\n", calls);
}

#include "process/own_pid.h"

#include "process/kernel.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

enum { PAGE = 4096, NO_ADVICE = 0x7fff };

/* A page of which nothing is kept: the kernel wipes none. */
static _Atomic pid_t never;

/* An emulated kernel may take any advice and follow none. */
static bool is_wiped_on_fork(void *page)
{
    return kernel_advise(page, PAGE, NO_ADVICE) != 0 && kernel_advise(page, PAGE, MADV_WIPEONFORK) == 0;
}

static _Atomic(pid_t) *page_of_this_process(void)
{
    static _Atomic(_Atomic(pid_t) *) published;
    _Atomic(pid_t) *known = atomic_load_explicit(&published, memory_order_acquire);
    if (known != NULL)
        return known;
    int saved = errno;
    _Atomic(pid_t) *mine = kernel_map(PAGE);
    bool wiped = mine != NULL && is_wiped_on_fork(mine);
    if (atomic_compare_exchange_strong(&published, &known, wiped ? mine : &never))
        known = wiped ? mine : &never;
    if (mine != NULL && known != mine)
        kernel_unmap(mine, PAGE);
    errno = saved;
    return known;
}

pid_t own_pid(void)
{
    _Atomic(pid_t) *page = page_of_this_process();
    pid_t pid = atomic_load_explicit(page, memory_order_relaxed);
    if (pid != 0)
        return pid;
    pid = kernel_getpid();
    if (page != &never)
        atomic_store_explicit(page, pid, memory_order_relaxed);
    return pid;
}

/*
 * The kernel's own time, whatever a preloaded library tells the program. Asked of the page of code that the kernel maps
 * into every process (vdso(7)), which costs no system call; of the kernel itself where there is no such page, as under
 * valgrind. Async-signal-safe.
 */
#ifndef TLSWARD_KERNEL_CLOCK_H
#define TLSWARD_KERNEL_CLOCK_H

#include <time.h>

/* As clock_gettime(2): -1 with errno where it fails. */
int kernel_clock(clockid_t clock, struct timespec *now);

/* Seconds since the epoch. */
time_t kernel_seconds(void);

#endif

/*
 * The number of this process without a system call each time. A forked child is told from its parent by a page that the
 * kernel hands it empty (madvise(2), MADV_WIPEONFORK, Linux 4.14); where it does not, the kernel is asked each time. In
 * a child that shares the memory of its parent, as after vfork(2), it is the parent's: there kernel_getpid() tells.
 * Async-signal-safe.
 */
#ifndef TLSWARD_OWN_PID_H
#define TLSWARD_OWN_PID_H

#include <sys/types.h>

pid_t own_pid(void);

#endif

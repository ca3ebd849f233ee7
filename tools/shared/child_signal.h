/*
 * Waiting for children of our own, whatever signals do here. Where SIGCHLD is ignored there is nothing to wait for
 * (wait(2)), and execve(2) hands that on.
 */
#ifndef TLSWARD_CHILD_SIGNAL_H
#define TLSWARD_CHILD_SIGNAL_H

#include <stdbool.h>
#include <sys/types.h>

/* From now on children can be waited for. */
void child_signal_take(void);

/* Waits for the end of one child, also where a handler of somebody else's interrupts that. False with errno set. */
bool child_signal_wait(pid_t child, int *status);

/* As it was, for a program that is about to be started in this process. */
void child_signal_give_back(void);

#endif

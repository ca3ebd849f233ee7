/*
 * Runs a child in this process's place: signals reach it, job control works, its end is ours. Threads that others have
 * in this process do not matter. As process 1, or as a subreaper, this process waits for orphans as well.
 */
#ifndef TLSWARD_SUPERVISE_H
#define TLSWARD_SUPERVISE_H

/*
 * Runs `command` (execvp(3)) and calls `readable` whenever `fd` has something to read, and once more when the
 * child has ended. Returns the child's exit status, or 128 + n for the signal that ended it.
 */
int supervise(char *const command[], int fd, void (*readable)(void *arg), void *arg);

#endif

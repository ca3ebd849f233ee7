/*
 * What a program under `tlsward run` starts in turn, looked at before it is started: what the library will not be in
 * is told in an event. `run` says where to in TLSWARD_RUN: "unix:/PATH", a socket; or "log" for the policy's own log;
 * with "starts," before it, to be told of each process that the library is in, too. Without that variable, and under
 * AT_SECURE, nothing is done here. Async-signal-safe, and fit for children of vfork(2).
 */
#ifndef TLSWARD_EXEC_WATCH_H
#define TLSWARD_EXEC_WATCH_H

/* The process begins; its environment was kept. */
void exec_watch_begin(void);

/* The environment as it is now; NULL where nobody asked. */
char *const *exec_watch_environment(void);

/* execve(2) will be called with this. */
void exec_watch(const char *path, char *const *environment);

/* The same for execvp(3), which looks for a name without a slash in the PATH of the present environment. */
void exec_watch_in_path(const char *file, char *const *environment);

/* The same for fexecve(3). */
void exec_watch_open_file(int fd, char *const *environment);

#endif

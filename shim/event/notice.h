/*
 * Notices about the process itself, said where the policy says that events go.
 */
#ifndef TLSWARD_NOTICE_H
#define TLSWARD_NOTICE_H

#include "policy/policy.h"

/* To where `log` says, as in struct settings. Async-signal-safe where process_identity() was asked for before. */
void notice_send(const char *log, const char *message);

/* The library is in this process. */
void notice_start(const char *log);

/* At the end of the process: how many handshakes were only counted, being repeats, and are in no event yet. */
void notice_counted(const struct policy *policy);

/* A trust_warning; `log` is the destination, as in struct settings. */
void notice_trust_warning(void *log, const char *file, unsigned position, const char *why);

/* Something in this process is out of reach. Nothing is said where tlsward is off in the process. Keeps errno. */
void notice_not_covered(const char *message);

/*
 * A TLS library passes through because it lacks what every judgement needs; `path` is empty where the program itself
 * has it, or NULL. Said once in a process: it is not protected, and somebody should know. Keeps errno.
 */
void notice_unknown_library(const char *path, const char *missing);

/* The library could not be watched yet, for want of memory. Said once for each library, by the caller. Keeps errno. */
void notice_late_library(const char *path);

/* A library that is known cannot be watched, which `why` explains. Said each time. Keeps errno. */
void notice_unwatched_library(const char *path, const char *why);

#endif

/*
 * Whether a program compares the names of its peer by itself while its verification of the peer's certificate runs:
 * nothing says so but what it asks of that certificate. Of the certificate itself, whoever asks; of a copy, from the
 * thread that the verification began in.
 */
#ifndef TLSWARD_NAME_WATCH_H
#define TLSWARD_NAME_WATCH_H

#include "openssl/library.h"

/* One certificate that is watched. */
struct name_watch;

/* Ended by name_watch_end(). NULL for want of memory. Nothing of the program's runs in it. */
struct name_watch *name_watch_begin(const struct library *library, const X509 *leaf);

/* Whether the program has found a name to match so far, or has read them and found none not to. False for NULL. */
bool name_watch_has_seen(const struct name_watch *watch);

/*
 * Whether it may have refused the certificate for its names: it has read them or compared them, and found none to
 * match. True for NULL.
 */
bool name_watch_may_have_refused(const struct name_watch *watch);

/* Does nothing for NULL. */
void name_watch_end(struct name_watch *watch);

/* The program reads the names in a certificate, or looks for them. Neither allocates nor waits. */
void name_watch_read(const struct library *library, const X509 *certificate);

/* It compared them; `matched` as X509_check_host(3) returned it. */
void name_watch_compared(const struct library *library, const X509 *certificate, int matched);

#endif

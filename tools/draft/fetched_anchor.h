/*
 * The trust anchor to which the chain of a failing server leads, as that server shows it now: trust on first use, for a
 * person to compare. It is taken only where the server's key is the one in the events.
 */
#ifndef TLSWARD_FETCHED_ANCHOR_H
#define TLSWARD_FETCHED_ANCHOR_H

#include "draft/failure.h"

#include <openssl/x509.h>

struct fetched_anchor {
    STACK_OF(X509) * chain; /* as sent, leaf first; NULL: there is none */
    char *file;             /* its certificate in PEM, an absolute path */
    bool is_new;            /* the file was not there before */
    char *subject;          /* RFC 2253 */
    char fingerprint[65];   /* SHA-256, hexadecimal */
};

/*
 * Asks the server of `seen` and writes the topmost certificate that it sends, its root where it sends one, into
 * `directory`, which is made where it is not there, as SHA-256.pem with mode 0644. A file of that name that is there
 * already has to be the same. False where there is no anchor to be had; why is said on standard error.
 */
bool fetched_anchor_take(struct fetched_anchor *fetched, const char *directory, const struct failure *failure,
                         const struct seen *seen);

/*
 * Whether these settings name the file alone; then `facts`, those of the event, become what the library would find with
 * it, by its own reader of trust and its own verification.
 */
bool fetched_anchor_judge(const struct fetched_anchor *fetched, const struct settings *settings,
                          const struct seen *seen, struct facts *facts);

/* Removes the file again where it is new and not `used`. */
void fetched_anchor_free(struct fetched_anchor *fetched, bool used);

#endif

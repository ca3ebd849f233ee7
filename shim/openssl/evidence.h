/*
 * Evidence that a program checks its peer by itself after the handshake: what looks unverified then may be "checked
 * later". Nothing here delays or changes what the program does.
 */
#ifndef TLSWARD_EVIDENCE_H
#define TLSWARD_EVIDENCE_H

#include "openssl/library.h"

/* The program fetched the peer's certificate. */
void evidence_certificate(const struct library *library, const SSL *ssl, const X509 *leaf, const void *caller);

/* The program asked for the verify result. */
void evidence_verify_result(const struct library *library, const SSL *ssl, const void *caller);

/* The connection with this event goes away: a certificate that comes to lie at the same place is another one's. */
void evidence_forget(const char *event_id);

/* The program compared a certificate with a name or address; `matched` as X509_check_host(3) returned it. */
void evidence_name_check(const struct library *library, const X509 *certificate, int matched, const void *caller);

/* The program reads an extension: the names in it, if it is the subject alternative name. */
void evidence_extension(const struct library *library, const X509 *certificate, int nid, const void *caller);

/* It looks through all of them, as those do that find the names by themselves. */
void evidence_extensions(const struct library *library, const X509 *certificate, const void *caller);

#endif
